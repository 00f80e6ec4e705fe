"""A turn that runs in this process: its task, its record, and the delivery of its events to viewers and rows."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from playground.engine.errors.codes import TURN_FAILED, Code, CommandError, GreenroomError
from playground.engine.events import (
    ContentDelta,
    Event,
    PayloadReceived,
    PlayoutEnded,
    PlayoutStarted,
    ReasoningDelta,
    SentenceCompleted,
    Timings,
    ToolCalled,
    TurnClosed,
    TurnStatus,
)
from playground.engine.json_types import Json
from playground.engine.limits import Limits
from playground.engine.persona import BargeIn
from playground.engine.turn_plan import TurnPlan
from playground.engine.turn_record import TurnRecord
from playground.realtime.hub import Hub
from playground.realtime.wire_events import envelope, wire_count, wire_events
from playground.storage.record_writer import Recorder
from playground.storage.turn_rows import TurnRow, closed_row, failed_row, streaming_row
from playground.timers import PutOffTimer
from playground.turns.interrupt import Interrupt, InterruptSignal

logger = logging.getLogger(__name__)

SAVE_EVERY_CHARS = 2_048
SAVE_EVERY_MS = 700
"""With the recorder's tick, what came or was heard is stored within a second, whether or not more comes."""
HEARD_CHARS_PER_MS = 32
"""While only the voice goes on, a long turn is stored less often: by so many of its characters a ms."""

_STORED_SOON = (ReasoningDelta, SentenceCompleted, PlayoutStarted, PlayoutEnded, ToolCalled)
"""Events, beside new text, after which a row is stored."""


def _tell_nobody(_live: "LiveTurn", _has_newer: bool) -> None:
    """Ignore it."""


