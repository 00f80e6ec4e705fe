"""Writes turns into rows: one thread per process, one transaction per tick."""

import asyncio
import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, close_old_connections, connection, transaction
from django.db.models import Q
from django.utils import timezone

from playground.engine.json_types import Json
from playground.engine.turn_record import TurnRecord, timings_json
from playground.failures import log_failure
from playground.models import Completion, Conversation, Turn
from playground.storage.database_thread import keep_connection
from playground.storage.leases import close_failed_turn, failed_values, still_its_owners
from playground.storage.past_turns import left_at
from playground.storage.prepared import PreparedInsert, PreparedUpdate, parameter

logger = logging.getLogger(__name__)

TICK_S = 0.25
"""How often changes are stored; a turn's end is stored at once."""
RETRY_S = 1.0
"""How long to wait after the database refused a transaction."""
CLOSING_S = 5.0
"""How long viewers wait for a turn's end to be stored before they get the event anyway."""


ENDS = "closed_at"
"""A row with this value is its turn's end."""

_ADVANCE = PreparedUpdate(
    lambda: Conversation.objects.filter(
        pk=parameter(Conversation, "id"), last_seq__lt=parameter(Conversation, "last_seq")
    ),
    ["last_seq", "updated_at"],
)
_INSERT_COMPLETION = PreparedInsert(Completion)


@cache
def _update_of(names: tuple[str, ...]) -> PreparedUpdate:
    """Return the update of these values of an open turn; the end of one wins over its closing as an orphan."""
    may = still_its_owners() if ENDS in names else Q(status__in=Turn.OPEN)
    return PreparedUpdate(lambda: Turn.objects.filter(may, pk=parameter(Turn, "id")), names)


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


def streaming_row(record: TurnRecord, conversation_id: str, *, last_seq: int) -> TurnRow:
    values = {"status": str(record.status), "text": "".join(record.text)}
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
    """Return the value without NUL characters, which PostgreSQL can't store."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {storable(key): storable(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [storable(member) for member in value]
    return value


class Recorder:
    """Accepts rows from the event loop without blocking, and stores them in order."""

    def __init__(self) -> None:
        self._pending: dict[str, TurnRow] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._urgent = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._waiting_since_s: float | None = None

    @property
    def lag_s(self) -> float:
        """The age in seconds of the oldest row that isn't stored."""
        since_s = self._waiting_since_s
        return 0.0 if since_s is None else time.monotonic() - since_s

    def save(self, row: TurnRow) -> None:
        """Store it within a tick."""
        with self._lock:
            replaced = self._pending.get(row.turn_id)
            self._pending[row.turn_id] = row
            if self._waiting_since_s is None:
                self._waiting_since_s = time.monotonic()
            self._start()
        if replaced is not None:
            replaced.stored.set_result(None)
        self._wake.set()

    async def save_now(self, row: TurnRow) -> bool:
        """Store it at once and return whether that succeeded within CLOSING_S; retries continue anyway."""
        self.save(row)
        self._urgent.set()
        try:
            async with asyncio.timeout(CLOSING_S):
                await asyncio.shield(asyncio.wrap_future(row.stored))
        except TimeoutError:
            return False
        return True

    def stop(self, within_s: float) -> bool:
        """Store what is pending and end the thread; return whether everything was stored."""
        self._stopping = True
        self._wake.set()
        self._urgent.set()
        if self._thread is not None:
            self._thread.join(within_s)
        return not self._pending

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        keep_connection()
        while True:
            self._wake.wait()
            self._wake.clear()
            self._urgent.wait(TICK_S)
            self._urgent.clear()
            stored = self._store_pending()
            if self._stopping:
                connection.close()
                return
            if not stored:
                self._urgent.wait(RETRY_S)
                self._wake.set()

    def _store_pending(self) -> bool:
        with self._lock:
            batch, self._pending = self._pending, {}
            taken_at_s = time.monotonic()
        try:
            close_old_connections()
            _store_all(sorted(batch.values(), key=attrgetter("conversation_id")))
        except Exception as error:
            log_failure(logger, error, doing="storing turns")
            connection.close()
            self._take_back(batch)
            return False
        with self._lock:
            self._waiting_since_s = taken_at_s if self._pending else None
        for row in batch.values():
            row.stored.set_result(None)
        return True

    def _take_back(self, batch: dict[str, TurnRow]) -> None:
        with self._lock:
            for turn_id, row in batch.items():
                if turn_id in self._pending:
                    row.stored.set_result(None)
                else:
                    self._pending[turn_id] = row


def _store_all(rows: Sequence[TurnRow]) -> None:
    """Store all rows in one transaction. If one contains invalid data, store each separately, without that one.

    Rows are locked by their conversations' order, a conversation before its turn, as everywhere.

    Raises DatabaseError if the database itself fails.
    """
    try:
        with transaction.atomic():
            for row in rows:
                _store(row)
    except Exception as error:
        if _is_the_databases(error):
            raise
        if len(rows) > 1:
            for row in rows:
                _store_all([row])
            return
        log_failure(logger, error, turn_id=rows[0].turn_id)
        if ENDS in rows[0].values:
            close_failed_turn(rows[0].turn_id)


def _is_the_databases(error: Exception) -> bool:
    return isinstance(error, DatabaseError) and not isinstance(error, IntegrityError | DataError)


def _store(row: TurnRow) -> None:
    values = {name: storable(value) for name, value in row.values.items()}
    # Viewers were told these events in any case: no other may have their ``seq``.
    if _ADVANCE(id=row.conversation_id, last_seq=row.last_seq, updated_at=timezone.now()):
        left_at(row.conversation_id, row.last_seq)
    # A deleted conversation's turn is gone.
    if not _update_of(tuple(values))(id=row.turn_id, **values):
        return
    for completion in row.completions:
        _INSERT_COMPLETION(Completion(turn_id=row.turn_id, **storable(completion)))


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
        }
        if place == len(record.requests):
            completion |= {
                "id": inference_id,
                "payloads": [list(payload) for payload in record.payloads],
                "reasoning": closed.reasoning,
                "tool_calls": record.tool_calls,
                "usage": closed.usage,
                "finish_reason": closed.finish_reason[:64],
            }
        completions.append(completion)
    return completions
