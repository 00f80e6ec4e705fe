"""Writes turns into rows: one thread per process, one transaction per tick."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from operator import attrgetter

from django.db import DatabaseError, DataError, IntegrityError, close_old_connections, connection, transaction
from django.db.models import Q
from django.utils import timezone

from playground.engine.json_types import Json
from playground.engine.limits import MIB
from playground.failures import log_failure
from playground.models import Completion, Conversation, Turn
from playground.storage.call_log import CountsChange, note_closed, store_counts
from playground.storage.database_thread import keep_connection
from playground.storage.database_trouble import Trouble, trouble_of
from playground.storage.held_rows import TOGETHER_MS, briefly_waiting, each_unless_held, is_held_row
from playground.storage.leases import PROCESS_ID, close_failed_turn
from playground.storage.outbox import note_tool_calls
from playground.storage.past_turns import left_at
from playground.storage.prepared import PreparedInsert, PreparedUpdate, parameter
from playground.storage.turn_rows import ENDS, TurnRow, storable

logger = logging.getLogger(__name__)

TICK_S = 0.25
"""How often changes are stored; a turn's end is stored at once."""
RETRY_S = 1.0
"""How long to wait after the database refused a transaction."""
CLOSING_S = 5.0
"""How long viewers wait for a turn's end to be stored before they get the event anyway."""
BACKLOG_BYTES = 64 * MIB
"""How much may wait while the database takes nothing; beyond it the turns that run end. No new one begins meanwhile."""


_ADVANCE = PreparedUpdate(
    lambda: Conversation.objects.filter(
        pk=parameter(Conversation, "id"), last_seq__lt=parameter(Conversation, "last_seq")
    ),
    ["last_seq", "updated_at"],
)
_INSERT_COMPLETION = PreparedInsert(Completion)


@cache
def _update_open(names: tuple[str, ...]) -> PreparedUpdate:
    """Return the update of these values of an open turn."""
    return _update_of(Q(status__in=Turn.OPEN), names)


@cache
def _update_closed(names: tuple[str, ...]) -> PreparedUpdate:
    """Return the update of these values of a turn of this process that another closed as an orphan."""
    return _update_of(Q(owner_process=PROCESS_ID), names)


def _update_of(which: Q, names: tuple[str, ...]) -> PreparedUpdate:
    return PreparedUpdate(lambda: Turn.objects.filter(which, pk=parameter(Turn, "id")), names)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits because the database took nothing at the last attempt, and why it didn't."""

    trouble: Trouble
    size_bytes: int

    @property
    def is_full(self) -> bool:
        return self.size_bytes > BACKLOG_BYTES


def _tell_nobody(_backlog: Backlog | None) -> None:
    """Ignore it."""


