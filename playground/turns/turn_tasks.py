"""The tasks of this process's turns: each is started with its row, cut, awaited, and let go at its end."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from playground.engine.errors.codes import TURN_FAILED, Code, CommandError, GreenroomError
from playground.engine.events import TurnKind
from playground.engine.limits import MIB, Limits
from playground.engine.speech.fillers import Pick
from playground.engine.turn_limits import OpenTurns, OpenTurnSlot
from playground.failures import log_failure
from playground.loop_lag import loop_lag
from playground.outgoing.completion import OpenCompletion
from playground.realtime.hub import Hub
from playground.realtime.presented_key import presented_key
from playground.storage.begin_turn import BegunTurn, UnplannedTurnError, begin_turn
from playground.storage.database_jobs import database_job
from playground.storage.database_trouble import Trouble, trouble_of
from playground.storage.open_turn import BUSY, NewTurn
from playground.storage.record_writer import BACKLOG_BYTES, Backlog, Recorder
from playground.storage.right_at_effect import right_at_effect
from playground.storage.turn_rows import failed_row
from playground.tasks import carried_out, start_task
from playground.tools.tool_rounds import ToolRounds
from playground.turns.conductor import conduct
from playground.turns.filler_pick import filler_pick
from playground.turns.interrupt import Interrupt
from playground.turns.revived_turns import RevivedTurns
from playground.turns.running_turn import LiveTurn

logger = logging.getLogger(__name__)

BACKLOG_IS_FULL = (
    f"The database takes nothing, and more than {BACKLOG_BYTES // MIB} MiB of turns wait for it, so this turn was "
    "ended: say it again once the page no longer says that nothing is stored."
)
ENDING_S = 10.0
"""How long a new turn waits for the end of one that was interrupted, a held interrupt included."""

LOOK_AGAIN_S = 0.05
"""How often the end of a turn that was cut in another process is looked for."""

_BEGIN_TURN = database_job(begin_turn)


@dataclass(frozen=True, slots=True)
class TurnConditions:
    """What every turn of this process runs with."""

    limits: Limits
    open_completion: OpenCompletion
    pick: Pick


class OtherProcesses(Protocol):
    """The other processes of the installation, as a turn needs them: the relay."""

    async def start_turn(self, conversation_id: str) -> None: ...
    async def end_turn(self, conversation_id: str) -> None: ...
    async def interrupt(self, conversation_id: str, interrupt: Interrupt) -> None: ...
    async def withdraw_interrupt(self, conversation_id: str) -> None: ...
    def mute_turn(self, conversation_id: str) -> None: ...
    async def have_shown_anew(self, conversation_id: str) -> None: ...


class TurnTasks:
    """At most one turn of each conversation. What refuses a viewer is raised as CommandError."""

    def __init__(
        self,
        conditions: TurnConditions,
        *,
        hub: Hub,
        recorder: Recorder,
        tools: ToolRounds,
        open_turns: OpenTurns,
        others: OtherProcesses | None,
        keep: Callable[["asyncio.Task[None]"], None],
    ) -> None:
        """``others``: None in the only process. ``keep`` owns what must be done before the process stops."""
        self.conditions = conditions
        self._hub = hub
        self._recorder = recorder
        self._tools = tools
        self._open_turns = open_turns
        self._others = others
        self._keep = keep
        self.revived = RevivedTurns(hub, others=others, keep=keep)
        self._live: dict[str, LiveTurn] = {}
        self._starting: Counter[str] = Counter()
        self._cut_elsewhere: dict[str, float] = {}
        """Until when, by the event loop's clock, their turns may still end in another process."""
        self._is_draining = False

    def all(self) -> Collection[LiveTurn]:
        return self._live.values()

    def of(self, conversation_id: str) -> LiveTurn | None:
        return self._live.get(conversation_id)

    def has(self, conversation_id: str) -> bool:
        """Whether a turn runs here, or starts: what was read of the row's ``seq`` must not be outrun."""
        return conversation_id in self._live or conversation_id in self._starting

    async def start(self, conversation_id: str, new: NewTurn) -> str:
        """Store the turn, start its task, and return its id. Raises CommandError: busy, bad_message, internal."""
        self._refuse_while_closed()
        if new.kind is not TurnKind.CONTINUATION:
            self._tools.leave(conversation_id)
        await self._let_end(conversation_id)
        # Whoever asked may leave between the turn's row and its task: a request is cancelled when its client goes.
        return await carried_out(
            self._start_in_place(conversation_id, new), name="starting a turn", keep=self._keep
        )

    async def cut(self, conversation_id: str, interrupt: Interrupt) -> None:
        """Cut the open turn, wherever it runs; nothing happens where none is open.

        Raises CommandError (barge_in_disabled).
        """
        self._tools.leave(conversation_id)
        live = self._live.get(conversation_id)
        if live is None and self._others is not None:
            self._expect_end_elsewhere(conversation_id)
            await self._others.interrupt(conversation_id, interrupt)
        if live is not None:
            live.cut(interrupt)

    def _expect_end_elsewhere(self, conversation_id: str) -> None:
        """Have the next turn wait for the one that was cut, and forget those for which that time is over."""
        now_s = asyncio.get_running_loop().time()
        self._cut_elsewhere = {
            cut: until_s
            for cut, until_s in self._cut_elsewhere.items()
            if until_s > now_s and cut != conversation_id
        }
        self._cut_elsewhere[conversation_id] = now_s + ENDING_S

    async def withdraw_interrupt(self, conversation_id: str) -> None:
        """Take back an interrupt of the open turn that waits for the voice, wherever the turn runs."""
        live = self._live.get(conversation_id)
        if live is not None:
            live.withdraw_interrupt()
        elif self._others is not None:
            await self._others.withdraw_interrupt(conversation_id)

    async def until_ended(self, conversation_id: str) -> None:
        """Wait for the end of the turn that runs here, ENDING_S at the most."""
        live = self._live.get(conversation_id)
        if live is not None and live.task is not None:
            await asyncio.wait({live.task}, timeout=ENDING_S)

    def bear(self, backlog: Backlog) -> None:
        """End the turns that run once more waits to be stored than may."""
        if backlog.is_full:
            for live in self._live.values():
                live.cut(Interrupt(is_final=True, error=GreenroomError(Code.NOT_STORED, BACKLOG_IS_FULL)))

    def refuse_new(self) -> None:
        """Start no turn any more: the server is about to stop."""
        self._is_draining = True

    async def until_all_ended(self) -> None:
        """Wait for the end of the turns that run here."""
        tasks = [live.task for live in self._live.values() if live.task is not None]
        if tasks:
            await asyncio.wait(tasks)

    async def cancel(self) -> None:
        """Close the open turns as interrupted, and await their tasks."""
        tasks = [live.task for live in self._live.values() if live.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _refuse_while_closed(self) -> None:
        """Refuse a turn before the server stops, and while what is told of others can't be stored for want of room."""
        if self._is_draining:
            raise CommandError(Code.BUSY, "The server is about to stop. Try again in a moment.")
        backlog = self._recorder.backlog
        if backlog is not None and (backlog.is_full or backlog.trouble is Trouble.FULL):
            raise backlog.trouble.refusal()

    async def _let_end(self, conversation_id: str) -> None:
        """Wait for the end of a turn that was cut already; one that goes on is busy."""
        live = self._live.get(conversation_id)
        if live is None or live.task is None:
            return
        if live.is_ending:
            await self.until_ended(conversation_id)
        if conversation_id in self._live:
            raise CommandError(Code.BUSY, BUSY)

    async def _start_in_place(self, conversation_id: str, new: NewTurn) -> str:
        self._refuse_while_closed()
        slot = self._open_turns.slot()
        self._starting[conversation_id] += 1
        try:
            return await self._start_at(slot, conversation_id, new)
        finally:
            slot.release_unless_kept()
            self._starting[conversation_id] -= 1
            if not self._starting[conversation_id]:
                del self._starting[conversation_id]

    async def _start_at(self, slot: OpenTurnSlot, conversation_id: str, new: NewTurn) -> str:
        """Start the turn; its task keeps the place to its end."""
        begun = await self._begin_or_close(slot, conversation_id, new)
        opened, plan = begun.opened, begun.plan
        if plan is None:
            return opened.turn.pk
        self._hub.begin_turn(conversation_id, opened.conversation.last_seq)
        live = LiveTurn(
            plan,
            hub=self._hub,
            recorder=self._recorder,
            limits=self.conditions.limits,
            created_at=opened.turn.created_at,
            tell_late_end=self.revived.tell_late_end,
        )
        self._live[conversation_id] = live
        if self._others is not None:
            await self._others.start_turn(conversation_id)
        live.task = start_task(self._run(live), name=f"turn {plan.turn_id}")
        live.task.add_done_callback(lambda _ended: self._let_go(live, slot))
        slot.keep()
        return plan.turn_id

    async def _begin_or_close(self, slot: OpenTurnSlot, conversation_id: str, new: NewTurn) -> BegunTurn:
        """Begin the turn. Raises CommandError; one without a plan the recorder closes, now or when it can."""
        try:
            return await self._begin(slot, conversation_id, new)
        except UnplannedTurnError as unplanned:
            opened = unplanned.opened
            log_failure(logger, unplanned.cause, turn_id=opened.turn.pk)
            await self._recorder.save_now(failed_row(opened.turn.pk, opened.conversation.pk, "", last_seq=0))
            trouble = trouble_of(unplanned.cause)
            raise (trouble.refusal() if trouble else CommandError(Code.INTERNAL, TURN_FAILED)) from None

    async def _begin(self, slot: OpenTurnSlot, conversation_id: str, new: NewTurn) -> BegunTurn:
        """Store the turn's row; one that was cut in another process may still have to end there."""
        admit = partial(self._open_turns.count_for, slot, key=presented_key.get())
        deadline = self._cut_elsewhere.pop(conversation_id, 0.0)
        while True:
            try:
                return await _BEGIN_TURN(conversation_id, new, admit)
            except CommandError as error:
                if error.code is not Code.BUSY or asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _run(self, live: LiveTurn) -> None:
        right_at_effect.set(None)  # What the turn leads to is no command of whoever began it.
        conversation_id = live.plan.conversation_id
        try:
            lag = loop_lag.get()
            with lag.watched():
                closed = await conduct(
                    live.plan,
                    open_completion=self.conditions.open_completion,
                    emit=live.emit,
                    interrupt=live.interrupt,
                    pick=filler_pick(live.plan, unseeded=self.conditions.pick),
                    limits=self.conditions.limits,
                    lag=lag,
                )
            await live.publish_end()
        except asyncio.CancelledError:
            live.save_end()
            raise
        except Exception:
            await live.publish_failure()
            raise
        finally:
            self._forget(conversation_id)
            if self._others is not None:
                await self._others.end_turn(conversation_id)
        if closed.tool_calls and not live.is_muted and not self._is_draining:
            self._tools.begin(conversation_id, live.plan.turn_id)

    def _forget(self, conversation_id: str) -> None:
        del self._live[conversation_id]
        self._hub.end_turn(conversation_id)

    def _let_go(self, live: LiveTurn, slot: OpenTurnSlot) -> None:
        """The turn's task has ended; one that was cancelled before its first step has cleared nothing up."""
        slot.release()
        conversation_id = live.plan.conversation_id
        if self._live.get(conversation_id) is not live:
            return
        live.close_unbegun()
        self._forget(conversation_id)
        if self._others is not None:
            self._keep(start_task(self._others.end_turn(conversation_id), name="end of a turn"))
