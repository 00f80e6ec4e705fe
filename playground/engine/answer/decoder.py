"""Decodes an LLM's answer from bytes to pieces: text, reasoning, sentences, tool calls, payloads, notes.

bytes -> body (event stream or one JSON) -> payload -> chunk -> redaction -> reasoning -> sentences. Nothing here
raises; the pieces, with their text joined, don't depend on how the bytes are split.
"""

from collections.abc import Callable, Collection

from playground.engine.answer import answer_messages
from playground.engine.answer.answer_text import AnswerText
from playground.engine.answer.body import BodyDecoder, BodyForm
from playground.engine.answer.cassette import PassedTexts, kept_payload, kept_plain_payload, tail_payload
from playground.engine.answer.chunks import Chunk, Usage
from playground.engine.answer.delta_habits import DeltaHabits
from playground.engine.answer.finish_reasons import finish_error, is_complete, note_on_finish
from playground.engine.answer.judging import judge
from playground.engine.answer.leaked_calls import notes_on_leaks
from playground.engine.answer.notes import TurnNotes
from playground.engine.answer.payloads import parse_event, parse_payload
from playground.engine.answer.pieces import (
    ContentPiece,
    NotePiece,
    PayloadPiece,
    Piece,
    ReasoningPiece,
    SentencePiece,
)
from playground.engine.answer.plain_chunks import plain_text
from playground.engine.answer.redaction import redactor_of
from playground.engine.answer.speakers import Speakers
from playground.engine.answer.sse import EventKind, ServerSentEvent
from playground.engine.answer.text_channel import storable
from playground.engine.answer.tool_calls import ToolCallJoiner
from playground.engine.answer.unreadable import unreadable
from playground.engine.errors.codes import UpstreamError
from playground.engine.errors.excerpts import Redact, excerpt
from playground.engine.errors.in_stream import error_in, stray_error
from playground.engine.events import ToolCall
from playground.engine.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "AnswerDecoder",
    "ContentPiece",
    "NotePiece",
    "PayloadPiece",
    "Piece",
    "ReasoningPiece",
    "SentencePiece",
]


_LONG_CHARS = 200
"""An answer of this length should have been streamed in more than one delta."""
_FINISH_CHARS = 64
"""The longest finish reason that is stored."""


