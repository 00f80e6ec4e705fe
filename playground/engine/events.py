"""A turn's events as values: the conductor emits them; recording, the hub and the wire read them.

``t_ms`` is always whole milliseconds from the turn's start, on a monotonic clock.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from playground.engine.errors.codes import GreenroomError


class TurnKind(StrEnum):
    USER = "user"
    ECHO = "echo"
    GREETING = "greeting"
    CONTINUATION = "continuation"


class TurnStatus(StrEnum):
    PENDING = "pending"
    STREAMING = "streaming"
    COMPLETED = "completed"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One speakable unit of the answer. ``start`` and ``end`` are offsets in the raw text, in code points."""

    index: int
    start: int
    end: int
    text: str
    kind: str = "sentence"
    """sentence, heading, code, formula, table_row or list_item"""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One function call of the LLM. ``arguments`` is the JSON text verbatim; ``valid`` whether it is a JSON object."""

    id: str
    name: str
    arguments: str
    valid: bool = True
    note: str = ""
    extra: str = ""
    """The server's own fields of the call as a JSON object, or empty: Gemini requires its thought_signature back."""

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "arguments": self.arguments}


class Word(NamedTuple):
    """A word of a segment: its offsets in the raw text, and when its playout begins."""

    start: int
    end: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One speakable unit on the time axis: a sentence or a filler. Times are ms from the turn's start."""

    id: int
    kind: str
    """sentence or filler"""
    index: int | None
    """The sentence's index; None for a filler."""
    text: str
    """The spoken text; empty for a break alone."""
    synthesis_ms: int
    """When its synthesis begins."""
    starts_ms: int
    ends_ms: int
    words: tuple[Word, ...] = ()
    pauses_ms: tuple[tuple[int, int], ...] = ()
    """The intervals in which a break makes it silent."""

    @property
    def heard_ms(self) -> int:
        """How long it is heard: its length without its pauses."""
        return self.ends_ms - self.starts_ms - sum(end - start for start, end in self.pauses_ms)


@dataclass(frozen=True, slots=True)
class Timings:
    """A turn's timings in ms; None if it never happened. Except for ``dead_air``, they count from the turn's start.

    ``ttfb``: first byte of the response; ``ttft``: first content delta; ``first_sentence``: its end is known;
    ``first_audio``: first playout of the answer, not of a filler; ``dead_air``: all silence up to the end of the
    speech, or of a turn that ended in waiting; a filler shortens it. Without
    ``first_audio`` nothing of an answer was heard: unless an interrupt ended the wait, the silence has no end, and
    ``dead_air`` counts what of it was in the turn.
    """

    ttfb: int | None = None
    ttft: int | None = None
    first_sentence: int | None = None
    first_audio: int | None = None
    dead_air: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    t_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted(Event):
    kind: TurnKind
    text: str
    client_msg_id: str = ""
    continues: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSent(Event):
    """The request, with secrets' names in place of their values. ``origins`` names the parts of the system message."""

    request: dict[str, Any]
    origins: list[dict[str, Any]]
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseReceived(Event):
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str = ""
    """The first words of a refusal's body."""
    phases: tuple[tuple[str, int], ...] = ()
    """When each moment of the request was (`playground.outgoing.phases.Moment`), in ms from the turn's start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMoved(Event):
    """A request that is not answered soon has come further: its moments so far, as in `ResponseReceived`."""

    phases: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestUnanswered(Event):
    """The moments of a request that got no good answer; only recording reads it."""

    phases: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBegan(Event):
    """The first byte of the answer's body came, after the headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEnded(Event):
    """No more of the answer comes; what did come may still have to be heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadReceived(Event):
    """One SSE payload, redacted; only recording reads it."""

    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentDelta(Event):
    offset: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningDelta(Event):
    offset: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceCompleted(Event):
    sentence: Sentence
    spoken: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FillerStarted(Event):
    phrase: str
    due_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FillerSkipped(Event):
    """No filler played; ``reason`` is a `playground.engine.speech.fillers.SkipReason`."""

    reason: str
    due_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisStarted(Event):
    segment: Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayoutStarted(Event):
    segment: Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayoutEnded(Event):
    segment: Segment
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakingStarted(Event):
    """The voice became audible after silence (Tavus: conversation.started_speaking)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakingStopped(Event):
    duration_ms: int
    interrupted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled(Event):
    call: ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFired(Event):
    """The event that JAICP's script receives when the LLM calls a function (Just AI, llmRequest, ``eventName``)."""

    event_name: str
    tool_call_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteMade(Event):
    """An oddity of the stream, or what Greenroom did about it, in one sentence for the inspector."""

    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptHeld(Event):
    """The barge-in rules hold an interrupt back until ``until_ms``."""

    until_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptWaits(Event):
    """An interrupt waits until the voice gets to ``at_offset`` of the raw text; None if it was taken back."""

    at_offset: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnClosed(Event):
    """The last event of a turn; there is exactly one."""

    status: TurnStatus
    text: str
    heard_text: str
    spoken_text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str = ""
    error: GreenroomError | None = None
    timings: Timings = Timings()
    usage: dict[str, Any] = field(default_factory=dict)
    reasoning: str = ""