class Recorder:
    """Accepts rows from the event loop without blocking, and stores them in order."""

    def __init__(self, tell: Callable[[Backlog | None], None] = _tell_nobody) -> None:
        """``tell`` is called in the recorder's thread: after each failed attempt, and with None after a good one."""
        self._tell = tell
        self._pending: dict[str, TurnRow] = {}
        self._weights: dict[str, tuple[TurnRow, int]] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._urgent = threading.Event()
        self._stop_at_s: float | None = None
        self._thread: threading.Thread | None = None
        self._waiting_since_s: float | None = None
        self.backlog: Backlog | None = None
        """None while the database takes what it is given."""

    @property
    def lag_s(self) -> float:
        """The age in seconds of the oldest row that isn't stored."""
        since_s = self._waiting_since_s
        return 0.0 if since_s is None else time.monotonic() - since_s

    def save(self, row: TurnRow) -> None:
        """Store the row within a tick."""
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
        """Store the row at once; return whether that succeeded within CLOSING_S. Retries continue anyway."""
        self.save(row)
        self._urgent.set()
        stored, _still_waits = await asyncio.wait({asyncio.wrap_future(row.stored)}, timeout=CLOSING_S)
        return bool(stored)

    def stop(self, within_s: float) -> bool:
        """Store what is pending and end the thread; return whether everything was stored."""
        self._stop_at_s = time.monotonic() + within_s
        self._wake.set()
        self._urgent.set()
        if self._thread is not None:
            self._thread.join(within_s)
        if self._pending:
            logger.error("%d turns are not stored, and the server stops.", len(self._pending))
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
            try:
                stored = self._store_pending()
            except Exception as error:  # of telling how much waits: the thread lives on
                log_failure(logger, error, doing="telling of the backlog")
                stored = False
            if self._stop_at_s is not None and (stored or time.monotonic() >= self._stop_at_s):
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
            held = _store_all(sorted(batch.values(), key=attrgetter("conversation_id")))
        except Exception as error:
            connection.close()
            self._take_back(batch.values())
            self._fall_behind(error)
            return False
        for row in held:
            del batch[row.turn_id]
        self._take_back(held)
        with self._lock:
            self._waiting_since_s = taken_at_s if self._pending else None
        for row in batch.values():
            row.stored.set_result(None)
        self._catch_up()
        return not held

    def _take_back(self, rows: Iterable[TurnRow]) -> None:
        with self._lock:
            for row in rows:
                if row.turn_id in self._pending:
                    row.stored.set_result(None)
                else:
                    self._pending[row.turn_id] = row

    def _fall_behind(self, error: Exception) -> None:
        """Tell how much waits; only the first of several failures is logged."""
        if self.backlog is None:
            log_failure(logger, error, doing="storing turns")
        self.backlog = Backlog(trouble_of(error) or Trouble.AWAY, self._weigh_pending())
        self._tell(self.backlog)

    def _catch_up(self) -> None:
        if self.backlog is None:
            return
        logger.warning("What waited for the database is stored.")
        self.backlog, self._weights = None, {}
        self._tell(None)

    def _weigh_pending(self) -> int:
        """Return the bytes of all pending rows; one that was weighed before isn't again."""
        with self._lock:
            pending = dict(self._pending)
        known = self._weights
        self._weights = {}
        for turn_id, row in pending.items():
            before, weight = known.get(turn_id, (None, 0))
            self._weights[turn_id] = (row, weight if before is row else row.weigh())
        return sum(weight for _, weight in self._weights.values())


def _store_all(rows: Sequence[TurnRow]) -> list[TurnRow]:
    """Store all rows in one transaction. If one is held or contains invalid data, store each separately.

    Rows are locked by their conversations' order, a conversation before its turn, as everywhere.

    Return those that are held. Raises DatabaseError if the database itself fails.
    """
    try:
        with briefly_waiting(TOGETHER_MS):
            store_counts([change for row in rows for change in _store(row)])
    except Exception as error:
        if _is_the_databases(error) and not is_held_row(error):
            raise
        return each_unless_held(rows, _store_if_valid)
    return []


def _store_if_valid(row: TurnRow) -> None:
    """Store the row; one with invalid data is left out, and if it is its turn's end, the turn fails."""
    try:
        with transaction.atomic():
            store_counts(_store(row))
    except Exception as error:
        if _is_the_databases(error):
            raise
        log_failure(logger, error, turn_id=row.turn_id)
        if ENDS in row.values:
            close_failed_turn(row.turn_id)


def _is_the_databases(error: Exception) -> bool:
    return isinstance(error, DatabaseError) and not isinstance(error, IntegrityError | DataError)


def _store(row: TurnRow) -> list[CountsChange]:
    """Store the row; return what its end changes of its slot."""
    values: Json = storable(row.values)
    # Viewers were told these events in any case: no other may have their ``seq``.
    if _ADVANCE(id=row.conversation_id, last_seq=row.last_seq, updated_at=timezone.now()):
        left_at(row.conversation_id, row.last_seq)
    if not _update_open(tuple(values))(id=row.turn_id, **values) and not _replace_closing(row, values):
        return []
    for completion in row.completions:
        _INSERT_COMPLETION(turn_id=row.turn_id, **storable(completion))
    if ENDS in values and (calls := values.get("timeline", {}).get("tool_calls")):
        note_tool_calls(row.turn_id, calls, values[ENDS])
    return note_closed(row.turn_id) if ENDS in values else []


def _replace_closing(row: TurnRow, values: Json) -> bool:
    """Store an end over the turn's closing as an orphan, and return whether there was one.

    A deleted conversation's turn is gone.
    """
    if ENDS not in values or not _update_closed(tuple(values))(id=row.turn_id, **values):
        return False
    turn = Turn.objects.only("position").get(pk=row.turn_id)
    newer = Turn.objects.filter(conversation_id=row.conversation_id, position__gt=turn.position)
    transaction.on_commit(partial(row.tell_late, newer.exists()))
    return True
