"""Takes back the rows of turns that another process closed because it took their owner, this process, for dead."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from playground.models import Conversation, Turn
from playground.storage.leases import LEASE, PROCESS_ID


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """A turn that was closed for its owner, and whose row its owner has looked at.

    ``last_seq``: its conversation's, from which the owner goes on; None if the row stays closed, because a newer turn
    has begun or the conversation has ended.
    """

    turn_id: str
    last_seq: int | None


def reclaim_turns(turn_ids: Sequence[str]) -> list[Reclaimed]:
    """Open the rows of these turns of this process that others closed, with a new lease.

    A row that is locked, or whose conversation is, is left to the next heartbeat. Raises DatabaseError.
    """
    closed = _closed_by_others().filter(pk__in=turn_ids).values_list("pk", "conversation_id")
    reclaimed = (_reclaim(turn_id, conversation_id) for turn_id, conversation_id in closed)
    return [turn for turn in reclaimed if turn is not None]


@transaction.atomic
def _reclaim(turn_id: str, conversation_id: str) -> Reclaimed | None:
    """Open the row unless the turn's own end came meanwhile. The conversation's lock keeps new turns out."""
    conversations = Conversation.objects.filter(pk=conversation_id).select_for_update(skip_locked=True)
    conversation = conversations.only("status", "last_seq").first()
    turns = _closed_by_others().filter(pk=turn_id).select_for_update(skip_locked=True)
    turn = turns.only("position").first()
    if conversation is None or turn is None:
        return None
    newer = Turn.objects.filter(conversation_id=conversation_id, position__gt=turn.position)
    if conversation.status != Conversation.Status.ACTIVE or newer.exists():
        return Reclaimed(turn_id, None)
    Turn.objects.filter(pk=turn_id).update(
        status=Turn.Status.STREAMING, error=None, closed_at=None, lease_until=Now() + LEASE
    )
    return Reclaimed(turn_id, conversation.last_seq)


def _closed_by_others() -> QuerySet[Turn]:
    """Return turns that others closed for this process: its own end would have left no owner."""
    return Turn.objects.filter(owner_process=PROCESS_ID).exclude(status__in=Turn.OPEN)
