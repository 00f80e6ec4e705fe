"""Folds a turn's events into one value: stored in the rows, and shown by a page after a reload."""

from dataclasses import dataclass, field

from playground.engine.events import (
    AnswerBegan,
    AnswerEnded,
    ContentDelta,
    Event,
    EventFired,
    FillerSkipped,
    FillerStarted,
    InterruptWaits,
    NoteMade,
    PayloadReceived,
    PlayoutEnded,
    PlayoutStarted,
    ReasoningDelta,
    RequestMoved,
    RequestSent,
    RequestUnanswered,
    ResponseReceived,
    Segment,
    SentenceCompleted,
    SynthesisStarted,
    ToolCall,
    ToolCalled,
    TurnClosed,
    TurnKind,
    TurnStarted,
    TurnStatus,
)
from playground.engine.json_types import Json
from playground.engine.limits import DEFAULT_LIMITS

DELTA_TIMES = 400
"""The most arrival times of deltas in a record; beyond it every second one is dropped, repeatedly."""


@dataclass(slots=True)
class TurnRecord:
    """The fold: ``apply`` each event in order, then read. Pure: nothing here waits or stores."""

    turn_id: str
    turn_idx: int
    cassette_bytes: int
    kind: TurnKind = TurnKind.USER
    status: TurnStatus = TurnStatus.PENDING
    user_text: str = ""
    client_msg_id: str = ""
    continues: str = ""
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    sentences: list[Json] = field(default_factory=list)
    segments: dict[int, Segment] = field(default_factory=dict)
    ended: dict[int, bool] = field(default_factory=dict)
    """Whether the playout of a segment was cut, for those that have ended."""
    delta_times_ms: list[int] = field(default_factory=list)
    filler: Json | None = None
    tool_calls: list[Json] = field(default_factory=list)
    events_fired: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    requests: list[RequestSent] = field(default_factory=list)
    responses: dict[int, ResponseReceived] = field(default_factory=dict)
    phases: dict[int, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """The moments of each attempt's request, by the attempt's place."""
    deltas: list[tuple[int, int]] = field(default_factory=list)
    """When each delta came, in ms, and its length in code points; bounded."""
    payloads: list[tuple[int, str]] = field(default_factory=list)
    closed: TurnClosed | None = None
    playing: Segment | None = None
    ttfb: int | None = None
    answer_ended: bool = False
    cut_waits: int | None = None
    """The offset at which an interrupt waits for the voice."""
    _heard_to: int = 0
    _payload_bytes: int = 0
    _delta_step: int = 1
    _deltas: int = 0

    def apply(self, event: Event) -> None:
        match event:
            case ContentDelta():
                self.text.append(event.text)
                self._note_delta(event)
            case PayloadReceived():
                self._keep_payload(event)
            case ReasoningDelta():
                self.reasoning.append(event.text)
            case TurnStarted():
                self._start(event)
            case RequestSent():
                self.status = TurnStatus.STREAMING
                self.requests.append(event)
            case ResponseReceived():
                self.responses[len(self.requests)] = event
                self.phases[len(self.requests)] = event.phases
            case RequestMoved() | RequestUnanswered():
                self.phases[len(self.requests)] = event.phases
            case AnswerBegan():
                self.ttfb = event.t_ms
            case AnswerEnded():
                self.answer_ended = True
            case SentenceCompleted():
                self.sentences.append(sentence_json(event))
            case SynthesisStarted():
                self.segments[event.segment.id] = event.segment
            case PlayoutStarted():
                self.segments[event.segment.id] = self.playing = event.segment
            case PlayoutEnded():
                self._end_playout(event)
            case FillerStarted() | FillerSkipped():
                self.filler = filler_json(event)
            case ToolCalled():
                self.tool_calls.append(call_json(event.call))
            case EventFired():
                self.events_fired.append(event.event_name)
            case NoteMade():
                self.notes.append(event.note)
            case InterruptWaits():
                self.cut_waits = event.at_offset
            case TurnClosed():
                self._close(event)
            case _:
                pass

    def heard_to(self, now_ms: int) -> int:
        """Return up to which offset the text was heard: the end of the last word whose playout had begun."""
        words = self.playing.words if self.playing else ()
        return max((word.end for word in words if word.at_ms <= now_ms), default=self._heard_to)

    def timeline_so_far(self) -> Json:
        """Return what is stored of it while the turn runs: without the times of words and deltas, which are many."""
        return {
            "sentences": list(self.sentences),
            "segments": [],
            "filler": self.filler,
            "tool_calls": list(self.tool_calls),
            "events_fired": list(self.events_fired),
            "notes": list(self.notes),
            "reasoning": "".join(self.reasoning),
            **self._response(),
        }

    def timeline(self) -> Json:
        """Return what the turn's picture and transcript show beside the texts; stored as ``Turn.timeline``."""
        return {
            "sentences": self.sentences,
            "segments": list(map(self._segment_json, self.segments.values())),
            "delta_times_ms": self.delta_times_ms,
            "filler": self.filler,
            "tool_calls": self.tool_calls,
            "events_fired": self.events_fired,
            "notes": self.notes,
            "reasoning": "".join(self.reasoning),
            "finish_reason": self.closed.finish_reason if self.closed else "",
            "usage": self.closed.usage if self.closed else {},
            "interrupted_at_ms": self._interrupted_at_ms(),
            **self._response(),
        }

    def as_json(self, *, created_at: str) -> Json:
        """Return the turn for a snapshot."""
        closed = self.closed
        return {
            "turn_id": self.turn_id,
            "turn_idx": self.turn_idx,
            "kind": str(self.kind),
            "status": str(self.status),
            "user_text": self.user_text,
            "client_msg_id": self.client_msg_id,
            "continues": self.continues or None,
            "text": "".join(self.text),
            "heard_text": closed.heard_text if closed else "",
            "tool_results": {},
            "error": closed.error.as_json() if closed and closed.error else None,
            "timings_ms": timings_json(closed) if closed else {"ttfb": self.ttfb},
            "created_at": created_at,
            **({} if closed else self._open_json()),
            **self.timeline(),
        }

    def _open_json(self) -> Json:
        """Return what a snapshot has of an open turn alone."""
        phases = self.phases.get(len(self.requests))
        return {
            "cut_waits": self.cut_waits,
            "answer_ended": self.answer_ended,
            "delta_count": self._deltas,
            "phases": [list(moment) for moment in phases] if phases else None,
        }

    def _start(self, event: TurnStarted) -> None:
        self.kind = event.kind
        self.user_text = event.text if event.kind is TurnKind.USER else ""
        self.client_msg_id = event.client_msg_id
        self.continues = event.continues

    def _end_playout(self, event: PlayoutEnded) -> None:
        self.segments[event.segment.id] = event.segment
        self.ended[event.segment.id] = event.cut
        self._heard_to = max((word.end for word in event.segment.words), default=self._heard_to)
        self.playing = None

    def _close(self, event: TurnClosed) -> None:
        self.closed = event
        self.status = event.status
        self.segments = {key: segment for key, segment in self.segments.items() if key in self.ended}

    def _segment_json(self, segment: Segment) -> Json:
        is_cut = self.ended.get(segment.id)
        return segment_json(segment) if is_cut is None else segment_json(segment) | {"cut": is_cut}

    def _note_delta(self, event: ContentDelta) -> None:
        if self._deltas < DEFAULT_LIMITS.delta_marks:
            self.deltas.append((event.t_ms, len(event.text)))
        self._deltas += 1
        if self._deltas % self._delta_step:
            return
        self.delta_times_ms.append(event.t_ms)
        if len(self.delta_times_ms) > DELTA_TIMES:
            self.delta_times_ms = self.delta_times_ms[::2]
            self._delta_step *= 2

    def _keep_payload(self, event: PayloadReceived) -> None:
        self._payload_bytes += len(event.data)
        if self._payload_bytes <= self.cassette_bytes:
            self.payloads.append((event.t_ms, event.data))

    def _interrupted_at_ms(self) -> int | None:
        closed = self.closed
        return closed.t_ms if closed and closed.status is TurnStatus.INTERRUPTED else None

    def _response(self) -> Json:
        """Return the last response's status; of a refusal with a body, how it begins."""
        if not self.responses:
            return {"response_status": None}
        last = self.responses[max(self.responses)]
        body = {"response_body": last.body} if last.body else {}
        return {"response_status": last.status} | body


def call_json(call: ToolCall) -> Json:
    """Return a call for the rows, including the server's own fields, which have to be sent back."""
    fields = call.as_json() | {"valid": call.valid}
    return fields | {"extra": call.extra} if call.extra else fields


def sentence_json(event: SentenceCompleted) -> Json:
    sentence = event.sentence
    return {
        "index": sentence.index,
        "start": sentence.start,
        "end": sentence.end,
        "kind": sentence.kind,
        "t_ms": event.t_ms,
    }


def segment_json(segment: Segment) -> Json:
    return {
        "id": segment.id,
        "kind": segment.kind,
        "index": segment.index,
        "text": segment.text,
        "synthesis_ms": segment.synthesis_ms,
        "starts_ms": segment.starts_ms,
        "ends_ms": segment.ends_ms,
        "words": [[word.start, word.end, word.at_ms] for word in segment.words],
        "pauses": [list(pause) for pause in segment.pauses_ms],
    }


def filler_json(event: FillerStarted | FillerSkipped) -> Json:
    if isinstance(event, FillerStarted):
        return {"state": "played", "phrase": event.phrase, "reason": None, "due_ms": event.due_ms}
    return {"state": "skipped", "phrase": None, "reason": str(event.reason), "due_ms": event.due_ms}


def timings_json(closed: TurnClosed) -> Json:
    timings = closed.timings
    return {
        "ttfb": timings.ttfb,
        "ttft": timings.ttft,
        "first_sentence": timings.first_sentence,
        "first_audio": timings.first_audio,
        "dead_air": timings.dead_air,
        "total": timings.total,
    }
