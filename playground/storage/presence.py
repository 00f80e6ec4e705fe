"""Records whether participants are in a conversation that their absence ends, and when it ends if none comes back.

Tavus, "Create Conversation": ``max_call_duration``, ``participant_absent_timeout`` and ``participant_left_timeout``, in
seconds. A property that isn't given doesn't act, whatever Tavus' default is. A participant is a viewer: an open page,
another socket, a turn over HTTP. The process that serves one records it again and again, so that the participants of a
process that dies count as gone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from playground.models import Conversation

PRESENT_S = 5.0
"""How long a participant counts as present after the last record: a reload takes a moment, the database may be held."""
LONGEST_S = 10 * 365 * 24 * 3600
"""The longest duration that counts, in s; a longer one counts as none."""


def first_deadlines(properties: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the columns of a conversation that starts now which decide when it ends."""
    ends_at = _after(now, properties.get("max_call_duration"))
    empty_until = _after(now, properties.get("participant_absent_timeout"))
    waits = empty_until is not None or left_timeout_s(properties) is not None
    return {
        "ends_at": ends_at,
        "empty_until": empty_until,
        "ends_by_itself": ends_at is not None or waits,
    }


def left_timeouts(conversation_ids: Sequence[str]) -> dict[str, float | None]:
    """Return, by conversation, after how many seconds without participants it ends, of those that their absence ends.

    None: its only deadline is that for the first participant.
    """
    rows = Conversation.objects.filter(
        pk__in=conversation_ids, status=Conversation.Status.ACTIVE, ends_by_itself=True
    )
    timeouts = rows.order_by().values_list("pk", "empty_until", "properties")
    return {
        pk: left_timeout_s(properties)
        for pk, empty_until, properties in timeouts
        if empty_until is not None or left_timeout_s(properties) is not None
    }


def note_present(timeouts: Mapping[str, float | None], now: datetime) -> None:
    """Record that these conversations have participants now; ``timeouts`` are their ``left_timeout_s``."""
    for conversation_id, timeout_s in sorted(timeouts.items()):
        empty_until = None if timeout_s is None else now + timedelta(seconds=timeout_s + PRESENT_S)
        active = Conversation.objects.filter(pk=conversation_id, status=Conversation.Status.ACTIVE)
        active.update(empty_until=empty_until, was_joined=True)


def note_speaker(conversation: Conversation, now: datetime) -> None:
    """Count whoever says something as a participant: they may leave before the next look."""
    if conversation.ends_by_itself:
        note_present({conversation.pk: left_timeout_s(conversation.properties)}, now)


def left_timeout_s(properties: Mapping[str, Any]) -> float | None:
    """Return after how many seconds without participants it ends, once one was there; None: it doesn't."""
    return _seconds(properties.get("participant_left_timeout"))


def _after(now: datetime, seconds: Any) -> datetime | None:
    """Return the time ``seconds`` from now; None for 0 or None."""
    duration_s = _seconds(seconds)
    return None if not duration_s else now + timedelta(seconds=duration_s)


def _seconds(value: Any) -> float | None:
    """Return a property's seconds; None for what is no duration, or too long to end."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= LONGEST_S else None
