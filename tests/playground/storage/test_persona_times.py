"""A persona's times by version: whose turns count, how many, and what they cost to read."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from personas.models import Persona, PersonaVersion
from personas.saving import save_persona
from playground.models import Conversation, Turn
from playground.storage import persona_times as module
from playground.storage.persona_times import TURNS_OF_A_VERSION, VERSIONS_ON_A_PAGE, persona_times
from tests.conftest import signed_in
from tests.personas.making import make_persona

pytestmark = pytest.mark.django_db

Times = dict[str, int | None]
MOST_QUERIES = 16
"""Of a page of versions; session, user and rights included."""


def saved(persona: Persona | None = None) -> PersonaVersion:
    """A first version, or another one of the persona."""
    persona = persona or make_persona()
    persona.context += "."
    return save_persona(persona, by=None)


def talked(version: PersonaVersion, owner: User, *turns: Times | int, **fields: object) -> Conversation:
    """A conversation whose closed turns have these times; a number is that of the first audio alone."""
    conversation = Conversation.objects.create(owner=owner, persona_version=version, **fields)
    start = timezone.now()
    Turn.objects.bulk_create(
        Turn(
            conversation=conversation,
            position=position,
            user_text=f"Words {position}",
            status=Turn.Status.COMPLETED,
            timings=times if isinstance(times, dict) else {"first_audio": times},
        )
        for position, times in enumerate(turns)
    )
    for turn in conversation.turns.all():
        Turn.objects.filter(pk=turn.pk).update(created_at=start + timedelta(seconds=turn.position))
    return conversation


def first_audio(version: PersonaVersion, user: User) -> tuple[int, int | None, int | None]:
    (times,) = persona_times(version.persona_ref, user).versions
    _, distribution, _ = times.distributions
    return distribution.count, distribution.p50_ms, distribution.p95_ms


def test_the_newest_turns_of_ones_own_count_up_to_the_bound(
    user: User, other_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = saved()
    talked(version, other_user, 9_000)
    talked(version, user, 7_000, 7_000, 100, 200)
    talked(version, user, 300)
    assert first_audio(version, user)[0] == 5
    monkeypatch.setattr(module, "TURNS_OF_A_VERSION", 3)
    assert first_audio(version, user) == (3, 200, 290)


def test_turns_that_do_not_compare_are_counted_and_not_measured(user: User) -> None:
    version = saved()
    talked(version, user, {"ttft": 1, "first_audio": 1, "dead_air": 1}, stand_in=True)
    whole: Times = {"ttft": 100, "first_audio": 200, "dead_air": 300}
    conversation = talked(version, user, whole, whole, whole, whole)
    conversation.turns.filter(position=0).update(status=Turn.Status.FAILED)
    conversation.turns.filter(position=1).update(status=Turn.Status.INTERRUPTED)
    conversation.turns.filter(position=2).update(kind=Turn.Kind.ECHO)
    talked(version, user, whole, properties={"simulated_speech": "instant"})
    (times,) = persona_times(version.persona_ref, user).versions
    assert (len(times.turns), times.failed) == (4, 1)
    assert {each.name: each.count for each in times.distributions} == {
        "ttft": 3, "first_audio": 2, "dead_air": 1,
    }  # fmt: skip


def test_each_version_is_compared_with_the_one_before_on_every_page(user: User) -> None:
    first = saved()
    assert first.persona is not None
    versions = [first, *(saved(first.persona) for _ in range(VERSIONS_ON_A_PAGE))]
    for place, version in enumerate(versions):
        talked(version, user, *[900 - 100 * place] * 5)
    page = persona_times(first.persona_ref, user)
    assert [times.number for times in page.versions] == [7, 6, 5, 4, 3, 2]
    assert [times.distributions[1].compared for times in page.versions][-1] == "100 ms faster than version 1"
    assert page.older == 2
    last = persona_times(first.persona_ref, user, before=page.older)
    assert [(times.number, times.distributions[1].compared) for times in last.versions] == [(1, "")]
    assert last.older is None


def test_the_page_says_what_is_missing_and_hides_what_is_not_ones_own(user: User, other_user: User) -> None:
    version = saved()
    talked(version, other_user, 500)
    url = reverse("playground:measured-persona", args=[version.persona_ref])
    assert "No turn of yours with this persona" in signed_in(user).get(url).content.decode()
    page = signed_in(other_user).get(url).content.decode()
    assert "Words 0" in page
    assert "500" in page
    assert signed_in(user).get(reverse("playground:measured-persona", args=["p-unknown"])).status_code == 404


@pytest.mark.parametrize("before", ["x", "-1", "٣", "1" * 10, "1" * 5_000])
def test_what_is_no_number_of_a_version_shows_the_newest(user: User, before: str) -> None:
    version = saved()
    talked(version, user, 500)
    url = reverse("playground:measured-persona", args=[version.persona_ref])
    page = signed_in(user).get(url, {"before": before})
    assert "Words 0" in page.content.decode()


def test_a_deleted_persona_keeps_its_times(user: User) -> None:
    version = saved()
    talked(version, user, 500)
    assert version.persona is not None
    version.persona.delete()
    url = reverse("playground:measured-persona", args=[version.persona_ref])
    assert "Times of Mert" in signed_in(user).get(url).content.decode()


def test_users_words_stay_text(user: User) -> None:
    version = saved()
    talked(version, user, 500)
    Turn.objects.update(user_text="</script><b>bold</b>")
    url = reverse("playground:measured-persona", args=[version.persona_ref])
    page = signed_in(user).get(url).content.decode()
    assert "<b>bold" not in page
    assert page.count("</script>") == page.count("<script")


def test_the_page_costs_as_many_queries_with_many_conversations(user: User, user_client: Client) -> None:
    first = saved()
    assert first.persona is not None
    versions = [first, *(saved(first.persona) for _ in range(VERSIONS_ON_A_PAGE))]
    for version in versions:
        talked(version, user, 500)
    url = reverse("playground:measured-persona", args=[first.persona_ref])

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert user_client.get(url).status_code == 200
        return len(captured)

    few = cost()
    for version in versions:
        talked(version, user, *range(500, 500 + TURNS_OF_A_VERSION))
        talked(version, user, 500, 600)
    assert cost() == few <= MOST_QUERIES


def test_turns_from_before_a_saved_mock_brought_their_conversation_to_the_version_do_not_count(
    user: User,
) -> None:
    first = saved()
    conversation = talked(first, user, 100, 300)
    assert first.persona is not None
    second = saved(first.persona)
    Conversation.objects.filter(pk=conversation.pk).update(persona_version=second)
    conversation.turns.filter(position=0).update(created_at=second.created_at - timedelta(seconds=1))
    assert first_audio(second, user) == (1, 300, 300)
