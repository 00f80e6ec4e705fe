"""What a process does for its turns now and then: renew leases, and close what no process owns any more."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from playground.engine.errors.codes import Code
from playground.models import Turn
from playground.storage.open_turn import close_all_open_turns, close_orphaned_turns
from playground.storage.process import HEARTBEAT_S, LEASE

__all__ = [
    "HEARTBEAT_S",
    "INTERNAL",
    "close_failed_turn",
    "close_left_turns",
    "failed_values",
    "renew_leases",
    "request_interrupt",
]

INTERNAL = "Greenroom itself failed in this turn. Try again."


def close_left_turns(*, is_only_process: bool) -> int:
    """Close the turns that no process owns any more; the only process knows that at its start of every open one."""
    return close_all_open_turns() if is_only_process else close_orphaned_turns()


def close_failed_turn(turn_id: str) -> None:
    """Close a turn that Greenroom itself failed in, so that the conversation can go on; a closed one stays as it is."""
    Turn.objects.filter(pk=turn_id, status__in=Turn.OPEN).update(**failed_values())


def failed_values() -> dict[str, Any]:
    """What the row of such a turn holds."""
    return {
        "status": Turn.Status.FAILED,
        "error": {"code": str(Code.INTERNAL), "message": INTERNAL},
        "closed_at": timezone.now(),
        "owner_process": "",
        "lease_until": None,
    }


def request_interrupt(conversation_id: str) -> None:
    """Leave an interrupt in the row of the open turn: its owner looks there with each heartbeat."""
    Turn.objects.filter(conversation_id=conversation_id, status__in=Turn.OPEN).update(
        interrupt_requested=True
    )


def renew_leases(turn_ids: Sequence[str]) -> list[str]:
    """Renew the leases of these open turns; returns those for which an interrupt was left in the row."""
    turns = Turn.objects.filter(pk__in=turn_ids, status__in=Turn.OPEN)
    turns.update(lease_until=timezone.now() + LEASE)
    return list(turns.filter(interrupt_requested=True).values_list("pk", flat=True))
