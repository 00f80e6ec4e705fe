"""Closed turns in the database, logged as the recorder logs them."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from playground.models import Conversation, Turn
from playground.storage.call_log import note_closed, store_counts


def make_turn(conversation: Conversation, position: int = 0, **fields: Any) -> Turn:
    """Store a turn, by default a completed one, and what the call log tells of it once it is closed."""
    first_audio_ms = fields.get("first_audio_ms")
    silent = dict.fromkeys(("first_audio", "dead_air", "total"), first_audio_ms)
    timings = {} if first_audio_ms is None else silent
    closed = {
        "position": position,
        "status": Turn.Status.COMPLETED,
        "timings": timings,
        "heard_text": fields.get("text", ""),
        "closed_at": timezone.now(),
    }
    with transaction.atomic():
        turn = Turn.objects.create(conversation=conversation, **closed | fields)
        if turn.status in Turn.OPEN:
            Turn.objects.filter(pk=turn.pk).update(closed_at=None)
        else:
            store_counts(note_closed(turn.pk))
    return turn
