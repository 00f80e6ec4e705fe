"""The rows of turns as the recorder stores them: a turn so far, its end, and its end by a failure of ours."""

import re
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.utils import timezone

from playground.engine.json_text import json_bytes
from playground.engine.json_types import Json
from playground.engine.turn_record import TurnRecord, timings_json
from playground.storage.leases import failed_values

_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")
ENDS = "closed_at"
"""A row with this value is its turn's end."""


def _tell_nobody(_has_newer: bool) -> None:
    """Ignore it."""


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn's pending values; a later row of the same turn replaces it.

    The values are made storable on the recorder's thread: a long answer would block the event loop.
    """

    turn_id: str
    conversation_id: str
    values: Json
    last_seq: int
    completions: tuple[Json, ...] = ()
    stored: "Future[None]" = field(default_factory=Future)
    tell_late: Callable[[bool], None] = _tell_nobody
    """Called in the recorder's thread, before ``stored`` is set, if this end replaced the turn's closing by another
    process; with whether a newer turn has begun since.
    """

    def weigh(self) -> int:
        """Return its size in bytes, as JSON; 0 for one nested too deeply, which is refused once it is to be stored."""
        values = [value for value in self.values.values() if not isinstance(value, datetime)]
        try:
            return len(json_bytes([values, self.completions]))
        except RecursionError:
            return 0


def streaming_row(record: TurnRecord, conversation_id: str, *, now_ms: int, last_seq: int) -> TurnRow:
    """Return the turn as far as it has come."""
    text = "".join(record.text)
    values = {
        "status": str(record.status),
        "text": text,
        "heard_text": text[: record.heard_to(now_ms)],
        "timeline": record.timeline_so_far(),
    }
    return TurnRow(record.turn_id, conversation_id, values, last_seq)


def closed_row(record: TurnRecord, conversation_id: str, *, last_seq: int, inference_id: str) -> TurnRow:
    """Return the closed turn with its completions."""
    closed = record.closed
    assert closed is not None
    values = {
        "status": str(closed.status),
        "text": closed.text,
        "spoken_text": closed.spoken_text,
        "heard_text": closed.heard_text,
        "timings": timings_json(closed),
        "timeline": record.timeline(),
        "error": closed.error.as_json() if closed.error else None,
        "first_audio_ms": closed.timings.first_audio,
        "closed_at": timezone.now(),
        "owner_process": "",
        "lease_until": None,
    }
    completions = tuple(_completions(record, inference_id))
    return TurnRow(record.turn_id, conversation_id, values, last_seq, completions)


def failed_row(turn_id: str, conversation_id: str, text: str, *, last_seq: int) -> TurnRow:
    """Return the end of a turn that failed internally."""
    return TurnRow(turn_id, conversation_id, failed_values() | {"text": text}, last_seq)


def storable(value: Any) -> Any:
    """Return the value without NUL characters, which PostgreSQL can't store, and lone surrogates, which nothing can."""
    return value if _is_surely_storable(value) else _replaced(value)


def _is_surely_storable(value: Any) -> bool:
    """Whether its JSON shows nothing to replace: it takes less than a tenth of the time of looking into each member."""
    try:
        return b"\\u0000" not in orjson.dumps(value)
    except TypeError:  # lone surrogates, and what orjson alone refuses
        return False


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return _NOT_STORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_replaced(key): _replaced(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(member) for member in value]
    return value


def _completions(record: TurnRecord, inference_id: str) -> list[Json]:
    completions = []
    closed = record.closed
    assert closed is not None
    for place, sent in enumerate(record.requests, start=1):
        response = record.responses.get(place)
        completion: Json = {
            "attempt": sent.attempt,
            "request": sent.request,
            "origins": sent.origins,
            "response_status": response.status if response else None,
            "response_headers": [list(header) for header in response.headers] if response else [],
            "response_body": response.body if response else "",
            "phases": [list(moment) for moment in record.phases.get(place, ())],
        }
        if place == len(record.requests):
            completion |= {
                "id": inference_id,
                "payloads": [list(payload) for payload in record.payloads],
                "deltas": [list(delta) for delta in record.deltas],
                "reasoning": closed.reasoning,
                "tool_calls": record.tool_calls,
                "usage": closed.usage,
                "finish_reason": closed.finish_reason[:64],
            }
        completions.append(completion)
    return completions
