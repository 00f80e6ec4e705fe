"""Leases: which process owns a turn and until when, and the closing of orphaned turns."""

import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from playground.engine.errors.codes import TURN_FAILED, Code, GreenroomError
from playground.models import Conversation, Turn
from playground.storage.call_log import note_closed, store_counts
from playground.storage.held_rows import TOGETHER_MS, briefly_waiting, each_unless_held, is_held_row

PROCESS_ID = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"

LEASE_S = 4.0
"""How long after its owner's last sign of life another process may close a turn."""
LEASE = timedelta(seconds=LEASE_S)
HEARTBEAT_S = 1.0
"""How often owners renew their leases and look for orphans, which are closed within LEASE_S and this."""
AWAY_S = 2.5
"""How long a process may not have reached the database before it grants every other process a whole lease."""

STOPPED = GreenroomError(Code.CANCELLED, "The server was stopped in the middle of this turn.")


@dataclass(frozen=True, slots=True)
class ClosedOrphan:
    """A turn that was closed for its owner. ``last_seq``: its conversation's, before the closing's own events."""

    turn_id: str
    turn_idx: int
    conversation_id: str
    text: str
    heard_text: str
    last_seq: int


class Reach:
    """Since when this process has reached the database with each heartbeat, by its own clock.

    While the database is away no owner renews a lease. When it is back a lease that ran out meanwhile says nothing:
    whoever was cut off too grants a whole one before it closes a turn.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._since_s: float | None = None
        self._last_s = 0.0

    @property
    def is_watched(self) -> bool:
        """Whether heartbeats look for orphans, which no one else closes then."""
        return self._since_s is not None

    def mark(self) -> None:
        """The database has just been reached."""
        now_s = self._clock_s()
        if self._since_s is None or now_s - self._last_s > AWAY_S:
            self._since_s = now_s
        self._last_s = now_s

    def lose(self) -> None:
        """The database has taken nothing, and so no owner's lease either."""
        self._last_s = float("-inf")

    def forget(self) -> None:
        self._since_s = None

    def may_judge(self) -> bool:
        """Whether a lease that has run out is an orphan's."""
        if self._since_s is None:
            return False
        now_s = self._clock_s()
        return now_s - self._last_s <= AWAY_S and now_s - self._since_s >= LEASE_S


reach = Reach()
"""This process's."""


def close_left_turns() -> int:
    """Close every open turn and return their number: at its start the only process owns none."""
    left = list(Turn.objects.filter(status__in=Turn.OPEN).values_list("pk", flat=True))
    for turn_id in left:
        _close_left_turn(turn_id)
    return len(left)


@transaction.atomic
def _close_left_turn(turn_id: str) -> None:
    Turn.objects.filter(pk=turn_id).update(**_orphan_values())
    store_counts(note_closed(turn_id))


EventsOf = Callable[[str], int]
"""How many events tell the closing of a turn with this text."""


def no_events(_text: str) -> int:
    """Count none: nobody is told."""
    return 0


def close_orphans_if_reached(events_of: EventsOf = no_events) -> list[ClosedOrphan]:
    """Close the orphaned turns, unless this process was cut off from the database within the last lease.

    Raises DatabaseError.
    """
    expired = Turn.objects.filter(status__in=Turn.OPEN, lease_until__lt=Now()).exists()
    reach.mark()
    if not expired or not reach.may_judge():
        return []
    try:
        return close_orphaned_turns(events_of)
    except DatabaseError:
        reach.lose()
        raise


def close_orphaned_turns(events_of: EventsOf = no_events, **among: Any) -> list[ClosedOrphan]:
    """Close the open turns whose lease has expired by the database's clock, keeping their stored text.

    Each closing takes the ``seq`` of its events from the conversation's row. A turn that is locked, or whose
    conversation is, is left to the next heartbeat.
    """
    expired = Turn.objects.filter(status__in=Turn.OPEN, lease_until__lt=Now(), **among)
    closed = (
        _close_orphan(turn_id, conversation_id, events_of)
        for turn_id, conversation_id in expired.values_list("pk", "conversation_id")
    )
    return [orphan for orphan in closed if orphan is not None]


