"""Starts, interrupts and watches turns. Each conversation's turn runs as a task of this process's runner."""

import asyncio
import logging
import random
from weakref import WeakKeyDictionary

from django.conf import settings

from playground.engine.errors.codes import Code, CommandError, GreenroomError
from playground.engine.events import TurnKind
from playground.engine.json_types import Json
from playground.engine.limits import Limits
from playground.engine.persona import BargeIn
from playground.engine.speech.fillers import Pick
from playground.engine.tools.rounds import ResultSource
from playground.engine.turn_limits import DEFAULT_OPEN_TURNS, OpenTurnLimits, OpenTurns, OpenTurnSlot
from playground.engine.turn_plan import TurnPlan
from playground.failures import log_failure
from playground.outgoing.completion import OpenCompletion, open_completion
from playground.realtime.hub import Hub, Viewer
from playground.realtime.presented_key import presented_key
from playground.realtime.relay import Layer, Relay, shared_layer
from playground.realtime.snapshot_sender import SnapshotSender
from playground.realtime.wire_events import envelope
from playground.storage import conversation_edits, leases
from playground.storage.database_jobs import database_job, in_database_thread
from playground.storage.load_plan import plan_of
from playground.storage.open_turn import BUSY, NewTurn, OpenedTurn, open_turn, owner_of
from playground.storage.record_writer import Recorder, failed_row
from playground.tasks import OnFailure, carried_out, start_task
from playground.tools.tool_rounds import ToolRounds
from playground.turns.conductor import conduct
from playground.turns.filler_pick import filler_pick
from playground.turns.interrupt import Interrupt
from playground.turns.running_turn import LiveTurn

logger = logging.getLogger(__name__)

ENDING_S = 10.0
"""How long a new turn waits for an interrupted one to end, including a held-back interrupt."""

LOOK_AGAIN_S = 0.05
"""How often to poll for the end of a turn interrupted in another process."""

GREETING_ID = "greeting"


