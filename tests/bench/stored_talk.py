"""Conversations with turns in bulk, as a person who talks all day has them: failures, tool calls, interrupts, words."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from personas.models import PersonaVersion
from playground.models import CallersWait, Conversation, ConversationSummary, DrawnWait, Turn

WORDS = [
    "wolf",
    "forest",
    "grandmother",
    "basket",
    "weather",
    "Paris",
    "order",
    "invoice",
    "Wednesday",
    "cancel",
    "appointment",
    "doctor",
]
SPREAD = timedelta(days=30)
"""The conversations began within so long before now."""
WRITTEN_BY_THE_ORM = 2_000
"""The rest are copies, which the database makes in a hundredth of the time."""


def add_talk(count: int, owner: User, versions: Sequence[PersonaVersion], *, turns: int) -> None:
    """Store so many conversations of so many turns each, with what the call log tells of them."""
    pick = random.Random(count)
    summarise = import_module("playground.migrations.0016_summaries_of_old_conversations").summarise
    first = min(count, WRITTEN_BY_THE_ORM)
    with _given_times():
        conversations = Conversation.objects.bulk_create(
            [_conversation(number, owner, versions, pick) for number in range(first)], batch_size=500
        )
        rows = (turn for each in conversations for turn in _turns(each, turns, pick))
        Turn.objects.bulk_create(rows, batch_size=500)
    summarise(apps, None)
    for copy in range(1, max(1, count // first)):
        _copy([each.pk for each in conversations], f"{copy:03}")


def _copy(conversation_ids: Sequence[str], suffix: str) -> None:
    """Store all rows of these conversations once more, their ids with the suffix."""
    longest = max(len(pk) for pk in conversation_ids)
    with connection.cursor() as cursor:
        for model in (Conversation, Turn, CallersWait, ConversationSummary, DrawnWait):
            columns = [each.column for each in model._meta.concrete_fields]
            columns = [name for name in columns if model is not CallersWait or name != "id"]
            renamed = {"conversation_id", "last_turn_id"} | ({"id"} if model is not CallersWait else set())
            values = [f"\"{name}\" || '{suffix}'" if name in renamed else f'"{name}"' for name in columns]
            key = "id" if model is Conversation else "conversation_id"
            names = ", ".join(f'"{name}"' for name in columns)
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(values)} "
                f"FROM {model._meta.db_table} WHERE LENGTH({key}) = {longest}"
            )


@contextmanager
def _given_times() -> Iterator[None]:
    """Store the times that rows are given, which else would be now."""
    fields: list[Any] = [model._meta.get_field("created_at") for model in (Conversation, Turn)]
    fields.append(Conversation._meta.get_field("updated_at"))
    automatic = [(each.auto_now, each.auto_now_add) for each in fields]
    for each in fields:
        each.auto_now = each.auto_now_add = False
    try:
        yield
    finally:
        for each, (auto_now, auto_now_add) in zip(fields, automatic, strict=True):
            each.auto_now, each.auto_now_add = auto_now, auto_now_add


def _conversation(
    number: int, owner: User, versions: Sequence[PersonaVersion], pick: random.Random
) -> Conversation:
    began_at = timezone.now() - SPREAD * pick.random()
    return Conversation(
        created_at=began_at,
        updated_at=began_at,
        owner=owner,
        persona_version=versions[number % len(versions)],
        conversation_name="" if number % 3 else f"Conversation {number}",
    )


def _turns(conversation: Conversation, count: int, pick: random.Random) -> Iterator[Turn]:
    for position in range(count):
        yield Turn(
            conversation=conversation,
            position=position,
            created_at=conversation.created_at + timedelta(seconds=10 * position),
            user_text=" ".join(pick.choices(WORDS, k=8)),
            closed_at=timezone.now(),
            **_end(" ".join(pick.choices(WORDS, k=30)), pick),
        )


def _end(text: str, pick: random.Random) -> dict[str, Any]:
    if pick.random() < 0.02:
        return {
            "status": Turn.Status.FAILED,
            "error": {"code": "stalled", "message": "The LLM paused for 20 s."},
        }
    first_audio_ms = round(pick.lognormvariate(6.7, 0.4))
    ends_ms = first_audio_ms + 4_000
    segment = {
        "id": 1,
        "kind": "sentence",
        "index": 0,
        "text": text,
        "synthesis_ms": first_audio_ms - 100,
        "starts_ms": first_audio_ms,
        "ends_ms": ends_ms,
        "words": [],
        "pauses": [],
    }
    call = {"id": "k", "name": "weather", "arguments": "{}", "valid": True}
    is_cut = pick.random() < 0.05
    return {
        "status": Turn.Status.INTERRUPTED if is_cut else Turn.Status.COMPLETED,
        "text": text,
        "heard_text": text[: len(text) // 2] if is_cut else text,
        "first_audio_ms": first_audio_ms,
        "timings": {
            "ttfb": first_audio_ms - 400,
            "ttft": first_audio_ms - 300,
            "first_sentence": first_audio_ms - 100,
            "first_audio": first_audio_ms,
            "dead_air": first_audio_ms,
            "total": ends_ms,
        },
        "timeline": {
            "segments": [segment],
            "delta_times_ms": [first_audio_ms - 300 + 20 * number for number in range(20)],
            "tool_calls": [call] if pick.random() < 0.05 else [],
            "finish_reason": "stop",
            "interrupted_at_ms": ends_ms if is_cut else None,
        },
    }
