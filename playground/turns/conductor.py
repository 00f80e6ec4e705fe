"""The conductor: runs one turn from the request to the last word heard.

A coroutine with a synchronous ``emit`` and two children: one reads the LLM, one speaks. The reader never waits for the
speaker. An interrupt is a signal to the conductor; only a shutdown cancels its task.
"""

import asyncio
import logging
from dataclasses import replace
from typing import Any

from playground.engine.answer.notes import TurnNotes
from playground.engine.errors.codes import TURN_FAILED, Code, GreenroomError
from playground.engine.events import (
    AnswerEnded,
    ContentDelta,
    FillerSkipped,
    InterruptHeld,
    NoteMade,
    PlayoutStarted,
    Sentence,
    SentenceCompleted,
    Timings,
    TurnClosed,
    TurnKind,
    TurnStarted,
    TurnStatus,
)
from playground.engine.limits import Limits
from playground.engine.sentences.splitter import SentenceSplitter
from playground.engine.speech.barge_in import cut_at_ms
from playground.engine.speech.dead_air import dead_air_ms
from playground.engine.speech.fillers import Pick, SkipReason
from playground.engine.speech.schedule import SpeechSchedule
from playground.engine.speech.spoken import spoken
from playground.engine.speech.tags import tags_of
from playground.engine.speech.voices import voice_of
from playground.engine.turn_plan import TurnPlan
from playground.failures import log_failure
from playground.loop_lag import LoopLag
from playground.outgoing.completion import OpenCompletion
from playground.tools.argument_checks import CheckArguments, check_arguments
from playground.turns.completion_reader import CompletionReader
from playground.turns.interrupt import Interrupt, InterruptSignal
from playground.turns.turn_output import Emit, TurnOutput
from playground.turns.waiting_interrupt import WaitingInterrupt

logger = logging.getLogger(__name__)


async def conduct(
    plan: TurnPlan,
    *,
    open_completion: OpenCompletion,
    emit: Emit,
    interrupt: InterruptSignal,
    pick: Pick,
    limits: Limits,
    lag: LoopLag,
    check_arguments: CheckArguments = check_arguments,
) -> TurnClosed:
    """Run a turn to its end and return its last event, which was also emitted. Raises only CancelledError."""
    turn = _Turn(plan, open_completion, emit, pick, limits, lag, check_arguments)
    try:
        closed = await turn.run(interrupt)
    except asyncio.CancelledError:
        emit(turn.close(TurnStatus.INTERRUPTED, GreenroomError(Code.CANCELLED, "The server was stopped.")))
        raise
    emit(closed)
    return closed


