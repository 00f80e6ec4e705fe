"""Ends the conversations whose own properties say that they are over, each once, whichever process looks."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from playground.engine.callback_events import ShutdownReason
from playground.models import Conversation
from playground.storage.conversation_edits import end_conversation

ENDED_AT_ONCE = 50
"""The most conversations that are ended at a look."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A conversation that its properties have ended, and the ``seq`` of the event that tells it."""

    conversation_id: str
    seq: int | None
    reason: ShutdownReason


def end_due_calls(now: datetime) -> list[Ended]:
    """End the conversations whose time is over, each once, whichever process looks."""
    due = Conversation.objects.filter(_is_due(now)).order_by("pk").values_list("pk", flat=True)
    ended = (_end_if_due(conversation_id, now) for conversation_id in due[:ENDED_AT_ONCE])
    return [each for each in ended if each is not None]


@transaction.atomic
def _end_if_due(conversation_id: str, now: datetime) -> Ended | None:
    """End it unless another process did, or a participant came meanwhile."""
    rows = Conversation.objects.select_for_update(skip_locked=True).filter(_is_due(now), pk=conversation_id)
    conversation = rows.only("ends_at", "was_joined").first()
    if conversation is None:
        return None
    reason = _reason(conversation, now)
    return Ended(conversation_id, end_conversation(conversation_id, reason), reason)


def _reason(conversation: Conversation, now: datetime) -> ShutdownReason:
    if conversation.ends_at is not None and conversation.ends_at <= now:
        return ShutdownReason.MAX_CALL_DURATION
    return ShutdownReason.PARTICIPANT_LEFT if conversation.was_joined else ShutdownReason.PARTICIPANT_ABSENT


def _is_due(now: datetime) -> Q:
    is_over = Q(ends_at__lte=now) | Q(empty_until__lte=now)
    return is_over & Q(status=Conversation.Status.ACTIVE)
