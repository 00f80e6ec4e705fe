"""Reads one answer: attempts, timeouts, and the conversion of bytes to events.

The timeouts are those of `playground.engine.limits`; only content counts as progress. A request is repeated only if
nothing of an answer has arrived.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any

from playground.engine.answer.answer_messages import another_type, held_up, hung_up
from playground.engine.answer.arrivals import Arrivals
from playground.engine.answer.decoder import (
    AnswerDecoder,
    ContentPiece,
    NotePiece,
    PayloadPiece,
    Piece,
    ReasoningPiece,
    SentencePiece,
)
from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.events import (
    AnswerBegan,
    ContentDelta,
    EventFired,
    NoteMade,
    PayloadReceived,
    ReasoningDelta,
    RequestSent,
    RequestUnanswered,
    ResponseReceived,
    Sentence,
    ToolCall,
    ToolCalled,
)
from playground.engine.json_types import Json
from playground.engine.limits import KIB, Limits
from playground.engine.persona import PersonaSettings
from playground.engine.platforms.registry import platform_named
from playground.engine.turn_plan import Call
from playground.loop_lag import LoopLag
from playground.outgoing.completion import OpenCompletion, Response
from playground.outgoing.phases import Phases
from playground.timers import PutOffTimer
from playground.turns.answer_deadline import AnswerDeadline
from playground.turns.phase_teller import PhaseTeller
from playground.turns.turn_output import TurnOutput

EVENT_STREAM = "text/event-stream"
NOTED_LAG_MS = 1_000
"""A turn says that this process was held up from so much on."""
DECODED_BYTES_AT_ONCE = 16 * KIB
"""The most bytes of one read decoded before yielding to other tasks: a fast LLM's may have hundreds of KiB.

So much of usual deltas, a hundred, was measured to take 5 ms.
"""
PIECES_AT_ONCE = 50
"""The most pieces of one read handled before yielding to other tasks: a read may contain thousands of sentences.

