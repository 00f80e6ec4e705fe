"""The answer of an LLM, from its bytes to pieces: text, reasoning, sentences, tool calls, payloads, notes.

bytes -> body (event stream or one JSON) -> payload -> chunk -> redaction -> reasoning -> sentences. Nothing here
raises; the pieces are the same, text joined, for every way in which the bytes are cut.
"""

from collections.abc import Collection

from playground.core import answer_words as words
from playground.core.answer_text import AnswerText
from playground.core.body import BodyDecoder, BodyForm
from playground.core.cassette import Passed, kept_payload, tail_payload
from playground.core.chat_completions import Chunk, Usage, read_chunk
from playground.core.error_bodies import read_error_body
from playground.core.errors import UpstreamError
from playground.core.events import ToolCall
from playground.core.limits import DEFAULT_LIMITS, Limits
from playground.core.notes import Notes
from playground.core.payloads import parse_payload
from playground.core.pieces import (
    ContentPiece,
    NotePiece,
    PayloadPiece,
    Piece,
    ReasoningPiece,
    SentencePiece,
)
from playground.core.redaction import Redactor
from playground.core.sse import ServerSentEvent
from playground.core.stream_errors import ended_in_error, error_in, excerpt, holds_error
from playground.core.text_channel import clean
from playground.core.tool_calls import ToolCallJoiner

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
"""From here on an answer is long enough to be spoken while it still arrives."""


