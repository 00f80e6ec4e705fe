"""Starts, interrupts and watches turns. Each conversation's turn runs as a task of this process's runner."""

import asyncio
import random
import threading
from contextlib import suppress

from django.conf import settings

from playground.engine.callback_events import ShutdownReason
from playground.engine.errors.codes import CommandError, GreenroomError
from playground.engine.events import TurnKind
from playground.engine.json_types import Json
from playground.engine.limits import Limits
from playground.engine.persona import InterruptHistory
from playground.engine.speech.fillers import Pick
from playground.engine.tools.rounds import ResultSource
from playground.engine.turn_limits import DEFAULT_OPEN_TURNS, OpenTurnLimits, OpenTurns
from playground.outgoing.completion import OpenCompletion, open_completion
from playground.per_loop import PerLoop
from playground.realtime.hub import Hub, Viewer
from playground.realtime.layer_link import Layer, shared_layer
from playground.realtime.notices import Kind, Notices
from playground.realtime.relay import Relay
from playground.realtime.rights_watch import RightsWatch
from playground.realtime.snapshot_sender import SnapshotSender
from playground.realtime.teller import Teller, events_of_closing
from playground.realtime.version_watch import VersionWatch
from playground.realtime.wire_events import envelope
from playground.storage import conversation_edits, leases
from playground.storage.call_ends import Ended
from playground.storage.database_jobs import database_job
from playground.storage.database_thread import in_database_thread
from playground.storage.open_turn import NewTurn, due_greeting
from playground.storage.record_writer import Backlog, Recorder
from playground.tasks import OnFailure, start_task
from playground.tools.tool_rounds import ToolRounds
from playground.turns.call_clock import CallClock
from playground.turns.heartbeat import Heartbeat
from playground.turns.interrupt import Interrupt
from playground.turns.turn_tasks import TurnConditions, TurnTasks

