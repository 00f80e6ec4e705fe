"""What always holds of conversations and turns: each row that breaks it is named, and a sound one isn't."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from personas.models import PersonaVersion
from playground.models import Conversation, Turn
from playground.storage import invariants
from playground.storage.leases import LEASE, close_left_turns, close_orphaned_turns, failed_values
from tests.playground.rehearsals import make_conversation

pytestmark = pytest.mark.django_db

TIMINGS = {"ttfb": 1, "ttft": 2, "first_sentence": 3, "first_audio": 4, "dead_air": 5, "total": 6}
TIMELINE = {"sentences": [{"index": 0}, {"index": 1}], "tool_calls": [{"id": "call_1"}]}
EVENTS = 5
"""What a completed turn with this timeline had at least: two sentences, a call, its utterance and its closing."""


@pytest.fixture
def conversation(admin_user: User) -> Conversation:
    return make_conversation(admin_user, last_seq=EVENTS)


def completed(conversation: Conversation, position: int = 0, **fields: Any) -> Turn:
    sound = {
        "status": Turn.Status.COMPLETED,
        "text": "Once. There was 🐺.",
        "heard_text": "Once. There was 🐺.",
        "timings": TIMINGS,
        "timeline": TIMELINE,
        "closed_at": timezone.now(),
    }
    return Turn.objects.create(conversation=conversation, position=position, **(sound | fields))


def streaming(conversation: Conversation, position: int, *, lease_left: timedelta | None) -> Turn:
    lease_until = None if lease_left is None else timezone.now() + lease_left
    return Turn.objects.create(
        conversation=conversation,
        position=position,
        status=Turn.Status.STREAMING,
        text="Once",
        lease_until=lease_until,
    )


def broken() -> dict[str, list[str]]:
    """Return the violations of each broken invariant."""
    violations_of = {invariant.sentence: list(invariant.violations()) for invariant in invariants.INVARIANTS}
    return {sentence: violations for sentence, violations in violations_of.items() if violations}


def test_a_conversation_that_goes_on_breaks_nothing(conversation: Conversation) -> None:
    completed(conversation, 0)
    streaming(conversation, 1, lease_left=LEASE)
    assert broken() == {}


@pytest.mark.parametrize(
    "end",
    [
        {"status": "interrupted", "heard_text": "Once."},
        {"status": "interrupted", "heard_text": ""},
        {"status": "failed", "heard_text": "Once", "error": {"code": "truncated"}},
        {"status": "completed", "text": "", "heard_text": "", "timeline": {}},
    ],
)
def test_every_way_in_which_a_turn_ends_is_sound(conversation: Conversation, end: dict[str, Any]) -> None:
    completed(conversation, 0, **end)
    assert broken() == {}


def test_turns_that_were_closed_for_their_owner_are_sound(conversation: Conversation) -> None:
    streaming(conversation, 0, lease_left=-LEASE)
    close_orphaned_turns()
    streaming(conversation, 1, lease_left=LEASE)
    close_left_turns()
    left = streaming(conversation, 2, lease_left=LEASE)
    Turn.objects.filter(pk=left.pk).update(**failed_values())
    assert broken() == {}


@pytest.mark.parametrize("lease_left", [None, -(invariants.ORPHAN_GRACE + timedelta(seconds=1))])
def test_an_open_turn_without_an_owner_is_named(
    conversation: Conversation, lease_left: timedelta | None
) -> None:
    turn = streaming(conversation, 0, lease_left=lease_left)
    assert list(invariants.orphaned_turns()) == [
        f"Turn {turn.pk} of conversation {conversation.pk} is open, and no process owns it any more."
    ]


def test_a_lease_that_ended_just_now_is_no_orphan_yet(conversation: Conversation) -> None:
    streaming(conversation, 0, lease_left=timedelta(seconds=-1))
    assert broken() == {}


def test_two_open_turns_are_named_where_the_database_let_them_in(conversation: Conversation) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX turn_one_open")
    streaming(conversation, 0, lease_left=LEASE)
    streaming(conversation, 1, lease_left=LEASE)
    assert broken()["No conversation has two open turns."] == [
        f"Conversation {conversation.pk} has 2 open turns."
    ]


def test_an_open_turn_before_a_newer_one_is_named(conversation: Conversation) -> None:
    turn = streaming(conversation, 0, lease_left=LEASE)
    completed(conversation, 1)
    assert broken() == {
        "Only a conversation's newest turn is open.": [
            f"Turn {turn.pk} of conversation {conversation.pk} is open, and a newer one has begun."
        ]
    }


@pytest.mark.parametrize("positions", [(0, 2), (1, 2), (1,)])
def test_a_gap_between_positions_is_named(conversation: Conversation, positions: tuple[int, ...]) -> None:
    Conversation.objects.update(last_seq=2 * EVENTS)
    for position in positions:
        completed(conversation, position)
    assert broken() == {
        "The turns of a conversation are numbered from 0 without a gap.": [
            f"Conversation {conversation.pk} has turns at the positions {positions[0]} to {positions[-1]}, "
            f"{len(positions)} in all."
        ]
    }


def test_a_conversation_behind_its_turns_events_is_named(
    conversation: Conversation, admin_user: User
) -> None:
    sound = make_conversation(admin_user, last_seq=2 * EVENTS)
    for position in range(2):
        completed(conversation, position)
        completed(sound, position)
    assert broken() == {
        "No conversation is behind the events of its turns.": [
            f"Conversation {conversation.pk} is at seq {EVENTS}, and its turns had {2 * EVENTS} events or more."
        ]
    }


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ({"closed_at": None}, "has no time of its end"),
        ({"timings": {}}, "has no times"),
        ({"error": {"code": "stalled"}}, "has an error"),
        ({"status": "failed"}, "has no error"),
        ({"status": "failed", "error": {"code": "stalled"}, "timings": {}}, "has no times"),
        ({"status": "interrupted", "timings": {}}, "has no times"),
        (
            {"status": "streaming", "lease_until": timezone.now() + timedelta(days=1)},
            "has the time of an end",
        ),
        ({"status": "lost"}, "there is no such status"),
    ],
)
def test_a_turn_without_its_end_is_named(
    conversation: Conversation, fields: dict[str, Any], lacks: str
) -> None:
    turn = completed(conversation, 0, **fields)
    assert list(invariants.closed_turns_without_their_end()) == [
        f"Turn {turn.pk} is {fields.get('status', 'completed')}, and {lacks}."
    ]


@pytest.mark.parametrize(
    ("status", "heard_text"),
    [
        ("interrupted", "once."),
        ("interrupted", "There"),
        ("interrupted", "Once. There was 🐺. And"),
        ("completed", "Once."),
        ("completed", ""),
    ],
)
def test_a_heard_text_that_was_not_said_is_named(
    conversation: Conversation, status: str, heard_text: str
) -> None:
    turn = completed(conversation, 0, status=status, heard_text=heard_text)
    assert list(invariants.heard_texts_that_were_not_said()) == [
        f"The heard text of turn {turn.pk} is not what its text and its status say."
    ]


def test_a_conversation_without_its_version_is_named(conversation: Conversation) -> None:
    version_id = conversation.persona_version_id
    Conversation.objects.update(persona_version_id=version_id + 1)
    assert list(invariants.conversations_without_a_version()) == [
        f"The persona version of conversation {conversation.pk} is missing."
    ]
    Conversation.objects.update(persona_version_id=version_id)  # The database checks at the test's end.
    assert PersonaVersion.objects.count() == 1


def test_a_conversation_without_a_summary_is_named(conversation: Conversation) -> None:
    conversation.summary.delete()
    assert broken() == {
        "Every conversation has its summary.": [
            f"Conversation {conversation.pk} has no summary, so no list shows it."
        ]
    }