class AnswerDecoder:
    """Feed it the bytes of one answer; it returns pieces.

    Call ``poll`` when deltas pause, and once either ``close`` (the body ended) or ``leave`` (we hung up).
    ``failure`` is set if the answer contains an error, is too large or is no answer; nothing is read after it.
    ``verdict``, called after ``close`` or ``leave``, returns what was wrong with the answer.
    """

    def __init__(
        self,
        *,
        secrets: Collection[str] = (),
        limits: Limits = DEFAULT_LIMITS,
        functions: Collection[str] = (),
        address: str = "",
    ) -> None:
        """``functions``: the names offered to the model; ``address``: the one that was called."""
        self._limits = limits
        self._functions = functions
        self._address = address
        self._redactor = redactor_of(secrets)
        self._notes = TurnNotes()
        self._pieces: list[Piece] = []
        self._body = BodyDecoder(limits)
        self._texts = AnswerText(self._redactor, self._notes, self._pieces, limits)
        self._joiner = ToolCallJoiner(self._redactor, self._notes, limits)
        self._habits = DeltaHabits()
        self._speakers = Speakers()
        self._cassette_room = limits.cassette_bytes
        self._saw_chunk = False
        self._saw_payload = False
        self._is_closed = False
        self.call_fragments = 0
        """The number of tool call fragments read."""
        self.goes_on_after_finish = False
        """Text, reasoning or a call arrived after a finish reason, which then doesn't mark the end."""
        self.tool_calls: tuple[ToolCall, ...] = ()
        """Filled by ``close``, only if the answer is complete: a partial call is never passed on."""
        self.finish_reason = ""
        """The last one, verbatim."""
        self._shown_reason = ""
        """The finish reason as a sentence may quote it."""
        self.usage: Usage = {}
        self.ended = False
        """The server said that the stream is over (``[DONE]``, or the end of its one JSON)."""
        self.failure: UpstreamError | None = None

    @property
    def text(self) -> str:
        return str(self._texts.text)

    @property
    def reasoning(self) -> str:
        return str(self._texts.reasoning)

    @property
    def notes(self) -> tuple[str, ...]:
        return self._notes.texts

    @property
    def finished(self) -> bool:
        """Whether a finish reason arrived; the usage may follow, and from some servers more of the answer."""
        return bool(self.finish_reason)

    @property
    def has_content(self) -> bool:
        """Whether a content delta or a named tool call arrived; roles, empty deltas and reasoning are no content."""
        return self._texts.text.chars > 0 or self._joiner.has_named_call

    @property
    def content_deltas(self) -> int:
        """The number of deltas with text."""
        return self._habits.deltas

    @property
    def is_stream(self) -> bool:
        """Whether the body is an event stream, whatever its content type."""
        return self._body.form is BodyForm.EVENTS

    @property
    def is_empty(self) -> bool:
        """Whether the body was empty, so that a retry is safe."""
        return self._body.form is BodyForm.EMPTY

    @property
    def is_behind(self) -> bool:
        """Whether text already read is not yet cut into sentences: ``catch_up`` cuts a bounded step of it."""
        return self._texts.is_behind

    def catch_up(self) -> list[Piece]:
        self._texts.begin_step()
        return self._taken()

    def feed(self, data: bytes) -> list[Piece]:
        if self._is_over:
            return []
        self._texts.begin_step()
        self._take_all(self._body.feed(data))
        self._texts.settle()
        self._fail_with_body()
        return self._taken()

    def poll(self) -> list[Piece]:
        """Commit the sentences whose end is unambiguous, because deltas pause."""
        if self._is_closed:
            return []
        self._texts.poll()
        return self._taken()

    def close(self) -> list[Piece]:
        """End the body; return everything held back, and complete the tool calls."""
        if self._is_closed:
            return []
        if not self._is_over:
            self._take_all(self._body.close())
            self._fail_with_body()
        if self.failure is None and self.finished and not self.ended and self.is_stream:
            self._notes.add(answer_messages.NO_DONE)
        return self._conclude()

    def leave(self, note: str = "") -> list[Piece]:
        """As ``close``, but after we hung up: what is missing is not the server's fault. ``note`` says why."""
        if self._is_closed:
            return []
        if note:
            self._notes.add(note)
        return self._conclude()

    def verdict(self) -> UpstreamError | None:
        """Return what was wrong with the whole answer, or None if it is complete."""
        if self.failure:
            return self.failure
        if self._saw_payload and not self._saw_chunk:
            return answer_messages.not_a_completion()
        if self.ended or self.finished:
            return finish_error(self._shown_reason)
        if self.is_empty:
            return answer_messages.empty_body()
        if not self._saw_chunk and self._body.form is BodyForm.JSON:
            return answer_messages.broken_json()
        return answer_messages.truncated()

    @property
    def _is_over(self) -> bool:
        return self.ended or self._is_closed or self.failure is not None

    def _taken(self) -> list[Piece]:
        self._pieces += map(NotePiece, self._notes.take())
        pieces = self._pieces.copy()
        self._pieces.clear()
        return pieces

    def _fail_with_body(self) -> None:
        if self.failure is None and not self.ended:
            self.failure = self._body.problem

    def _take_all(self, events: list[ServerSentEvent]) -> None:
        for event in events:
            if self._is_over:
                return
            self._take(event)

    def _conclude(self) -> list[Piece]:
        self._flush_text()
        self._texts.finish()
        if self.verdict() is None:
            was_cut = not is_complete(self.finish_reason) if self.finished else False
            self.tool_calls = self._joiner.finish(was_cut=was_cut)
        self._say_what_is_missing()
        for note in notes_on_leaks(self.text, self._functions):
            self._notes.add(note)
        self._is_closed = True
        return self._taken()

    def _take(self, event: ServerSentEvent) -> None:
        if event.is_done:
            self._flush_text()
            self._pieces.append(PayloadPiece("[DONE]"))
            self.ended = True
            return
        is_stream = self.is_stream
        raw = event.data.decode("utf-8", "backslashreplace" if is_stream else "replace")
        if event.kind is EventKind.STRAY:
            self._fail(raw, answer_messages.plain_text if not self._saw_payload else stray_error)
            return
        try:
            payload = parse_event(event.data) if is_stream else parse_payload(event.data)
        except ValueError:
            self._take_unreadable(event, raw)
            return
        self._saw_payload = True
        text = plain_text(payload) if is_stream and self._expects_text(event) else ""
        if text and isinstance(payload, dict) and self._texts.surely_fits(text):
            self._take_text(raw, payload, text)
            return
        self._texts.settle()
        chunk, self.failure = judge(event, payload, self._address, self._redactor, self._notes)
        if isinstance(payload, dict) and chunk is not None:
            self._saw_chunk = True
            self._take_chunk(raw, payload, chunk)
            return
        if self.failure is not None:
            self._flush_text()
        self._keep(raw)

    def _take_unreadable(self, event: ServerSentEvent, raw: str) -> None:
        if event.kind is EventKind.BARE and (event.is_whole or not raw.startswith("{")):
            self._fail(raw, stray_error)
        elif event.is_error:
            self._fail(raw, error_in)
        elif event.is_whole:
            self._fail(raw, lambda _, redact: unreadable(event.data, redact))

    def _fail(self, raw: str, error_of: Callable[[str, Redact], UpstreamError]) -> None:
        """Flush what was held back, then store the payload at which reading ends."""
        self._flush_text()
        self.failure = self.failure or error_of(raw, self._redactor.redact)
        self._keep(raw)

    def _keep(self, raw: str) -> None:
        """Store a payload without readable content."""
        self._pieces.append(PayloadPiece(self._redactor.redact(storable(raw))))

    def _expects_text(self, event: ServerSentEvent) -> bool:
        """Whether a plain chunk of a stream would add to the assistant's answer, and do nothing else."""
        return (
            event.kind is EventKind.DATA
            and not event.is_error
            and not self.finish_reason
            and not self._speakers.is_other
        )

    def _take_text(self, raw: str, payload: dict[str, object], text: str) -> None:
        """As `_take_chunk` for a plain chunk, the same text alone: shown with all others that the read brought.

        Its payload is not made where the cassette has no room for it.
        """
        self._saw_chunk = True
        passed = self._pass_content(text)
        if self._cassette_room >= 0:
            kept = kept_plain_payload(raw, payload, text, passed, self._redactor)
            self._cassette_room -= len(kept)
            self._pieces.append(PayloadPiece(kept))

    def _take_chunk(self, raw: str, payload: dict[str, object], chunk: Chunk) -> None:
        place = len(self._pieces)
        passed = self._pass(chunk)
        self._texts.settle()
        self._fail_where_too_long()
        if self.failure is not None:  # nothing after this chunk is read
            passed = passed.followed_by(PassedTexts(*self._texts.release_tails()))
        self._pieces.insert(place, PayloadPiece(kept_payload(raw, payload, chunk, passed, self._redactor)))
        if chunk.usage:
            self.usage = self._redactor.redact_names(chunk.usage)
        if chunk.finish_reason:
            self._finish(self._redactor.redact(storable(chunk.finish_reason))[:_FINISH_CHARS])
        if self._body.form is BodyForm.JSON:
            self.ended = chunk.is_message
            self._notes.add(answer_messages.ONE_JSON if chunk.is_message else answer_messages.JSON_LINES)

    def _pass(self, chunk: Chunk) -> PassedTexts:
        content, reasoning = chunk.content + chunk.refusal, chunk.reasoning
        if role := self._speakers.other_role(chunk):
            self._notes.add(answer_messages.of_another_role(excerpt(role, self._redactor.redact)))
            return PassedTexts(arguments=tuple(map(self._joiner.add, chunk.calls)))
        if chunk.is_message and self.has_content:
            return PassedTexts(arguments=("",) * len(chunk.calls))
        self._note_early_finish(chunk)
        if chunk.refusal:
            self._notes.add(answer_messages.REFUSAL)
        if reasoning:
            reasoning = self._texts.pass_reasoning(reasoning)
        if content:
            content = self._pass_content(content)
        self.call_fragments += len(chunk.calls)
        return PassedTexts(content, reasoning, tuple(map(self._joiner.add, chunk.calls)))

    def _pass_content(self, content: str) -> str:
        if len(content) >= self._texts.text.chars:  # what is there is compared with it
            self._texts.settle()
        text = self._texts.text
        self._habits.add(content, str(text) if len(content) == text.chars else "")
        return self._texts.pass_content(content)

    def _note_early_finish(self, chunk: Chunk) -> None:
        if self.finished and (chunk.content or chunk.refusal or chunk.reasoning or chunk.calls):
            self.goes_on_after_finish = True
            self._notes.add(answer_messages.EARLY_FINISH)

    def _finish(self, reason: str) -> None:
        self.finish_reason = reason
        self._shown_reason = excerpt(reason, self._redactor.redact)

    def _flush_text(self) -> None:
        """Flush everything held back; tails that turned out to be no secret become a synthetic payload."""
        place = len(self._pieces)
        tail = PassedTexts(*self._texts.release_tails())
        calls = self._joiner.flush()
        if tail.content or tail.reasoning or calls:
            self._pieces.insert(place, PayloadPiece(tail_payload(tail, calls, self._redactor)))
        self._texts.flush()
        self._fail_where_too_long()

    def _fail_where_too_long(self) -> None:
        if self._texts.text.overflowed and self.failure is None:
            self.failure = answer_messages.too_long(self._limits.answer_chars)

    def _say_what_is_missing(self) -> None:
        if self._habits.note:
            self._notes.add(self._habits.note)
        if self.verdict() is not None:
            return
        if self.finished:
            self._note_finish()
        if self._texts.text.chars == 0 and not self.tool_calls:
            has_reasoning = self._texts.reasoning.chars > 0
            self._notes.add(answer_messages.ONLY_REASONED if has_reasoning else answer_messages.SAID_NOTHING)
        if not self.is_stream:
            return
        if self._saw_chunk and not self.finished:
            self._notes.add(answer_messages.NO_FINISH_REASON)
        if self.content_deltas == 1 and self._texts.text.chars > _LONG_CHARS:
            self._notes.add(answer_messages.ONE_DELTA)

    def _note_finish(self) -> None:
        if note := note_on_finish(self._shown_reason):
            self._notes.add(note)
        if self.tool_calls and not answer_messages.names_calls(self.finish_reason):
            self._notes.add(answer_messages.CALLS_COUNT)
