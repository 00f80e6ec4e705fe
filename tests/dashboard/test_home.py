"""The home page: how each persona does, its newest failures, its secret, and what to do next."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboard.first_audio_plot import axis_of, plot_of
from dashboard.overview import PERSONAS_SHOWN, overview_of
from personas.models import Persona
from personas.saving import save_persona
from playground.engine.slot_counts import period_of
from playground.models import Conversation, ConversationSummary, Turn
from playground.storage.call_log import note_closed, store_counts
from playground.storage.persona_health import (
    FAILURES_SHOWN,
    QUIET,
    PersonaHealth,
    forget_old_counts,
    newest_failures,
)
from playground.storage.purge import delete_soon
from tests.personas.making import make_persona, make_secret

HOME_QUERIES = 11
"""Session, user, the user's permissions and the groups'; the versions talked to and their personas; those personas and
others; their counts, those of the first hours of the day, failures."""


def make_run(
    owner: User,
    persona: Persona,
    *,
    first_audio_ms: int | None = None,
    error: str = "",
    hours_ago: float = 0,
) -> Turn:
    """Create a closed turn in the owner's own conversation with the persona."""
    conversation = Conversation.objects.create(owner=owner, persona_version=save_persona(persona, by=None))
    status = Turn.Status.FAILED if error else Turn.Status.COMPLETED
    began_at = timezone.now() - timedelta(hours=hours_ago)
    turn = Turn.objects.create(conversation=conversation, position=0)
    Turn.objects.filter(pk=turn.pk).update(
        status=status,
        timings={"first_audio": first_audio_ms},
        error={"code": "stalled", "message": error} if error else None,
        created_at=began_at,
        closed_at=began_at,
    )
    store_counts(note_closed(turn.pk))
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


def test_before_the_first_run_the_next_steps_stand_there_and_one_of_them_stays(
    user: User, user_client: Client
) -> None:
    persona = stored_persona()
    assert "What to do next" in user_client.get(reverse("home")).content.decode()
    make_run(user, persona)
    page = user_client.get(reverse("home")).content.decode()
    assert "What to do next" not in page
    assert "Try your own endpoint" in page


def test_a_persona_shows_how_it_did_today_and_this_week(user: User, user_client: Client) -> None:
    address = "https://llm.example/agents/7/v1"
    persona = stored_persona(token_secret=make_secret(value=""), address=address)
    for first_audio_ms in (700, 1_500, 900):
        make_run(user, persona, first_audio_ms=first_audio_ms)
    make_run(user, persona, first_audio_ms=2_000, hours_ago=50)
    make_run(user, persona, first_audio_ms=400, hours_ago=9 * 24)
    failed = make_run(user, persona, error="The LLM paused for 20 s.", hours_ago=3)
    overview = overview_of(user)
    (card,) = overview.cards
    assert (card.health.day.turns, card.health.day.failed, card.health.day.p50_ms) == (4, 1, 900)
    assert (card.health.week.turns, card.health.week.p50_ms) == (5, 1_200)
    assert card.health.week.errors == (("stalled", 1),)
    assert card.health.week_before.p50_ms == 400
    page = user_client.get(reverse("home")).content.decode()
    assert f">{address}<" in page
    assert "MY_TOKEN: value missing" in page
    assert "800 ms slower than the week before" in page
    assert f'href="/conversations/{failed.conversation_id}/#{failed.pk}">The LLM paused for 20 s.' in page
    assert "1 × stalled" in page
    assert f'name="persona" value="{persona.pk}"' in page


def test_turns_lead_to_the_conversations_that_they_are_of(user: User, user_client: Client) -> None:
    persona = stored_persona()
    new = make_run(user, persona, first_audio_ms=4_783)
    begun_long_ago = {"created_at": timezone.now() - timedelta(days=30)}
    ConversationSummary.objects.filter(pk=new.conversation_id).update(**begun_long_ago)
    make_run(user, persona, hours_ago=30)
    make_run(user, stored_persona("Other"), first_audio_ms=1)
    page = user_client.get(reverse("home")).content.decode()
    assert "4,783" in page
    assert "conversations that you deleted since still count" in page
    for talked, turns in (("day", 1), ("week", 2)):
        link = re.search(rf'href="([^"]+persona={persona.pk}&amp;talked={talked})" [^>]+>{turns} <', page)
        assert link
        listed = user_client.get(unescape(link[1])).context["conversations"]
        assert len(listed) == turns
        assert new.conversation_id in [conversation.pk for conversation in listed]


def test_the_last_24_hours_are_as_many_at_any_time(user: User) -> None:
    persona = stored_persona()
    make_run(user, persona, first_audio_ms=700, hours_ago=23.9)
    make_run(user, persona, first_audio_ms=900, hours_ago=24.1)
    (card,) = overview_of(user).cards
    assert (card.health.day.turns, card.health.day.p50_ms, card.health.week.turns) == (1, 700, 2)


def test_only_ones_own_runs_count(user: User, other_user: User) -> None:
    persona = stored_persona()
    make_run(other_user, persona, first_audio_ms=100, error="Bob's error.")
    overview = overview_of(user)
    (card,) = overview.cards
    assert (card.last_run, card.health, overview.failures) == (None, QUIET, [])


def test_the_newest_failures_stand_there_without_deleted_conversations(user: User) -> None:
    persona = stored_persona()
    for hours_ago in range(FAILURES_SHOWN + 2):
        make_run(user, persona, error=f"{hours_ago} hours ago", hours_ago=hours_ago)
    make_run(user, persona, error="Too old", hours_ago=8 * 24)
    newest = overview_of(user).failures
    assert [failure.message for failure in newest] == [
        f"{number} hours ago" for number in range(FAILURES_SHOWN)
    ]
    delete_soon([newest[0].conversation_id], user.pk)
    assert overview_of(user).failures[0].message == "1 hours ago"


def test_failures_are_found_by_their_index(user: User) -> None:
    make_run(user, stored_persona(), error="It stalled.")
    with CaptureQueriesContext(connection) as captured:
        assert len(newest_failures(user, timezone.now())) == 1
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {captured.captured_queries[0]['sql']}")
        plan = [row[3] for row in cursor.fetchall()]
    assert "wait_failed (owner_id=? AND is_failed=? AND began_at>?)" in plan[0]
    assert not [step for step in plan if "TEMP B-TREE" in step]


def test_counts_that_no_page_shows_are_forgotten(user: User) -> None:
    make_run(user, stored_persona(), first_audio_ms=1, hours_ago=16 * 24)
    make_run(user, stored_persona(), first_audio_ms=1, hours_ago=13 * 24)
    assert forget_old_counts(timezone.now()) == 1


def test_the_plot_stands_on_one_axis_and_says_the_same_in_words() -> None:
    def health(week_ms: int | None, before_ms: int | None) -> PersonaHealth:
        periods = [period_of([{f"audio:{ms}": 9}] if ms else []) for ms in (week_ms, before_ms)]
        return PersonaHealth(periods[0], *periods)

    slow, quick = health(2_000, 1_000), health(500, None)
    axis_ms = axis_of([slow, quick])
    assert axis_ms == 2_100
    before, week = plot_of(slow, axis_ms).lines
    assert (before.p50_x, week.p50_x, week.p95_x) == (76, 149, 149)
    assert plot_of(slow, axis_ms).comparison == "1,000 ms slower than the week before"
    assert plot_of(health(1_000, 1_005), axis_ms).comparison == "the same as the week before"
    assert [line.kind for line in plot_of(quick, axis_ms).lines] == ["week"]
    assert plot_of(health(None, 5), axis_ms).comparison == ""


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
