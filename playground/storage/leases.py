"""Leases: which process owns a turn and until when, and the closing of orphaned turns."""

import os
import secrets
import socket
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from playground.engine.errors.codes import Code
from playground.models import Turn

PROCESS_ID = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"

LEASE = timedelta(seconds=15)
"""How long after its owner's last sign of life another process may close a turn."""
HEARTBEAT_S = 5
"""How often owners renew their leases and look for orphans."""
INTERNAL = "Greenroom itself failed in this turn. Try again."


def close_left_turns(*, is_only_process: bool) -> int:
    """Close orphaned turns and return their number. At its start the only process owns none, so all open turns are."""
    return _close(Turn.objects.filter(status__in=Turn.OPEN)) if is_only_process else close_orphaned_turns()


def close_orphaned_turns(**among: Any) -> int:
    """Close the open turns whose lease has expired, keeping their stored text. Return their number."""
    return _close(Turn.objects.filter(status__in=Turn.OPEN, lease_until__lt=timezone.now(), **among))


def _close(turns: Any) -> int:
    error = {"code": str(Code.CANCELLED), "message": "The server was stopped in the middle of this turn."}
    count: int = turns.update(
        status=Turn.Status.INTERRUPTED, error=error, closed_at=timezone.now(), owner_process=""
    )
    return count


def close_failed_turn(turn_id: str) -> None:
    """Close a turn that failed internally, so that the conversation can go on. A closed turn stays unchanged."""
    Turn.objects.filter(pk=turn_id, status__in=Turn.OPEN).update(**failed_values())


def failed_values() -> dict[str, Any]:
    """Return the row's values for such a turn."""
    return {
        "status": Turn.Status.FAILED,
        "error": {"code": str(Code.INTERNAL), "message": INTERNAL},
        "closed_at": timezone.now(),
        "owner_process": "",
        "lease_until": None,
    }


def request_interrupt(conversation_id: str) -> None:
    """Store an interrupt in the open turn's row, which its owner checks with each heartbeat."""
    Turn.objects.filter(conversation_id=conversation_id, status__in=Turn.OPEN).update(
        interrupt_requested=True
    )


def renew_leases(turn_ids: Sequence[str]) -> list[str]:
    """Renew the leases of these open turns; return those whose row has an interrupt."""
    turns = Turn.objects.filter(pk__in=turn_ids, status__in=Turn.OPEN)
    turns.update(lease_until=timezone.now() + LEASE)
    return list(turns.filter(interrupt_requested=True).values_list("pk", flat=True))
