"""Makes of a recorded answer the turn in which a caller would have heard it: decoded, cut into sentences, spoken.

The same pieces run a rehearsed turn as it happens (`playground.turns.conductor`); here all times are those recorded.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from playground.engine.addresses.address import Address
from playground.engine.answer.answer_messages import another_type
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
from playground.engine.answer.notes import TurnNotes
from playground.engine.errors.codes import Code, GreenroomError
from playground.engine.errors.refusals import refused
from playground.engine.errors.refused_answer import first_words
from playground.engine.events import (
    ContentDelta,
    Event,
    NoteMade,
    PayloadReceived,
    PlayoutStarted,
    ReasoningDelta,
    RequestSent,
    ResponseReceived,
    Sentence,
    SentenceCompleted,
    Timings,
    ToolCalled,
    TurnClosed,
    TurnKind,
    TurnStarted,
    TurnStatus,
)
from playground.engine.json_types import Json
from playground.engine.limits import DEFAULT_LIMITS, Limits
from playground.engine.persona import SpeechSettings
from playground.engine.speech.dead_air import dead_air_ms
from playground.engine.speech.schedule import SpeechSchedule
from playground.engine.speech.spoken import spoken
from playground.engine.speech.tags import tags_of
from playground.engine.speech.voices import voice_of
from playground.engine.turn_record import TurnRecord

EVENT_STREAM = "text/event-stream"
ONLY_A_BEGINNING = (
    "Only the beginning of this answer was kept: what followed was passed on, and isn't shown here."
)
NOT_READABLE = "Nothing of the answer is kept: it could not be searched for secrets, or one in it not masked."
CALLER_LEFT = "The caller left before the end of the answer."


class AnswerEnd(Enum):
    """How a recorded answer ended."""

    COMPLETE = auto()
    BROKEN = auto()
    """The server broke it off, or something on the way did."""
    CALLER_LEFT = auto()


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """An answer as recorded, without secrets. Times are whole ms since the request's headers had arrived."""

    status: int
    headers: tuple[tuple[str, str], ...]
    parts: tuple[tuple[int, bytes], ...]
    """Each part of the body with its arrival, decompressed."""
    sent_ms: int
    """When the request had arrived as a whole."""
    status_ms: int
    total_ms: int
    end: AnswerEnd = AnswerEnd.COMPLETE
    error: GreenroomError | None = None
    """How the server failed, if it did."""
    is_whole: bool = True
    """Whether the parts are all of it."""
    is_readable: bool = True
    """False for a body in a compression that isn't undone: it has no parts then."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as recorded: ``{"method", "url", "headers", "body"}``, without secrets."""

    shown: Json
    address: Address
    """Where it was answered, for a sentence about its refusal."""
    user_text: str = ""
    kind: TurnKind = TurnKind.USER

    @property
    def functions(self) -> list[str]:
        """The names of the functions that it offers."""
        body = self.shown.get("body")
        tools = body.get("tools") if isinstance(body, dict) else None
        functions = [
            tool.get("function")
            for tool in (tools if isinstance(tools, list) else ())
            if isinstance(tool, dict)
        ]
        return [str(function.get("name")) for function in functions if isinstance(function, dict)]


