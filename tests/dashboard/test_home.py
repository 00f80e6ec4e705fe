"""The home page: each persona's last run, first audio, last error and secret, and what to do next."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboard.overview import PERSONAS_SHOWN, RUNS_MEASURED, overview_of
from personas.models import Persona
from personas.saving import save_persona
from playground.models import Conversation, Turn
from tests.personas.making import make_persona, make_secret

HOME_QUERIES = 10
"""Session, user, the user's permissions and the groups'; the versions talked to and their personas; those personas and
others; conversations, turns."""


def make_run(
    owner: User,
    persona: Persona,
    *,
    first_audio_ms: int | None = None,
    error: str = "",
    minutes_ago: int = 0,
) -> Turn:
    """Create a closed turn in the owner's own conversation with the persona."""
    conversation = Conversation.objects.create(owner=owner, persona_version=save_persona(persona, by=None))
    turn = Turn.objects.create(
        conversation=conversation,
        position=1,
        status=Turn.Status.FAILED if error else Turn.Status.COMPLETED,
        first_audio_ms=first_audio_ms,
        error={"code": "stalled", "message": error} if error else None,
    )
    began_at = timezone.now() - timedelta(minutes=minutes_ago)
    Turn.objects.filter(pk=turn.pk).update(created_at=began_at)
    Conversation.objects.filter(pk=conversation.pk).update(updated_at=began_at)
    return turn


def stored_persona(name: str = "Mert", **fields: object) -> Persona:
    persona = make_persona(persona_name=name, **fields)
    save_persona(persona, by=None)
    return persona


def test_an_empty_site_says_what_to_do(user_client: Client) -> None:
    page = user_client.get(reverse("home")).content.decode()
    assert "No personas yet" in page
    assert "Try my endpoint" in page


def test_someone_without_the_right_sees_no_persona(stranger: User, client: Client) -> None:
    stored_persona("Hidden")
    client.force_login(stranger)
    page = client.get(reverse("home")).content.decode()
    assert "Hidden" not in page
    assert "may not look at personas" in page


def test_before_the_first_run_the_next_steps_stand_there(user: User, user_client: Client) -> None:
    persona = stored_persona()
    assert "What to do next" in user_client.get(reverse("home")).content.decode()
    make_run(user, persona)
    assert "What to do next" not in user_client.get(reverse("home")).content.decode()


def test_a_persona_shows_how_it_did(user: User, user_client: Client) -> None:
    persona = stored_persona(token_secret=make_secret(value=""))
    for minutes_ago, first_audio_ms in enumerate([700, 1_500, 900]):
        make_run(user, persona, first_audio_ms=first_audio_ms, minutes_ago=minutes_ago)
    failed = make_run(user, persona, error="The LLM paused for 20 s.", minutes_ago=10)
    (card,) = overview_of(user).cards
    assert card.first_audio_ms == 900
    assert card.last_error == "The LLM paused for 20 s."
    assert card.last_error_in == failed.conversation_id
    page = user_client.get(reverse("home")).content.decode()
    assert "MY_TOKEN: value missing" in page
    assert "The LLM paused for 20 s." in page
    assert f'name="persona" value="{persona.pk}"' in page


def test_only_ones_own_runs_count(user: User, other_user: User) -> None:
    persona = stored_persona()
    make_run(other_user, persona, first_audio_ms=100, error="Bob's error.")
    (card,) = overview_of(user).cards
    assert (card.last_run, card.first_audio_ms, card.last_error) == (None, None, "")


def test_the_median_is_of_the_latest_runs(user: User) -> None:
    persona = stored_persona()
    for run in range(RUNS_MEASURED):
        make_run(user, persona, first_audio_ms=500, minutes_ago=run)
    for run in range(RUNS_MEASURED + 5):
        make_run(user, persona, first_audio_ms=9_000, minutes_ago=1_000 + run)
    assert overview_of(user).cards[0].first_audio_ms == 500


def test_what_ran_last_comes_first(user: User) -> None:
    talked_to = stored_persona("Talked to")
    stored_persona("Newer")
    make_run(user, talked_to)
    assert [card.persona.persona_name for card in overview_of(user).cards] == ["Talked to", "Newer"]


def test_only_so_many_are_shown_and_the_rest_is_counted(user: User) -> None:
    for number in range(PERSONAS_SHOWN + 3):
        stored_persona(f"Persona {number}")
    overview = overview_of(user)
    assert (len(overview.cards), overview.total) == (PERSONAS_SHOWN, PERSONAS_SHOWN + 3)


@pytest.mark.parametrize("personas", [2, 12])
def test_the_queries_do_not_grow_with_the_personas(
    user: User, user_client: Client, personas: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    secret = make_secret()
    for number in range(personas):
        make_run(user, stored_persona(f"Persona {number}", token_secret=secret), first_audio_ms=1)
    user_client.get(reverse("home"))
    with django_assert_num_queries(HOME_QUERIES):
        user_client.get(reverse("home"))


def test_markup_in_a_name_is_text(user: User, user_client: Client) -> None:
    stored_persona("<script>alert(1)</script>")
    page = user_client.get(reverse("home")).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
