"""A persona's times by version: whose turns count, how many, and what they cost to read."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from personas.models import Persona, PersonaVersion
from personas.saving import save_persona
from playground.models import Conversation, Turn
from playground.storage import persona_times as module
from playground.storage.persona_times import TURNS_OF_A_VERSION, VERSIONS_ON_A_PAGE, persona_times
from playground.storage.used_versions import go_on_with
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
    assert first_audio(version, user) == (3, 200, None)


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


def test_dead_air_without_an_end_is_in_no_distribution(user: User) -> None:
    version = saved()
    unheard: Times = {"ttft": None, "first_audio": None, "dead_air": 53}
    talked(version, user, unheard, {"ttft": 100, "first_audio": 200, "dead_air": 300})
    (times,) = persona_times(version.persona_ref, user).versions
    assert [(each.name, each.p50_ms) for each in times.distributions if each.count == 1][-1] == (
        "dead_air",
        300,
    )
    assert [turn.times["dead_air"] for turn in times.slowest] == [300]


def test_a_turn_and_its_tool_round_are_one_wait_of_the_caller_and_two_requests(user: User) -> None:
    version = saved()
    alone: Times = {"ttft": 100, "first_audio": 300, "dead_air": 300, "total": 900}
    call: Times = {"ttft": None, "first_audio": None, "dead_air": 400, "total": 400}
    conversation = talked(version, user, call, alone, alone, call)
    asking, going_on, _, unfinished = conversation.turns.order_by("position")
    asking.tool_results = {"k": {"output": "", "status": "success", "source": "mock"}}
    asking.save(update_fields=["tool_results"])
    continuation = {"kind": Turn.Kind.CONTINUATION, "user_text": ""}
    Turn.objects.filter(pk=going_on.pk).update(continues=asking, **continuation)
    conversation.turns.create(position=4, continues=unfinished, status=Turn.Status.STREAMING, **continuation)
    (times,) = persona_times(version.persona_ref, user).versions
    assert (times.begun, times.rounds, times.open_turns) == (3, 1, 1)
    counted = {each.name: (each.count, each.counted, each.p50_ms) for each in times.distributions}
    assert counted == {
        "ttft": (2, "request", 100),
        "first_audio": (2, "turn", (1_300 + 300) // 2),
        "dead_air": (2, "turn", (1_300 + 300) // 2),
    }
    assert (times.slowest[0].turn_id, times.slowest[0].words) == (asking.pk, "Words 0")
    page = signed_in(user).get(reverse("playground:measured-persona", args=[version.persona_ref]))
    assert '<span class="number">1</span> tool round ' in page.content.decode()
    assert '<span class="number">1</span> still open: counted once it has ended' in page.content.decode()


def test_who_came_from_a_conversation_is_led_back_to_it(user_client: Client) -> None:
    url = reverse("playground:measured-persona", args=[saved().persona_ref])
    back = reverse("playground:conversation", args=["c0123456789ab"])
    assert back in user_client.get(url, {"from": "c0123456789ab"}).content.decode()
    assert "Back to the conversation" not in user_client.get(url, {"from": "//example.com"}).content.decode()


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


def test_each_turn_counts_for_the_version_that_it_used(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    first = saved()
    conversation = talked(first, user, 100, 200, 300)
    assert first.persona is not None
    second = saved(first.persona)
    with transaction.atomic():
        go_on_with(Conversation.objects.select_for_update().get(), second)
    conversation.turns.create(position=3, status=Turn.Status.COMPLETED, timings={"first_audio": 900})

    def counted() -> dict[int, tuple[int, int | None]]:
        versions = persona_times(first.persona_ref, user).versions
        return {each.number: (len(each.turns), each.distributions[1].p50_ms) for each in versions}

    assert counted() == {2: (1, 900), 1: (3, 200)}
    monkeypatch.setattr(module, "TURNS_OF_A_VERSION", 2)
    assert counted() == {2: (1, 900), 1: (2, 250)}