Fifty short sentences were measured to take some 4 ms: another turn's delta waits no longer than that for them.
"""
SPOKEN_CHARS_AT_ONCE = 4 * KIB
"""The most sentence characters before yielding: preparing speech takes time by length."""


class CompletionReader:
    """Reads one completion to its end; ``run`` returns the error, or None."""

    def __init__(
        self,
        call: Call,
        persona: PersonaSettings,
        output: TurnOutput,
        *,
        open_completion: OpenCompletion,
        limits: Limits,
        lag: LoopLag,
        on_sentence: Callable[[Sentence], None],
        after_sentences: Callable[[], None],
    ) -> None:
        """``after_sentences`` is called once those of one read were given to ``on_sentence``: what can be heard at once
        reaches the viewers together with its text.
        """
        self._call = call
        self._persona = persona
        self._output = output
        self._open_completion = open_completion
        self._limits = limits
        self._on_sentence = on_sentence
        self._after_sentences = after_sentences
        self._phase_teller = PhaseTeller(output)
        self._loop = asyncio.get_running_loop()
        self._offered = frozenset(name for tool in persona.llm.tools if (name := _function_name(tool)))
        self._decoder = self._new_decoder()
        self._deadline = AnswerDeadline(output, limits, lag)
        self._lag_ms = 0
        """The deadline's ``lag_ms`` at the last read."""
        self._arrivals = Arrivals()
        self._sent_ms = 0
        self._has_response = False
        self._arrived_ms = 0
        """When the last read came."""
        self._media_type = ""
        self._read = b""
        """The last read, of which ``_decoded`` bytes are decoded."""
        self._decoded = 0
        self._waiting: deque[Piece] = deque()
        self._idle = PutOffTimer(self._poll)
        self._idle_failure: Exception | None = None
        """The exception of the timer's callback, which isn't awaited."""

    @property
    def text(self) -> str:
        return self._decoder.text

    @property
    def reasoning(self) -> str:
        return self._decoder.reasoning

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        return self._decoder.tool_calls

    @property
    def finish_reason(self) -> str:
        return self._decoder.finish_reason

    @property
    def usage(self) -> dict[str, Any]:
        return self._decoder.usage

    async def run(self) -> UpstreamError | None:
        error = await self._try()
        if self._deadline.lag_ms >= NOTED_LAG_MS:
            self._output.note(held_up(self._deadline.lag_ms))
        return error

    async def _try(self) -> UpstreamError | None:
        attempt = 1
        while (error := await self._attempt(attempt)) is not None:
            wait_ms = self._retry_wait_ms(error, attempt)
            if wait_ms is None:
                return error
            self._output.note(f"{error.message} The request was sent once more.")
            await asyncio.sleep(wait_ms / 1000)
            attempt += 1
            self._decoder = self._new_decoder()
        self._note_media_type()
        if note := self._arrivals.note:
            self._output.note(note)
        self._hand_on_calls()
        return None

    def leave(self) -> None:
        """Detach from the turn: emit the text that has come and was not emitted, and nothing else."""
        self._idle.close()
        for piece in [*self._waiting, *self._feed_rest(self._decoder), *self._decoder.leave()]:
            if isinstance(piece, ContentPiece):
                self._output.emit(
                    ContentDelta(t_ms=self._output.now_ms(), offset=piece.offset, text=piece.text)
                )

    async def _attempt(self, attempt: int) -> UpstreamError | None:
        decoder = self._decoder
        self._tell_attempt(attempt)
        self._arrivals, self._sent_ms, self._has_response = Arrivals(), self._deadline.now_ms, False
        error: UpstreamError | None = None
        try:
            async with self._deadline:
                with self._told_phases() as phases:
                    await self._stream(decoder, phases)
            self._take(decoder.close())
        except TimeoutError:
            if self._idle_failure is not None:
                raise self._idle_failure from None
            error = self._hang_up(decoder)
        except UpstreamError as broken:
            error = broken
            self._tell_refusal(broken)
            self._take(decoder.close())
        finally:
            self._idle.close()
        verdict = decoder.verdict()
        if verdict is None and (error is None or self._is_over(decoder, error)):
            return None
        return decoder.failure or error or verdict

    def _tell_attempt(self, attempt: int) -> None:
        call = self._call
        self._output.emit(
            RequestSent(t_ms=self._output.now_ms(), request=call.shown, origins=call.origins, attempt=attempt)
        )

    def _tell_refusal(self, error: UpstreamError) -> None:
        if error.answer is None:
            return
        status, headers, body = error.answer.status, error.answer.headers, error.answer.body
        self._output.emit(
            ResponseReceived(t_ms=self._output.now_ms(), status=status, headers=headers, body=body)
        )

    def _hang_up(self, decoder: AnswerDecoder) -> UpstreamError | None:
        """Handle a timeout: return its error, or None if a silence after the finish reason just ends the answer."""
        silence_ms = self._deadline.progress.silence_after_finish_ms(self._deadline.now_ms)
        is_over = silence_ms is not None and (
            silence_ms >= self._limits.after_finish_ms or not decoder.goes_on_after_finish
        )
        if silence_ms is None or not is_over:
            self._take([*self._feed_rest(decoder), *decoder.leave()])
            return self._deadline.error()
        self._take(decoder.leave(hung_up(silence_ms)))
        return None

    @staticmethod
    def _is_over(decoder: AnswerDecoder, error: UpstreamError) -> bool:
        """Whether the answer was complete before the connection broke."""
        return error.code is Code.TRUNCATED and not decoder.goes_on_after_finish

    @contextmanager
    def _told_phases(self) -> Iterator[Phases]:
        """Record the phases of the request that is sent inside, and emit them if no good answer comes."""
        with self._phase_teller.recorded() as phases:
            try:
                yield phases
            finally:
                if not self._has_response:
                    moments = self._output.moments(phases)
                    self._output.emit(RequestUnanswered(t_ms=self._output.now_ms(), phases=moments))

    async def _stream(self, decoder: AnswerDecoder, phases: Phases) -> None:
        limits = _limits_of_opening(self._limits)
        opened = self._open_completion(self._call.wire, limits=limits, secrets=self._call.secrets)
        async with opened as response:
            self._has_response = True
            self._deadline.progress.headers_ms = self._deadline.now_ms
            self._emit_response(response, phases)
            self._media_type = _media_type(response)
            async for data in response.aiter_bytes():
                self._idle.unset()
                if self._idle_failure is not None:
                    raise self._idle_failure
                self._arrived_ms = self._output.now_ms()
                self._lag_ms = self._deadline.lag_ms
                if self._output.ttfb_ms is None:
                    self._mark_byte()
                self._read, self._decoded = data, 0
                await self._take_gently(self._feed(decoder))
                while decoder.is_behind or self._decoded < len(data):
                    await asyncio.sleep(0)
                    pieces = decoder.catch_up() if decoder.is_behind else self._feed(decoder)
                    await self._take_gently(pieces)
                if decoder.failure is not None or decoder.ended:
                    return
                self._idle.set(self._loop.time() + self._limits.idle_sentence_ms / 1000)
                self._deadline.put_off()

    def _emit_response(self, response: Response, phases: Phases) -> None:
        self._phase_teller.stop()
        received = ResponseReceived(
            t_ms=self._output.now_ms(),
            status=response.status,
            headers=response.headers,
            phases=self._output.moments(phases),
        )
        self._output.emit(received)

    def _mark_byte(self) -> None:
        """Emit that the answer begins."""
        self._output.mark_byte(self._arrived_ms)
        self._output.emit(AnswerBegan(t_ms=self._arrived_ms))

    def _feed(self, decoder: AnswerDecoder, most: int = DECODED_BYTES_AT_ONCE) -> list[Piece]:
        """Decode the next bytes of the read, ``most`` of them."""
        data = self._read[self._decoded : self._decoded + most]
        self._decoded += len(data)
        now_ms, progress = self._arrived_ms - self._lag_ms, self._deadline.progress
        deltas, fragments = decoder.content_deltas, decoder.call_fragments
        pieces = decoder.feed(data)
        self._arrivals.add(decoder.content_deltas - deltas, now_ms - self._sent_ms)
        if decoder.has_content and decoder.call_fragments > fragments:
            progress.content_ms = now_ms
        if decoder.finished and progress.finished_ms is None:
            progress.finished_ms = now_ms
        return pieces

    def _feed_rest(self, decoder: AnswerDecoder) -> list[Piece]:
        """Decode what is left of the read: it has come, though the turn doesn't wait for it any more."""
        return self._feed(decoder, len(self._read)) if self._decoded < len(self._read) else []

    async def _take_gently(self, pieces: list[Piece]) -> None:
        self._waiting.extend(pieces)
        while (count := self._count_at_once()) < len(self._waiting):
            self._take_waiting(count, self._arrived_ms)
            await asyncio.sleep(0)
        self._take_waiting(len(self._waiting), self._arrived_ms)

    def _count_at_once(self) -> int:
        """Return the number of pending pieces to handle before yielding to other tasks; payloads take no time."""
        costly = chars = 0
        for count, piece in enumerate(self._waiting, start=1):
            costly += not isinstance(piece, PayloadPiece)
            chars += len(piece.sentence.text) if isinstance(piece, SentencePiece) else 0
            if chars >= SPOKEN_CHARS_AT_ONCE or costly >= PIECES_AT_ONCE:
                return count
        return len(self._waiting)

    def _take(self, pieces: list[Piece]) -> None:
        self._waiting.extend(pieces)
        self._take_waiting(len(self._waiting), self._output.now_ms())

    def _take_waiting(self, count: int, came_ms: int) -> None:
        """Handle pieces; a delta has the time of its payload: what decoding took is not the LLM's."""
        now_ms = self._output.now_ms()
        progress, progress_ms = self._deadline.progress, now_ms - self._lag_ms
        has_sentence = False
        for _ in range(count):
            piece = self._waiting.popleft()
            match piece:
                case ContentPiece():
                    self._output.mark_content(came_ms)
                    progress.content_ms = progress_ms
                    self._output.emit(ContentDelta(t_ms=came_ms, offset=piece.offset, text=piece.text))
                case SentencePiece():
                    self._on_sentence(piece.sentence)
                    has_sentence = True
                case ReasoningPiece():
                    progress.reasoning_ms = progress_ms
                    self._output.emit(ReasoningDelta(t_ms=now_ms, offset=piece.offset, text=piece.text))
                case PayloadPiece():
                    self._output.emit(PayloadReceived(t_ms=self._arrived_ms, data=piece.data))
                case NotePiece():
                    self._output.emit(NoteMade(t_ms=now_ms, note=piece.note))
        if has_sentence:
            self._after_sentences()

    def _note_media_type(self) -> None:
        if self._decoder.is_stream and self._media_type != EVENT_STREAM:
            self._output.note(another_type(self._media_type))

    def _hand_on_calls(self) -> None:
        now_ms = self._output.now_ms()
        calls = self._decoder.tool_calls
        llm = self._persona.llm
        for call in calls:
            if call.name not in self._offered:
                self._output.note(
                    f"The model called {call.name}, a function that the persona does not offer."
                )
            self._output.emit(ToolCalled(t_ms=now_ms, call=call))
        event_name = platform_named(llm.platform).fired_event(llm)
        if calls and event_name:
            ids = tuple(call.id for call in calls)
            self._output.emit(EventFired(t_ms=now_ms, event_name=event_name, tool_call_ids=ids))

    def _retry_wait_ms(self, error: UpstreamError, attempt: int) -> int | None:
        """Return the wait in ms before a retry, or None without one."""
        if not error.may_retry or attempt > self._limits.retries or self._decoder.has_content:
            return None
        wait_ms = error.retry_after_ms or 0
        return wait_ms if wait_ms <= self._limits.retry_wait_ms else None

    def _new_decoder(self) -> AnswerDecoder:
        return AnswerDecoder(
            secrets=self._call.secrets,
            limits=self._limits,
            functions=self._offered,
            address=self._call.wire.url,
        )

    def _poll(self) -> None:
        """Commit sentences that have certainly ended. A failure wakes the reader, which raises it."""
        try:
            self._take(self._decoder.poll())
        except Exception as failure:
            self._idle_failure = failure
            self._deadline.end_now()


@lru_cache(maxsize=4)
def _limits_of_opening(limits: Limits) -> Limits:
    """Return those of the opening, whose deadline is the reader's: it counts from the turn's start and names the limit
    that was missed.
    """
    return replace(limits, first_content_ms=limits.turn_ms)


def _function_name(tool: Json) -> str:
    name = (tool.get("function") or {}).get("name")
    return name if isinstance(name, str) else ""


def _media_type(response: Response) -> str:
    """Return the content type without its parameters; empty without one."""
    content_type = next((value for name, value in response.headers if name.lower() == "content-type"), "")
    return content_type.partition(";")[0].strip().lower()