GREETING_ID = "greeting"
COMMANDS_S = 1.0
"""How long commands may still take once the open turns are to be closed."""


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
        self.notices = Notices(self.hub)
        self.rights = RightsWatch()
        self._versions = VersionWatch(self.hub)
        self._relay = Relay(layer, self.hub, self, self.notices) if layer is not None else None
        self._loop = asyncio.get_running_loop()
        self._recorder = Recorder(self._tell_backlog_soon)
        self._commands: set[asyncio.Task[None]] = set()
        self._tools = ToolRounds(
            limits=limits, open_completion=open_completion, give=self.tool_result, tell=self._tell_error
        )
        self.open_turns = OpenTurns(open_turns, threading.Lock())
        self._turns = TurnTasks(
            TurnConditions(limits, open_completion, pick),
            hub=self.hub,
            recorder=self._recorder,
            tools=self._tools,
            open_turns=self.open_turns,
            others=self._relay,
            keep=self.keep,
        )
        self._teller = Teller(self.hub, others=self._relay, turn_of=self._turns.of, has_turn=self._turns.has)
        self._heartbeat = Heartbeat(
            self._turns.all,
            tell_closed=self._teller.tell_closed,
            events_of_closing=events_of_closing,
            revive=self._turns.revived.revive,
            is_only_process=self._relay is None,
        )
        self._call_clock = CallClock(self.hub.watched, finish=self._finish_ended)

    @property
    def writer_lag_s(self) -> float:
        """The age in seconds of the oldest turn row that isn't stored yet."""
        return self._recorder.lag_s

    @property
    def is_cut_off(self) -> bool:
        """Whether the installation's other processes can't be followed."""
        return self._relay is not None and self._relay.is_cut_off

    def keep(self, command: "asyncio.Task[None]") -> None:
        """Own a viewer's command until it ends, which may be after the viewer has left."""
        self._commands.add(command)
        command.add_done_callback(self._commands.discard)

    async def start(self) -> None:
        """Close turns that nobody owns, join the other processes, and start the regular housekeeping."""
        if self._relay is None:
            await in_database_thread(leases.close_left_turns)()
        else:
            await self._relay.start()
            self.hub.forward = self._relay.forward
        self._heartbeat.start()
        self._call_clock.start()

    async def let_end(self, within_s: float) -> None:
        """Take no new turn, tell the viewers, and let the open ones end by themselves, ``within_s`` at the most."""
        self._turns.refuse_new()
        if not within_s or not (self._turns.all() or self._commands):
            return
        self.notices.begin(Kind.STOPPING)
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._commands:  # one of them may begin a turn
                    await asyncio.wait(self._commands)
                await self._turns.until_all_ended()

    async def shutdown(self, within_s: float) -> None:
        """Take no new turn, close the open ones as interrupted, store all, and end every task."""
        self._turns.refuse_new()
        await self._call_clock.stop()
        if self._commands:
            await asyncio.wait(self._commands, timeout=COMMANDS_S)
        await self._turns.cancel()
        await self._tools.stop()
        await self._heartbeat.stop()
        await self._versions.stop()
        if self._relay is not None:
            await self._relay.stop()
        await asyncio.to_thread(self._recorder.stop, within_s)

    async def attach(self, conversation_id: str) -> Viewer:
        """Return a viewer of the conversation, whichever process runs its turns."""
        viewer = self.hub.attach(conversation_id)
        try:
            if self._relay is not None:
                await self._relay.join(conversation_id)
        except BaseException:
            await self.detach(conversation_id, viewer)
            raise
        self._versions.begin()
        return viewer

    async def detach(self, conversation_id: str, viewer: Viewer) -> None:
        self.hub.detach(conversation_id, viewer)
        if not self.hub.is_watched(conversation_id):
            self._call_clock.left(conversation_id)
        await self._versions.end_unless_watched()
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
        live = self._turns.of(conversation_id)
        if live is None:
            return None
        return {"turn": live.as_json(), "now_ms": live.now_ms, "seq": self.hub.seq(conversation_id)}

    async def live_state_elsewhere(self, conversation_id: str) -> Json | None:
        """Return the state of the turn that runs in another process, or None without an answer in time."""
        return await self._relay.live_state_elsewhere(conversation_id) if self._relay is not None else None

    async def respond(self, conversation_id: str, text: str, client_msg_id: str = "") -> str:
        """Start a turn with the user's text and return its id. Raises CommandError: busy, bad_message."""
        return await self._turns.start(conversation_id, NewTurn(TurnKind.USER, text, client_msg_id))

    async def echo(self, conversation_id: str, text: str, client_msg_id: str = "") -> str:
        """Start a turn that speaks ``text`` verbatim, bypassing the LLM."""
        return await self._turns.start(conversation_id, NewTurn(TurnKind.ECHO, text, client_msg_id))

    async def greet(self, conversation_id: str) -> str | None:
        """Start the greeting if it is due; two calls at once start one."""
        greeting = await database_job(due_greeting)(conversation_id)
        if not greeting:
            return None
        return await self._turns.start(conversation_id, NewTurn(TurnKind.GREETING, greeting, GREETING_ID))

    async def interrupt(self, conversation_id: str, at_offset: int | None = None) -> None:
        """Interrupt the open turn under its barge-in rules; without an open turn do nothing.

        With ``at_offset`` once that place of its text is heard. Raises CommandError (barge_in_disabled).
        """
        await self._turns.cut(conversation_id, Interrupt(at_offset))

    async def withdraw_interrupt(self, conversation_id: str) -> None:
        """Take back an interrupt that waits for the voice; without one do nothing."""
        await self._turns.withdraw_interrupt(conversation_id)

    async def tool_result(
        self, conversation_id: str, call_id: str, output: str, status: str, *, source: str = ResultSource.HAND
    ) -> str | None:
        """Answer a tool call. If it was the last open one, start a continuation and return its turn's id.

        Raises CommandError: bad_message for an unknown, answered or outdated call, busy.
        """
        stored = await database_job(conversation_edits.answer_tool_call)(
            conversation_id, call_id, output, status, source
        )
        answered = {
            "turn_id": stored.turn_id,
            "tool_call_id": call_id,
            "output": output,
            "status": status,
            "source": str(source),
        }
        await self._teller.tell(conversation_id, stored.seq, "playground.tool_result", answered)
        if not stored.is_complete:
            return None
        continuation = NewTurn(TurnKind.CONTINUATION, continues=stored.turn_id)
        return await self._turns.start(conversation_id, continuation)

    async def append_context(self, conversation_id: str, context: str) -> None:
        """Append to the conversational_context, from the next turn on."""
        changed = await database_job(conversation_edits.append_context)(conversation_id, context)
        await self._tell_context(conversation_id, changed)

    async def overwrite_context(self, conversation_id: str, context: str) -> None:
        """Replace the conversational_context, from the next turn on."""
        changed = await database_job(conversation_edits.overwrite_context)(conversation_id, context)
        await self._tell_context(conversation_id, changed)

    async def show_anew(self, conversation_id: str) -> None:
        """Have every viewer shown a snapshot, after a change that no event tells."""
        await self._teller.show_anew(conversation_id)

    async def choose_interrupt_history(self, conversation_id: str, policy: InterruptHistory) -> None:
        """Choose what the requests from the next turn on carry of answers that were cut."""
        seq = await database_job(conversation_edits.choose_interrupt_history)(conversation_id, policy)
        chosen = {"interrupt_history": str(policy)}
        await self._teller.tell(conversation_id, seq, "playground.interrupt_history", chosen)

    async def end(self, conversation_id: str) -> None:
        """End the conversation and stop an open turn at once, whatever the barge-in rules."""
        seq = await in_database_thread(conversation_edits.end_conversation)(conversation_id)
        await self._finish(Ended(conversation_id, seq, ShutdownReason.ENDED))

    def give_up_here(self, conversation_id: str, newer_seq: int) -> None:
        """End the turn that runs here if one that another process began with this ``seq`` is newer: a row was free."""
        live = self._turns.of(conversation_id)
        if live is not None and not live.is_sealed and self.hub.is_own(conversation_id, newer_seq):
            self._turns.revived.give_up(live)

    def cut_here(self, conversation_id: str, interrupt: Interrupt) -> Json | None:
        """Cut for a viewer in another process; a refusal is returned as the event to tell."""
        live = self._turns.of(conversation_id)
        try:
            if live is not None:
                live.cut(interrupt)
        except CommandError as refusal:
            return envelope("playground.error", refusal.as_json(), conversation_id=conversation_id, seq=0)
        return None

    def withdraw_here(self, conversation_id: str) -> None:
        """Take back a waiting interrupt for a viewer in another process."""
        live = self._turns.of(conversation_id)
        if live is not None:
            live.withdraw_interrupt()

    def tell_here(self, conversation_id: str, event_type: str, properties: Json) -> bool:
        """Tell an event with the ``seq`` of the turn that runs here; False without one, or at its end."""
        live = self._turns.of(conversation_id)
        return live is not None and live.tell(event_type, properties)

    async def stop(self, conversation_id: str) -> None:
        """Stop the open turn at once, whatever the barge-in rules say."""
        await self._turns.cut(conversation_id, Interrupt(is_final=True))

    async def stop_unwatched(self, conversation_id: str) -> None:
        """Stop the open turn if its last viewer here was turned away; one that leaves by itself stops nothing."""
        if not self.hub.is_watched(conversation_id):
            await self.stop(conversation_id)

    def _tell_backlog_soon(self, backlog: Backlog | None) -> None:
        """Tell it on the event loop, unless that was closed; called in the recorder's thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._tell_backlog, backlog)

    def _tell_backlog(self, backlog: Backlog | None) -> None:
        if backlog is None:
            self.notices.end(Kind.NOT_STORED)
            return
        self.notices.begin(Kind.NOT_STORED)
        self._turns.bear(backlog)

    def _tell_error(self, conversation_id: str, error: GreenroomError) -> None:
        self.keep(start_task(self._teller.notify(conversation_id, error), name="error of a tool round"))

    async def _finish_ended(self, ended: Ended) -> None:
        """Let go of a conversation that its properties have ended, without keeping others waiting."""
        self.keep(start_task(self._finish(ended), name="end of a conversation"))

    async def _finish(self, ended: Ended) -> None:
        """Stop the turn of an ended conversation, then tell its viewers."""
        await self.stop(ended.conversation_id)
        await self._turns.until_ended(ended.conversation_id)
        reason = {"shutdown_reason": str(ended.reason)}
        await self._teller.tell(ended.conversation_id, ended.seq, "playground.ended", reason)

    async def _tell_context(self, conversation_id: str, changed: conversation_edits.ChangedContext) -> None:
        about = {"conversational_context": changed.context, "change": changed.change}
        await self._teller.tell(conversation_id, changed.seq, "playground.context", about)


def _new_runner() -> Runner:
    return Runner(limits=settings.LIMITS, layer=shared_layer(), open_turns=settings.OPEN_TURNS)


_runners = PerLoop(_new_runner)


def runner() -> Runner:
    """Return this event loop's runner."""
    return _runners.get()