class _Turn:
    """The state shared by the two children of one turn."""

    def __init__(
        self,
        plan: TurnPlan,
        open_completion: OpenCompletion,
        emit: Emit,
        pick: Pick,
        limits: Limits,
        lag: LoopLag,
        check_arguments: CheckArguments,
    ) -> None:
        self._plan = plan
        self._output = TurnOutput(emit)
        self._open_completion = open_completion
        self._limits = limits
        self._lag = lag
        self._check_arguments = check_arguments
        self._news = asyncio.Event()
        self._reader: CompletionReader | None = None
        self._text = ""
        self._tags = tags_of(plan.persona.speech)
        self._speech_notes = TurnNotes()
        self._notes_of: dict[int | None, tuple[str, ...]] = {}
        """The notes on each sentence's speech, by the sentence's index."""
        self._answer_limit = plan.answer_limit()
        self._schedule = SpeechSchedule(
            voice_of(plan.persona.speech),
            filler=plan.persona.filler if plan.may_fill else None,
            pick=pick,
            is_instant=plan.is_instant,
            tags=self._tags,
            limit=self._answer_limit,
        )

    async def run(self, interrupt: InterruptSignal) -> TurnClosed:
        plan = self._plan
        self._output.emit(
            TurnStarted(
                t_ms=0,
                kind=plan.kind,
                text=plan.text,
                client_msg_id=plan.client_msg_id,
                continues=plan.continues,
            )
        )
        self._tell_of_no_filler()
        interrupt.on_wait = self._news.set
        cut: Interrupt | None = None
        error: GreenroomError | None = None
        try:
            async with asyncio.TaskGroup() as children:
                reading = children.create_task(self._read())
                speaking = children.create_task(self._speak(interrupt))
                cut = await self._until_over_or_cut(speaking, interrupt)
                if cut is not None:
                    reading.cancel()
                    speaking.cancel()
            error = reading.result() if cut is None else None
        except* Exception as failures:
            log_failure(logger, failures, turn_id=plan.turn_id)
            error = GreenroomError(Code.INTERNAL, TURN_FAILED)
        if cut is not None:
            return self._close_cut(cut)
        return self.close(TurnStatus.FAILED if error else TurnStatus.COMPLETED, error)

    def _tell_of_no_filler(self) -> None:
        """Emit that there is no filler: only the turn that a tool round continues may have one."""
        filler = self._plan.persona.filler
        if filler is not None and self._plan.kind is TurnKind.CONTINUATION:
            skipped = FillerSkipped(t_ms=0, reason=SkipReason.TOOL_ROUND, due_ms=filler.activation_delay_ms)
            self._output.emit(skipped)

    def close(self, status: TurnStatus, error: GreenroomError | None) -> TurnClosed:
        """Return the closing event for the current state. An interrupted voice must be cut first."""
        now_ms = self._output.now_ms()
        for event in self._schedule.cut(now_ms) if self._schedule.is_speaking else ():
            self._output.emit(event)
        text = self._reader.text if self._reader else self._text
        heard_to = self._schedule.heard_to(now_ms)
        heard_text = text if status is TurnStatus.COMPLETED else text[:heard_to]
        return self._closed(now_ms, status, error, text, heard_text)

    def _close_cut(self, cut: Interrupt) -> TurnClosed:
        now_ms = self._output.now_ms()
        if self._reader is not None:
            self._reader.leave()
        for event in self._schedule.cut(now_ms):
            self._output.emit(event)
        text = self._reader.text if self._reader else self._text
        heard_to = self._schedule.heard_to(now_ms)
        if cut.at_offset is not None:
            heard_to = min(heard_to, cut.at_offset)
        return self._closed(now_ms, TurnStatus.INTERRUPTED, cut.error, text, text[:heard_to])

    def _closed(
        self, now_ms: int, status: TurnStatus, error: GreenroomError | None, text: str, heard_text: str
    ) -> TurnClosed:
        answer = self._reader
        completed = status is not TurnStatus.INTERRUPTED
        closed = TurnClosed(
            t_ms=now_ms,
            status=status,
            text=text,
            heard_text=heard_text,
            spoken_text=" ".join(segment.text for segment in self._schedule.segments if segment.text),
            tool_calls=answer.tool_calls if answer and completed and error is None else (),
            finish_reason=answer.finish_reason if answer else "",
            error=error,
            timings=Timings(
                ttfb=self._output.ttfb_ms,
                ttft=self._output.ttft_ms,
                first_sentence=self._output.first_sentence_ms,
                first_audio=self._schedule.first_audio_ms,
                total=now_ms,
            ),
            usage=answer.usage if answer else {},
            reasoning=answer.reasoning if answer else "",
        )
        dead_air = dead_air_ms(closed, self._schedule.segments)
        return replace(closed, timings=replace(closed.timings, dead_air=dead_air))

    async def _until_over_or_cut(
        self, speaking: "asyncio.Task[None]", interrupt: InterruptSignal
    ) -> Interrupt | None:
        """Wait for the end of the speech, or for an interrupt that the barge-in rules allow."""
        await asyncio.wait(_any_of(speaking, interrupt.asked), return_when=asyncio.FIRST_COMPLETED)
        if not interrupt.asked.done() or speaking.done():
            return None
        now_ms = self._output.now_ms()
        due_ms = cut_at_ms(self._plan.persona.barge_in, self._schedule, now_ms)
        if due_ms > now_ms and not interrupt.ended.done():
            self._output.emit(InterruptHeld(t_ms=now_ms, until_ms=due_ms))
            self._schedule.stop_at(due_ms)
            await asyncio.wait(
                _any_of(speaking, interrupt.ended),
                timeout=(due_ms - now_ms) / 1000,
                return_when=asyncio.FIRST_COMPLETED,
            )
        if speaking.done():
            return None
        final = interrupt.ended.result() if interrupt.ended.done() else None
        return final if final is not None and final.error is not None else interrupt.asked.result()

    async def _read(self) -> GreenroomError | None:
        """Get the LLM's answer, or use a given text, and pass its sentences to the schedule (the first child)."""
        try:
            error = await self._answer()
        finally:
            self._schedule.end_input()
            self._news.set()
        await self._note_arguments()
        return error

    async def _answer(self) -> GreenroomError | None:
        plan = self._plan
        if plan.refusal is not None:
            return plan.refusal
        if plan.call is None:
            self._say(plan.text)
            return None
        self._reader = CompletionReader(
            plan.call,
            plan.persona,
            self._output,
            open_completion=self._open_completion,
            limits=self._limits,
            lag=self._lag,
            on_sentence=self._complete,
            after_sentences=self._perform_due,
        )
        error = await self._reader.run()
        if self._output.ttfb_ms is not None:
            self._output.emit(AnswerEnded(t_ms=self._output.now_ms()))
        return error

    async def _note_arguments(self) -> None:
        """Emit notes on calls with invalid arguments, without delaying any delta or sentence."""
        calls = [call for call in (self._reader.tool_calls if self._reader else ()) if call.valid]
        tools = self._plan.persona.llm.tools
        for check in await self._check_arguments(calls, tools, limits=self._limits):
            for note in check.notes:
                self._output.note(note)

    def _say(self, text: str) -> None:
        """Speak a text verbatim: an echo or a greeting."""
        self._text = text
        self._output.emit(ContentDelta(t_ms=self._output.now_ms(), offset=0, text=text))
        splitter = SentenceSplitter()
        for sentence in [*splitter.feed(text), *splitter.flush()]:
            self._complete(sentence)

    def _complete(self, sentence: Sentence) -> None:
        now_ms = self._output.now_ms()
        utterance = spoken(sentence, self._tags)
        self._output.mark_sentence(now_ms)
        self._notes_of[sentence.index] = utterance.notes
        self._output.emit(SentenceCompleted(t_ms=now_ms, sentence=sentence, spoken=utterance.text))
        for event in self._schedule.add(sentence, utterance, now_ms):
            self._output.emit(event)
        self._news.set()

    def _perform_due(self) -> None:
        for event in self._schedule.advance(self._output.now_ms()):
            self._output.emit(event)
            if isinstance(event, PlayoutStarted):
                self._note_speech(event)

    def _note_speech(self, started: PlayoutStarted) -> None:
        """Emit, once per turn, the notes on the speech that starts to play."""
        for note in self._notes_of.pop(started.segment.index, ()):
            self._speech_notes.add(note)
        for note in self._speech_notes.take():
            self._output.emit(NoteMade(t_ms=started.t_ms, note=note))

    def _is_too_long(self, interrupt: InterruptSignal) -> bool:
        """Whether the answer has reached its limit; it is then interrupted."""
        limit, place = self._answer_limit, self._schedule.limit_place
        if limit is None or place is None or place.at_ms > self._output.now_ms():
            return False
        interrupt.ask(Interrupt(place.offset, is_final=True, error=limit.error))
        return True

    async def _speak(self, interrupt: InterruptSignal) -> None:
        """Perform what is due, then sleep until the next due time or new input (the second child)."""
        waiting = WaitingInterrupt(interrupt, self._schedule, self._output, self._plan.persona.barge_in)
        while True:
            self._news.clear()
            self._perform_due()
            waiting.perform_due()
            if self._is_too_long(interrupt):
                await (
                    asyncio.get_running_loop().create_future()
                )  # Runs until cancelled: the speech isn't over, it was cut.
            if self._schedule.is_over:
                return
            times_ms = [at_ms for at_ms in (self._schedule.next_at(), waiting.next_at()) if at_ms is not None]
            due_at = self._output.at(min(times_ms)) if times_ms else None
            try:
                async with asyncio.timeout_at(due_at):
                    await self._news.wait()
            except TimeoutError:
                continue


def _any_of(*futures: "asyncio.Future[Any]") -> "set[asyncio.Future[Any]]":
    return set(futures)