class LiveTurn:
    """Pass ``emit`` to the conductor. ``publish_end`` first stores the end, then sends it to the viewers."""

    def __init__(
        self,
        plan: TurnPlan,
        *,
        hub: Hub,
        recorder: Recorder,
        limits: Limits,
        created_at: datetime,
        tell_late_end: Callable[["LiveTurn", bool], None] = _tell_nobody,
    ) -> None:
        """``tell_late_end``: its end has replaced a closing by another process; with whether a newer turn has begun."""
        self.plan = plan
        self.interrupt = InterruptSignal()
        self.task: asyncio.Task[None] | None = None
        self._hub = hub
        self._recorder = recorder
        self._created_at = created_at
        self._tell_late_end = tell_late_end
        self._loop = asyncio.get_running_loop()
        self._started_at = self._loop.time()
        self._record = TurnRecord(plan.turn_id, plan.turn_idx, limits.cassette_bytes)
        self._saved_chars = 0
        self._saved_ms = 0
        self._save_at = self._started_at + SAVE_EVERY_MS / 1000
        """When what came since the last row is stored, by the event loop's clock."""
        self._chars = 0
        self._saving = PutOffTimer(self._save)
        self._saved_row: TurnRow | None = None
        self._saved_values: Json = {}
        self.is_sealed = False
        """Whether its row has its last ``seq``: no other event may take one, and after it the database gives it."""
        self.is_muted = False
        """Whether it ends for the viewers of this process alone: the conversation has gone on without it."""
        self._has_told_end = False

    @property
    def is_ending(self) -> bool:
        """Whether it was interrupted or has emitted its last event. Its end may not be stored yet."""
        return self.interrupt.asked.done() or self.is_closed

    @property
    def is_closed(self) -> bool:
        """Whether it has emitted its last event."""
        return self._record.closed is not None

    @property
    def now_ms(self) -> int:
        return round((self._loop.time() - self._started_at) * 1000)

    def as_json(self) -> dict[str, Any]:
        """Return the turn's current state for a snapshot."""
        return self._record.as_json(created_at=self._created_at.isoformat())

    def cut(self, interrupt: Interrupt) -> None:
        """Cut the voice under its barge-in rules, once it gets to the interrupt's offset; a closed turn stays as it is.

        Raises CommandError (barge_in_disabled).
        """
        if self.is_closed:
            return
        if self.plan.persona.barge_in.mode is BargeIn.DISABLED and not interrupt.is_final:
            message = "Barge-in is disabled for this persona: the caller cannot interrupt it."
            raise CommandError(Code.BARGE_IN_DISABLED, message)
        if interrupt.at_offset is not None and self._record.heard_to(self.now_ms) < interrupt.at_offset:
            self.interrupt.wait(interrupt.at_offset)
        else:
            self.interrupt.ask(interrupt)

    def withdraw_interrupt(self) -> None:
        """Take back an interrupt that waits for the voice."""
        self.interrupt.wait(None)

    def resume(self, last_seq: int) -> None:
        """Go on after this ``seq``, in a row that another process had closed and that took nothing meanwhile."""
        if self.is_sealed:
            return
        self._hub.resume_turn(self.plan.conversation_id, last_seq)
        self._saved_row = None
        self._save()

    def mute(self) -> bool:
        """Tell only the turn's end from now on, and begin no tool round; return False if its end was told already."""
        self.is_muted = True
        return not self._has_told_end

    def emit(self, event: Event) -> None:
        """Record the event and send it to the viewers. Never blocks.

        A payload is for the record alone, and the closing event waits for ``publish_end``.
        """
        self._record.apply(event)
        if isinstance(event, TurnClosed | PayloadReceived):
            return
        self._publish(event)
        if isinstance(event, ContentDelta):
            self._chars += len(event.text)
            self._save_sometimes(event.t_ms)
        elif isinstance(event, _STORED_SOON):
            self._saving.set(self._save_at)

    async def publish_end(self) -> None:
        """Store the closed turn, then send its end to the viewers."""
        self._saving.close()
        closed = self._record.closed
        assert closed is not None
        await self._store(self._closed_row())
        self._publish_end(closed)

    async def publish_failure(self) -> None:
        """Close the row of a turn whose task failed, then send the end to the viewers."""
        self._saving.close()
        text = "".join(self._record.text)
        failed = TurnClosed(
            t_ms=self.now_ms,
            status=TurnStatus.FAILED,
            text=text,
            heard_text="",
            error=GreenroomError(Code.INTERNAL, TURN_FAILED),
            timings=Timings(total=self.now_ms),
        )
        last_seq = self._seal(failed)
        await self._store(failed_row(self.plan.turn_id, self.plan.conversation_id, text, last_seq=last_seq))
        self._publish_end(failed)

    def save_end(self) -> None:
        """Give the closed turn to the recorder without waiting, during a shutdown."""
        self._saving.close()
        if self._record.closed is not None:
            self._recorder.save(self._closed_row())
            self._publish_end(self._record.closed)

    def close_unbegun(self) -> None:
        """Close a turn whose task was cancelled before its first step, during a shutdown."""
        error = GreenroomError(Code.CANCELLED, "The server was stopped.")
        timings = Timings(total=self.now_ms)
        self._record.apply(
            TurnClosed(
                t_ms=self.now_ms,
                status=TurnStatus.INTERRUPTED,
                text="",
                heard_text="",
                error=error,
                timings=timings,
            )
        )
        self.save_end()

    async def _store(self, end: TurnRow) -> None:
        """Store the turn's end. Retries continue if the database is down, but the viewers don't wait for them."""
        if not await self._recorder.save_now(replace(end, tell_late=self._tell_late_soon)):
            logger.error("The end of turn %s is not stored yet.", self.plan.turn_id)

    def _tell_late_soon(self, has_newer: bool) -> None:
        """Tell it on the event loop, unless that was closed; called in the recorder's thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._tell_late_end, self, has_newer)

    def _seal(self, closed: TurnClosed) -> int:
        """Keep the next ``seq`` for the turn's end, and return its last one."""
        self.is_sealed = True
        return self._hub.seq(self.plan.conversation_id) + wire_count(closed)

    def _closed_row(self) -> TurnRow:
        closed = self._record.closed
        assert closed is not None
        conversation_id = self.plan.conversation_id
        return closed_row(
            self._record,
            conversation_id,
            last_seq=self._seal(closed),
            inference_id=self.plan.inference_id,
        )

    def _save_sometimes(self, t_ms: int) -> None:
        if self._chars - self._saved_chars < SAVE_EVERY_CHARS and t_ms - self._saved_ms < SAVE_EVERY_MS:
            self._saving.set(self._save_at)
            return
        self._save()

    def _save(self) -> None:
        """Store the turn so far within the recorder's tick, and again and again while the voice goes on."""
        self._saving.unset()
        self._saved_chars, self._saved_ms = self._chars, self.now_ms
        self._save_at = self._loop.time() + SAVE_EVERY_MS / 1000
        conversation_id = self.plan.conversation_id
        last_seq = self._hub.seq(conversation_id)
        row = streaming_row(self._record, conversation_id, now_ms=self._saved_ms, last_seq=last_seq)
        self._saved_row, self._saved_values = self._without_stored(row), row.values
        self._recorder.save(self._saved_row)
        if self._record.playing is not None:
            self._saving.set(self._save_at + self._chars / HEARD_CHARS_PER_MS / 1000)

    def _without_stored(self, row: TurnRow) -> TurnRow:
        """Return the row without the values that the last one stored: a long answer is spoken for minutes."""
        if self._saved_row is None or not self._saved_row.stored.done():
            return row
        known = self._saved_values
        changed = {
            name: value for name, value in row.values.items() if name == "status" or known[name] != value
        }
        return replace(row, values=changed)

    def _publish(self, event: Event) -> None:
        plan = self.plan
        if not self._hub.has_audience(plan.conversation_id):
            self._hub.pass_over(plan.conversation_id, wire_count(event))
            return
        for event_type, properties in wire_events(event):
            made = envelope(
                event_type,
                {"turn_id": plan.turn_id, "t_ms": event.t_ms, **properties},
                conversation_id=plan.conversation_id,
                seq=self._hub.next_seq(plan.conversation_id),
                inference_id=plan.inference_id,
                turn_idx=plan.turn_idx,
            )
            self._hub.publish(plan.conversation_id, made)

    def _publish_end(self, closed: TurnClosed) -> None:
        self._has_told_end = True
        self._publish(closed)

    def tell(self, event_type: str, properties: Json) -> bool:
        """Tell an event of the conversation that is none of the turn; False if its end may be stored already."""
        if self.is_sealed or self.is_muted:
            return False
        conversation_id = self.plan.conversation_id
        seq = self._hub.next_seq(conversation_id)
        made = envelope(event_type, properties, conversation_id=conversation_id, seq=seq)
        self._hub.publish(conversation_id, made)
        return True