def recorded_turn(
    request: RecordedRequest,
    answer: RecordedAnswer,
    *,
    turn_id: str = "",
    turn_idx: int = 0,
    now: datetime,
    speech: SpeechSettings | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> TurnRecord:
    """Return the closed turn. ``now``, aware, tells what a Retry-After with a date means; ``speech`` is the voice.

    Costs as much as decoding the answer, and as making its speech.
    """
    record = TurnRecord(turn_id, turn_idx, limits.cassette_bytes)
    for event in _RecordedEvents(request, answer, now, speech or SpeechSettings(), limits).events():
        record.apply(event)
    return record


@dataclass(slots=True)
class _Firsts:
    """When something came first, in ms."""

    byte: int | None = None
    content: int | None = None
    sentence: int | None = None


class _RecordedEvents:
    """Tells one recorded answer as a turn's events, in order of time."""

    def __init__(
        self,
        request: RecordedRequest,
        answer: RecordedAnswer,
        now: datetime,
        speech: SpeechSettings,
        limits: Limits,
    ) -> None:
        self._request = request
        self._answer = answer
        self._now = now
        self._limits = limits
        self._tags = tags_of(speech)
        self._schedule = SpeechSchedule(voice_of(speech), filler=None, pick=_first, tags=self._tags)
        self._decoder = AnswerDecoder(
            limits=limits, functions=request.functions, address=str(request.shown.get("url", ""))
        )
        self._firsts = _Firsts()
        self._arrivals = Arrivals()
        self._speech_notes = TurnNotes()
        self._notes_of: dict[int | None, tuple[str, ...]] = {}
        """The notes on each sentence's speech, by the sentence's index."""

    def events(self) -> Iterator[Event]:
        request, answer = self._request, self._answer
        yield TurnStarted(t_ms=0, kind=request.kind, text=request.user_text)
        yield RequestSent(t_ms=answer.sent_ms, request=request.shown, origins=[])
        is_good = 200 <= answer.status < 300
        yield ResponseReceived(
            t_ms=answer.status_ms,
            status=answer.status,
            headers=answer.headers,
            body="" if is_good else first_words(self._body(), str),
        )
        if is_good:
            yield from self._read()
        error = self._error() if is_good else self._refusal()
        self._schedule.end_input()
        yield from self._end(error)

    def _read(self) -> Iterator[Event]:
        last_ms: int | None = None
        for t_ms, part in self._answer.parts:
            if last_ms is not None:
                yield from self._pause(last_ms, t_ms)
            yield from self._take_part(t_ms, part)
            last_ms = t_ms
        end_ms = self._answer.total_ms
        is_over = self._answer.end is not AnswerEnd.CALLER_LEFT and self._answer.is_whole
        yield from self._take(end_ms, self._decoder.close() if is_over else self._decoder.leave())
        for note in self._last_notes():
            yield NoteMade(t_ms=end_ms, note=note)
        offered = self._request.functions
        for call in self._decoder.tool_calls:
            if call.name not in offered:
                yield NoteMade(t_ms=end_ms, note=not_offered(call.name))
            yield ToolCalled(t_ms=end_ms, call=call)

    def _pause(self, last_ms: int, t_ms: int) -> Iterator[Event]:
        """Commit the sentences whose end is unambiguous, as a rehearsal does while deltas pause."""
        polled_ms = last_ms + self._limits.idle_sentence_ms
        if polled_ms < t_ms:
            yield from self._take(polled_ms, self._decoder.poll())

    def _take_part(self, t_ms: int, part: bytes) -> Iterator[Event]:
        if self._firsts.byte is None:
            self._firsts.byte = t_ms
        deltas = self._decoder.content_deltas
        yield from self._take(t_ms, self._decoder.feed(part))
        while self._decoder.is_behind:
            yield from self._take(t_ms, self._decoder.catch_up())
        self._arrivals.add(self._decoder.content_deltas - deltas, t_ms - self._answer.sent_ms)

    def _take(self, t_ms: int, pieces: Iterable[Piece]) -> Iterator[Event]:
        yield from self._spoken_by(t_ms)
        for piece in pieces:
            match piece:
                case ContentPiece():
                    if self._firsts.content is None:
                        self._firsts.content = t_ms
                    yield ContentDelta(t_ms=t_ms, offset=piece.offset, text=piece.text)
                case SentencePiece():
                    yield from self._complete(t_ms, piece.sentence)
                case ReasoningPiece():
                    yield ReasoningDelta(t_ms=t_ms, offset=piece.offset, text=piece.text)
                case PayloadPiece():
                    yield PayloadReceived(t_ms=t_ms, data=piece.data)
                case NotePiece():
                    yield NoteMade(t_ms=t_ms, note=piece.note)

    def _complete(self, t_ms: int, sentence: Sentence) -> Iterator[Event]:
        utterance = spoken(sentence, self._tags)
        if self._firsts.sentence is None:
            self._firsts.sentence = t_ms
        self._notes_of[sentence.index] = utterance.notes
        yield SentenceCompleted(t_ms=t_ms, sentence=sentence, spoken=utterance.text)
        yield from self._schedule.add(sentence, utterance, t_ms)

    def _spoken_by(self, t_ms: int) -> Iterator[Event]:
        for event in self._schedule.advance(t_ms):
            yield event
            if isinstance(event, PlayoutStarted):
                for note in self._notes_of.pop(event.segment.index, ()):
                    self._speech_notes.add(note)
                for note in self._speech_notes.take():
                    yield NoteMade(t_ms=event.t_ms, note=note)

    def _end(self, error: GreenroomError | None) -> Iterator[Event]:
        """Let the voice speak to its end, unless the caller left: then it is cut there."""
        end_ms = self._answer.total_ms
        if self._was_cut():
            yield from self._spoken_by(end_ms)
            yield from self._schedule.cut(end_ms)
            yield self._closed(end_ms, TurnStatus.INTERRUPTED, None)
            return
        while (due_ms := self._schedule.next_at()) is not None:
            end_ms = max(end_ms, due_ms)
            yield from self._spoken_by(end_ms)
        yield self._closed(end_ms, TurnStatus.FAILED if error else TurnStatus.COMPLETED, error)

    def _closed(self, t_ms: int, status: TurnStatus, error: GreenroomError | None) -> TurnClosed:
        decoder, text = self._decoder, self._decoder.text
        heard_to = len(text) if status is TurnStatus.COMPLETED else self._schedule.heard_to(t_ms)
        closed = TurnClosed(
            t_ms=t_ms,
            status=status,
            text=text,
            heard_text=text[:heard_to],
            spoken_text=" ".join(segment.text for segment in self._schedule.segments if segment.text),
            tool_calls=decoder.tool_calls,
            finish_reason=decoder.finish_reason,
            error=error,
            timings=Timings(
                ttfb=self._firsts.byte,
                ttft=self._firsts.content,
                first_sentence=self._firsts.sentence,
                first_audio=self._schedule.first_audio_ms,
                total=t_ms,
            ),
            usage=decoder.usage,
            reasoning=decoder.reasoning,
        )
        dead_air = dead_air_ms(closed, self._schedule.segments)
        return replace(closed, timings=replace(closed.timings, dead_air=dead_air))

    def _was_cut(self) -> bool:
        return self._answer.end is AnswerEnd.CALLER_LEFT and self._decoder.verdict() is not None

    def _error(self) -> GreenroomError | None:
        """Return what was wrong with a good response's body; only the recorded error if its end isn't known."""
        answer, verdict = self._answer, self._decoder.verdict()
        if self._decoder.failure is not None:
            return self._decoder.failure
        if answer.end is AnswerEnd.CALLER_LEFT or not (answer.is_whole and answer.is_readable):
            return answer.error
        if verdict is None and (answer.error is None or self._is_over(answer.error)):
            return None
        return answer.error or verdict

    def _is_over(self, error: GreenroomError) -> bool:
        """Whether the answer was complete before the connection broke."""
        return error.code is Code.TRUNCATED and not self._decoder.goes_on_after_finish

    def _refusal(self) -> GreenroomError:
        if self._answer.error is not None:
            return self._answer.error
        headers = {name.lower(): value for name, value in self._answer.headers}
        return refused(self._request.address, self._answer.status, headers, self._body(), now=self._now)

    def _body(self) -> bytes:
        """Return how the body begins, as much of it as is read of a refusal."""
        beginning = bytearray()
        for _, part in self._answer.parts:
            beginning += part
            if len(beginning) >= self._limits.error_body_bytes:
                break
        return bytes(beginning[: self._limits.error_body_bytes])

    def _last_notes(self) -> Iterator[str]:
        answer = self._answer
        media_type = next((value for name, value in answer.headers if name.lower() == "content-type"), "")
        media_type = media_type.partition(";")[0].strip().lower()
        if self._decoder.is_stream and media_type != EVENT_STREAM:
            yield another_type(media_type)
        if self._arrivals.note:
            yield self._arrivals.note
        if not answer.is_readable:
            yield NOT_READABLE
        elif not answer.is_whole:
            yield ONLY_A_BEGINNING
        if self._was_cut():
            yield CALLER_LEFT


def not_offered(name: str) -> str:
    return f"The model called {name}, a function that the request does not offer."


def _first(_count: int) -> int:
    return 0