class AnswerDecoder:
    """Feed the bytes of one answer, get its pieces.

    ``poll`` is called when deltas pause, ``close`` once, when the stream has ended or was left. ``failure`` is set
    where the answer holds an error, is too large or is no answer; nothing is read after it. ``verdict``, asked after
    ``close``, says whether the answer was complete.
    """

    def __init__(self, *, secrets: Collection[str] = (), limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._redactor = Redactor(secrets)
        self._notes = Notes()
        self._pieces: list[Piece] = []
        self._body = BodyDecoder(limits)
        self._texts = AnswerText(self._redactor, self._notes, self._pieces, limits)
        self._joiner = ToolCallJoiner(self._redactor, self._notes, limits)
        self._bad_in_a_row = 0
        self._saw_chunk = False
        self._strange_words = ""
        self._saw_payload = False
        self._is_closed = False
        self._content_deltas = 0
        self.tool_calls: tuple[ToolCall, ...] = ()
        """Filled by ``close``, and only if the answer is complete: half a call is never handed on."""
        self.finish_reason = ""
        """As the server wrote it."""
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
        return self._notes.said

    @property
    def finished(self) -> bool:
        """A finish reason was seen; the usage may still come."""
        return bool(self.finish_reason)

    @property
    def has_content(self) -> bool:
        """A content delta or a named tool call was seen; roles, empty deltas and reasoning are no content."""
        return self._texts.text.chars > 0 or self._joiner.has_named_call

    @property
    def is_stream(self) -> bool:
        """The body is an event stream, whatever its content type says."""
        return self._body.form is BodyForm.EVENTS

    @property
    def is_empty(self) -> bool:
        """The body held nothing at all, so that asking again can do no harm."""
        return self._body.form is BodyForm.EMPTY

    def feed(self, data: bytes) -> list[Piece]:
        if self._is_over:
            return []
        self._take_all(self._body.feed(data))
        self._fail_with_body()
        return self._taken()

    def poll(self) -> list[Piece]:
        """Deltas pause: commit the sentences that have surely ended, after a finish reason all."""
        if self._is_closed:
            return []
        if self.finished:
            self._flush_text()
        else:
            self._texts.poll()
        return self._taken()

    def close(self) -> list[Piece]:
        """The stream ended, or was left: everything that was held back, and the tool calls."""
        if self._is_closed:
            return []
        if not self._is_over:
            self._take_all(self._body.close())
            self._fail_with_body()
        self._flush_text()
        if self.failure is None and (self.ended or self.finished):
            self.tool_calls = self._joiner.finish(was_cut=words.is_cut(self.finish_reason))
        self._say_what_is_missing()
        self._is_closed = True
        return self._taken()

    def verdict(self) -> UpstreamError | None:
        """What was wrong with the whole answer, or None where it is complete."""
        if self.failure:
            return self.failure
        if self._saw_payload and not self._saw_chunk:
            return words.not_a_completion(self._strange_words)
        if self.ended or self.finished:
            return None
        if self.is_empty:
            return words.empty_body()
        if self._saw_chunk:
            return words.truncated()
        if self._body.form is BodyForm.JSON:
            return words.broken_json()
        if self._body.stray_line:
            return words.plain_text(excerpt(self._body.stray_line, self._redactor))
        return words.truncated()

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

    def _take(self, event: ServerSentEvent) -> None:
        if event.is_done:
            self._flush_text()
            self._pieces.append(PayloadPiece("[DONE]"))
            self.ended = True
            return
        try:
            found = parse_payload(event.data)
        except ValueError:
            self._take_unreadable(event)
            return
        self._bad_in_a_row = 0
        self._saw_payload = True
        raw = event.data.decode("utf-8", "replace")
        if "\ufffd" in raw and "\ufffd".encode() not in event.data:
            self._notes.add(words.NOT_UTF8)
        chunk = read_chunk(found, self._notes) if isinstance(found, dict) else None
        if event.is_error or holds_error(found):
            self.failure = error_in(found, self._redactor)
        elif chunk is not None and chunk.finish_reason == "error":
            self.failure = ended_in_error()
        if isinstance(found, dict) and chunk is not None:
            self._saw_chunk = True
            self._take_chunk(raw, found, chunk)
        else:
            self._take_strange(raw, event)

    def _take_strange(self, raw: str, event: ServerSentEvent) -> None:
        """JSON that is no chunk: an error, or another API."""
        if self.failure is not None:
            self._flush_text()
        self._keep(raw)
        if not self._strange_words:
            self._strange_words = excerpt(read_error_body(event.data).message, self._redactor)

    def _take_unreadable(self, event: ServerSentEvent) -> None:
        if not event.is_whole:
            return
        raw = event.data.decode("utf-8", "replace")
        self._bad_in_a_row += 1
        if event.is_error:
            self._flush_text()
            self.failure = error_in(raw, self._redactor)
        elif self._bad_in_a_row > self._limits.bad_events_in_a_row:
            self._flush_text()
            self.failure = words.too_many_bad_events(self._bad_in_a_row, excerpt(raw, self._redactor))
        else:
            self._notes.add(words.BAD_EVENT)
        self._keep(raw)

    def _keep(self, raw: str) -> None:
        """Keep a payload that nothing was read out of."""
        self._pieces.append(PayloadPiece(self._redactor.redact(clean(raw))))

    def _take_chunk(self, raw: str, found: dict[str, object], chunk: Chunk) -> None:
        place = len(self._pieces)
        passed = self._pass(chunk)
        self._fail_where_too_long()
        if self.failure is not None:  # nothing after this chunk is read
            passed = passed.followed_by(Passed(*self._texts.let_go()))
        self._pieces.insert(place, PayloadPiece(kept_payload(raw, found, chunk, passed, self._redactor)))
        if chunk.usage:
            self.usage = chunk.usage
        if chunk.finish_reason:
            self._finish(self._redactor.redact(clean(chunk.finish_reason)))
        if self._body.form is BodyForm.JSON and chunk.is_message:
            self.ended = True
            self._notes.add(words.ONE_JSON)

    def _pass(self, chunk: Chunk) -> Passed:
        content, reasoning = chunk.content + chunk.refusal, chunk.reasoning
        if chunk.is_message and self.has_content:
            return Passed(arguments=("",) * len(chunk.calls))
        if chunk.refusal:
            self._notes.add(words.REFUSAL)
        if reasoning:
            reasoning = self._texts.pass_reasoning(reasoning)
        if content:
            self._content_deltas += 1
            content = self._texts.pass_content(content)
        return Passed(content, reasoning, tuple(map(self._joiner.add, chunk.calls)))

    def _finish(self, reason: str) -> None:
        self.finish_reason = reason
        if note := words.note_on_finish(excerpt(reason, self._redactor)):
            self._notes.add(note)

    def _flush_text(self) -> None:
        """Everything that is held back; what begins no secret after all goes into a payload of its own."""
        place = len(self._pieces)
        tail = Passed(*self._texts.let_go())
        calls = self._joiner.flush()
        if tail.content or tail.reasoning or calls:
            self._pieces.insert(place, PayloadPiece(tail_payload(tail, calls, self._redactor)))
        self._texts.flush()
        self._fail_where_too_long()

    def _fail_where_too_long(self) -> None:
        if self._texts.text.overflowed and self.failure is None:
            self.failure = words.too_long(self._limits.answer_chars)

    def _say_what_is_missing(self) -> None:
        if self.failure is not None or not (self.ended or self.finished):
            return
        if self._texts.text.chars == 0 and not self.tool_calls:
            self._notes.add(words.ONLY_REASONED if self._texts.reasoning.chars else words.SAID_NOTHING)
        if self.is_stream:
            self._say_what_is_odd_about_the_stream()
        if self.tool_calls and self.finish_reason not in {"", "tool_calls", "function_call"}:
            self._notes.add(words.CALLS_COUNT)

    def _say_what_is_odd_about_the_stream(self) -> None:
        if not self.ended:
            self._notes.add(words.NO_DONE)
        if self._saw_chunk and not self.finished:
            self._notes.add(words.NO_FINISH_REASON)
        if self._content_deltas == 1 and self._texts.text.chars > _LONG_CHARS:
            self._notes.add(words.ONE_DELTA)