class Runner:
    """The turns of this process. Commands raise CommandError; a turn's own failure is an event of the turn."""

    def __init__(
        self,
        *,
        limits: Limits,
        open_completion: OpenCompletion = open_completion,
        pick: Pick = random.randrange,
        layer: Layer | None = None,
        open_turns: OpenTurnLimits = DEFAULT_OPEN_TURNS,
    ) -> None:
        """``layer`` connects the processes of an installation; None for a single process."""
        self.hub = Hub()
        self._relay = Relay(layer, self.hub, self) if layer is not None else None
        self._limits = limits
        self._open_completion = open_completion
        self._pick = pick
        self._recorder = Recorder()
        self._tools = ToolRounds(
            limits=limits, open_completion=open_completion, give=self.tool_result, tell=self._tell_error
        )
        self.open_turns = OpenTurns(open_turns)
        self._live: dict[str, LiveTurn] = {}
        self._heartbeat: asyncio.Task[None] | None = None
        self._is_draining = False
        self._commands: set[asyncio.Task[None]] = set()
        self._cut_elsewhere: dict[str, float] = {}

    @property
    def writer_lag_s(self) -> float:
        """The age in seconds of the oldest turn row that isn't stored yet."""
        return self._recorder.lag_s

    def keep(self, command: "asyncio.Task[None]") -> None:
        """Own a viewer's command until it ends, which may be after the viewer has left."""
        self._commands.add(command)
        command.add_done_callback(self._commands.discard)

    async def start(self) -> None:
        """Close orphaned turns, join the other processes, and start the regular housekeeping."""
        await in_database_thread(leases.close_left_turns)(is_only_process=self._relay is None)
        if self._relay is not None:
            await self._relay.start()
            self.hub.forward = self._relay.forward
        self._heartbeat = start_task(self._beat(), name="heartbeat")

    async def attach(self, conversation_id: str) -> Viewer:
        """Return a viewer of the conversation, whichever process runs its turns."""
        viewer = self.hub.attach(conversation_id)
        try:
            if self._relay is not None:
                await self._relay.join(conversation_id)
        except BaseException:
            self.hub.detach(conversation_id, viewer)
            raise
        return viewer

    async def detach(self, conversation_id: str, viewer: Viewer) -> None:
        self.hub.detach(conversation_id, viewer)
        if self._relay is not None:
            await self._relay.leave(conversation_id)

    def snapshot_sender(
        self, conversation_id: str, viewer: Viewer, *, on_failure: OnFailure
    ) -> SnapshotSender:
        """Return the sender of the viewer's snapshots.

        ``on_failure`` closes the viewer if the snapshot can't be read.
        """
        return SnapshotSender(self, conversation_id, viewer, on_failure=on_failure)

    def live_state(self, conversation_id: str) -> Json | None:
        """Return the state of the turn that runs here, ``{"turn", "now_ms", "seq"}``, or None."""
        live = self._live.get(conversation_id)
        if live is None:
            return None
        return {"turn": live.as_json(), "now_ms": live.now_ms, "seq": self.hub.seq(conversation_id)}

    async def live_state_elsewhere(self, conversation_id: str) -> Json | None:
        """Return the state of the turn that runs in another process, or None without an answer in time."""
        return await self._relay.live_state_elsewhere(conversation_id) if self._relay is not None else None

    async def respond(self, conversation_id: str, text: str, client_msg_id: str = "") -> str:
        """Start a turn with the user's text and return its id. Raises CommandError: busy, bad_message."""
        return await self._start(conversation_id, NewTurn(TurnKind.USER, text, client_msg_id))

    async def echo(self, conversation_id: str, text: str, client_msg_id: str = "") -> str:
        """Start a turn that speaks ``text`` verbatim, bypassing the LLM."""
        return await self._start(conversation_id, NewTurn(TurnKind.ECHO, text, client_msg_id))

    async def greet(self, conversation_id: str, text: str) -> str:
        """Start the conversation's greeting; calling it again returns the same one."""
        return await self._start(conversation_id, NewTurn(TurnKind.GREETING, text, GREETING_ID))

    async def interrupt(self, conversation_id: str, at_offset: int | None = None) -> None:
        """Interrupt the open turn under its barge-in rules; without an open turn do nothing.

        Raises CommandError (barge_in_disabled).
        """
        await self._cut(conversation_id, Interrupt(at_offset))

    def cut_here(self, conversation_id: str, interrupt: Interrupt) -> Json | None:
        """Interrupt for a viewer in another process; return the error event to send if the rules forbid it."""
        try:
            self._cut_live(self._live.get(conversation_id), interrupt)
        except CommandError as refusal:
            seq = self.hub.next_seq(conversation_id)
            return envelope("playground.error", refusal.as_json(), conversation_id=conversation_id, seq=seq)
        return None

    async def tool_result(
        self, conversation_id: str, call_id: str, output: str, status: str, *, source: str = ResultSource.HAND
    ) -> str | None:
        """Answer a tool call. If it was the last open one, start a continuation and return its turn's id.

        Raises CommandError: bad_message for an unknown, answered or outdated call, busy.
        """
        stored = await database_job(conversation_edits.answer_tool_call)(
            conversation_id, call_id, output, status, source
        )
        answered = {"tool_call_id": call_id, "output": output, "status": status, "source": str(source)}
        self._tell(conversation_id, "playground.tool_result", {"turn_id": stored.turn_id, **answered})
        if not stored.is_complete:
            return None
        continuation = NewTurn(TurnKind.CONTINUATION, continues=stored.turn_id)
        return await self._start(conversation_id, continuation)

    async def append_context(self, conversation_id: str, context: str) -> None:
        """Append to the conversational_context, from the next turn on."""
        whole = await database_job(conversation_edits.append_context)(conversation_id, context)
        self._tell(conversation_id, "playground.context", {"conversational_context": whole})

    async def overwrite_context(self, conversation_id: str, context: str) -> None:
        """Replace the conversational_context, from the next turn on."""
        whole = await database_job(conversation_edits.overwrite_context)(conversation_id, context)
        self._tell(conversation_id, "playground.context", {"conversational_context": whole})

    async def end(self, conversation_id: str) -> None:
        """End the conversation and stop an open turn at once, whatever the barge-in rules."""
        await in_database_thread(conversation_edits.end_conversation)(conversation_id)
        await self.stop(conversation_id)
        live = self._live.get(conversation_id)
        if live is not None and live.task is not None:
            await asyncio.wait({live.task}, timeout=ENDING_S)
        self._tell(conversation_id, "playground.ended", {})

    async def stop(self, conversation_id: str) -> None:
        """Stop the open turn at once, whatever the barge-in rules."""
        await self._cut(conversation_id, Interrupt(is_final=True))

    async def shutdown(self, within_s: float) -> None:
        """Refuse new turns, close the open ones as interrupted, store everything, and end every task."""
        self._is_draining = True
        if self._commands:
            await asyncio.wait(self._commands, timeout=within_s)
        tasks = [live.task for live in self._live.values() if live.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._tools.stop()
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            await asyncio.gather(self._heartbeat, return_exceptions=True)
        if self._relay is not None:
            await self._relay.stop()
        await asyncio.to_thread(self._recorder.stop, within_s)

    async def _start(self, conversation_id: str, new: NewTurn) -> str:
        self._refuse_while_draining()
        if new.kind is not TurnKind.CONTINUATION:
            self._tools.leave(conversation_id)
        await self._let_end(conversation_id)
        # The caller may be cancelled between the turn's row and its task, as requests are when their client leaves.
        return await carried_out(
            self._start_in_place(conversation_id, new), name="starting a turn", keep=self.keep
        )

    def _refuse_while_draining(self) -> None:
        if self._is_draining:
            raise CommandError(Code.BUSY, "The server is about to stop. Try again in a moment.")

    async def _start_in_place(self, conversation_id: str, new: NewTurn) -> str:
        self._refuse_while_draining()
        slot = self.open_turns.slot()
        try:
            self.open_turns.count_for(slot, await owner_of(conversation_id), presented_key.get())
            return await self._start_at(slot, conversation_id, new)
        finally:
            slot.release_unless_kept()

    async def _start_at(self, slot: OpenTurnSlot, conversation_id: str, new: NewTurn) -> str:
        """Start the turn; its task keeps the slot until it ends."""
        opened = await self._open(conversation_id, new)
        if not opened.is_new:
            return opened.turn.pk
        plan = await self._plan_or_close(opened)
        self.hub.seed_seq(conversation_id, opened.conversation.last_seq)
        live = LiveTurn(
            plan,
            hub=self.hub,
            recorder=self._recorder,
            limits=self._limits,
            created_at=opened.turn.created_at,
        )
        self._live[conversation_id] = live
        if self._relay is not None:
            await self._relay.start_turn(conversation_id)
        live.task = start_task(self._run(live), name=f"turn {plan.turn_id}")
        live.task.add_done_callback(lambda _ended: self._let_go(live, slot))
        slot.keep()
        return plan.turn_id

    async def _plan_or_close(self, opened: OpenedTurn) -> TurnPlan:
        """Return the turn's plan.

        Raises CommandError (internal) on failure; the recorder then closes the turn, now or when it can.
        """
        try:
            return await database_job(plan_of)(opened)
        except CommandError:
            await self._recorder.save_now(failed_row(opened.turn.pk, opened.conversation.pk, ""))
            raise

    def _let_go(self, live: LiveTurn, slot: OpenTurnSlot) -> None:
        """Release what the ended task held. A task cancelled before its first step has cleaned up nothing itself."""
        slot.release()
        conversation_id = live.plan.conversation_id
        if self._live.get(conversation_id) is not live:
            return
        del self._live[conversation_id]
        live.close_unbegun()
        if self._relay is not None:
            self.keep(start_task(self._relay.end_turn(conversation_id), name="end of a turn"))

    async def _open(self, conversation_id: str, new: NewTurn) -> OpenedTurn:
        """Store the turn's row. An interrupted turn in another process may have to end first."""
        deadline = self._cut_elsewhere.pop(conversation_id, 0.0)
        while True:
            try:
                return await database_job(open_turn)(conversation_id, new)
            except CommandError as error:
                if error.code is not Code.BUSY or asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _cut(self, conversation_id: str, interrupt: Interrupt) -> None:
        self._tools.leave(conversation_id)
        live = self._live.get(conversation_id)
        if live is None and self._relay is not None:
            self._cut_elsewhere[conversation_id] = asyncio.get_running_loop().time() + ENDING_S
            await self._relay.interrupt(conversation_id, interrupt)
        self._cut_live(live, interrupt)

    def _cut_live(self, live: LiveTurn | None, interrupt: Interrupt) -> None:
        if live is None or live.is_closed:
            return
        if live.plan.persona.barge_in.mode is BargeIn.DISABLED and not interrupt.is_final:
            message = "Barge-in is disabled for this persona: the caller cannot interrupt it."
            raise CommandError(Code.BARGE_IN_DISABLED, message)
        live.interrupt.ask(interrupt)

    async def _let_end(self, conversation_id: str) -> None:
        """Wait for an interrupted turn to end. Raises CommandError (busy) if it goes on."""
        live = self._live.get(conversation_id)
        if live is None or live.task is None:
            return
        if live.is_ending:
            await asyncio.wait({live.task}, timeout=ENDING_S)
        if conversation_id in self._live:
            raise CommandError(Code.BUSY, BUSY)

    async def _run(self, live: LiveTurn) -> None:
        conversation_id = live.plan.conversation_id
        try:
            closed = await conduct(
                live.plan,
                open_completion=self._open_completion,
                emit=live.emit,
                interrupt=live.interrupt,
                pick=filler_pick(live.plan, unseeded=self._pick),
                limits=self._limits,
            )
            await live.publish_end()
        except asyncio.CancelledError:
            live.save_end()
            raise
        except Exception:
            await live.publish_failure()
            raise
        finally:
            del self._live[conversation_id]
            if self._relay is not None:
                await self._relay.end_turn(conversation_id)
        if closed.tool_calls and not self._is_draining:
            self._tools.begin(conversation_id, live.plan.turn_id)

    async def _beat(self) -> None:
        """Do the regular work: renew leases, apply interrupts left in rows, close turns of dead processes."""
        while True:
            await asyncio.sleep(leases.HEARTBEAT_S)
            try:
                await self._keep_house()
            except Exception as error:
                log_failure(logger, error, doing="housekeeping")

    async def _keep_house(self) -> None:
        turns = {live.plan.turn_id: live for live in self._live.values()}
        if turns:
            for turn_id in await in_database_thread(leases.renew_leases)(list(turns)):
                self._cut_live(turns[turn_id], Interrupt())
        if self._relay is not None:
            await in_database_thread(leases.close_left_turns)(is_only_process=False)

    def _tell_error(self, conversation_id: str, error: GreenroomError) -> None:
        self._tell(conversation_id, "playground.error", error.as_json())

    def _tell(self, conversation_id: str, event_type: str, properties: Json) -> None:
        made = envelope(
            event_type,
            properties,
            conversation_id=conversation_id,
            seq=self.hub.next_seq(conversation_id),
        )
        self.hub.publish(conversation_id, made)


_runners: "WeakKeyDictionary[asyncio.AbstractEventLoop, Runner]" = WeakKeyDictionary()


def runner() -> Runner:
    """Return the event loop's runner, created on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _runners:
        _runners[loop] = Runner(limits=settings.LIMITS, layer=shared_layer(), open_turns=settings.OPEN_TURNS)
    return _runners[loop]