@transaction.atomic
def _close_orphan(turn_id: str, conversation_id: str, events_of: EventsOf) -> ClosedOrphan | None:
    """Close the turn unless its owner did, or renewed its lease."""
    conversations = Conversation.objects.filter(pk=conversation_id)
    last_seq = conversations.select_for_update(skip_locked=True).values_list("last_seq", flat=True).first()
    expired = Turn.objects.filter(pk=turn_id, status__in=Turn.OPEN, lease_until__lt=Now())
    turn = expired.select_for_update(skip_locked=True).only("text", "heard_text", "position").first()
    if last_seq is None or turn is None:
        return None
    Turn.objects.filter(pk=turn_id).update(**_orphan_values())
    conversations.update(last_seq=last_seq + events_of(turn.text))
    store_counts(note_closed(turn_id))
    return ClosedOrphan(turn_id, turn.position, conversation_id, turn.text, turn.heard_text, last_seq)


def _orphan_values() -> dict[str, Any]:
    """Return the row's values for such a turn. It keeps its owner, who has the last word if it lives."""
    return {"status": Turn.Status.INTERRUPTED, "error": STOPPED.as_json(), "closed_at": timezone.now()}


@transaction.atomic
def close_failed_turn(turn_id: str) -> None:
    """Close a turn of this process that failed internally, so that the conversation can go on."""
    if Turn.objects.filter(still_its_owners(), pk=turn_id).update(**failed_values()):
        store_counts(note_closed(turn_id))


def still_its_owners() -> Q:
    """Return the turns whose end this process may store: open ones, and its own that another closed as orphans."""
    return Q(status__in=Turn.OPEN) | Q(owner_process=PROCESS_ID)


def failed_values() -> dict[str, Any]:
    """Return the row's values for such a turn."""
    return {
        "status": Turn.Status.FAILED,
        "error": {"code": str(Code.INTERNAL), "message": TURN_FAILED},
        "closed_at": timezone.now(),
        "owner_process": "",
        "lease_until": None,
    }


def open_turn_id(conversation_id: str) -> str | None:
    """Return the id of the conversation's open turn, or None."""
    return (
        Turn.objects.filter(conversation_id=conversation_id, status__in=Turn.OPEN)
        .values_list("pk", flat=True)
        .first()
    )


def request_interrupt(*, is_final: bool, **of: str) -> None:
    """Store an interrupt in the row of the open turn ``of`` this, which its owner checks with each heartbeat.

    A final one replaces one under the barge-in rules, and not the other way round.
    """
    asked: dict[str, bool] = {"interrupt_requested": True}
    if is_final:
        asked["interrupt_is_final"] = True
    Turn.objects.filter(**of, status__in=Turn.OPEN).update(**asked)


def renew_leases(turn_ids: Sequence[str]) -> list[tuple[str, bool]]:
    """Renew the leases of these open turns; one whose row is held keeps none of the others waiting.

    Return those whose row has an interrupt, each with whether it is final. Raises DatabaseError.
    """
    try:
        with briefly_waiting(TOGETHER_MS):
            return _renew(turn_ids)
    except OperationalError as error:
        if not is_held_row(error):
            raise
    interrupted: list[tuple[str, bool]] = []
    each_unless_held(turn_ids, lambda turn_id: interrupted.extend(_renew([turn_id])))
    return interrupted


def _renew(turn_ids: Sequence[str]) -> list[tuple[str, bool]]:
    """As ``renew_leases``, in one transaction. Rows are locked in the recorder's order."""
    turns = Turn.objects.filter(pk__in=turn_ids, status__in=Turn.OPEN).order_by("conversation_id")
    rows = turns.select_for_update().values_list("pk", "interrupt_requested", "interrupt_is_final")
    locked = list(rows)
    Turn.objects.filter(pk__in=[pk for pk, _, _ in locked]).update(lease_until=Now() + LEASE)
    return [(pk, is_final) for pk, is_requested, is_final in locked if is_requested]
