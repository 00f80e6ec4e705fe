"""Converts a turn's events to the envelopes that viewers receive.

The envelope and the names are those of Tavus' interactions protocol if it has them, the rest is ``playground.*``. No
event's name or key comes from an LLM's server.
"""

import time

from playground.engine.events import (
    AnswerBegan,
    AnswerEnded,
    ContentDelta,
    Event,
    EventFired,
    FillerSkipped,
    FillerStarted,
    InterruptHeld,
    InterruptWaits,
    NoteMade,
    PlayoutEnded,
    PlayoutStarted,
    ReasoningDelta,
    RequestMoved,
    RequestSent,
    ResponseReceived,
    SentenceCompleted,
    SpeakingStarted,
    SpeakingStopped,
    SynthesisStarted,
    ToolCalled,
    TurnClosed,
    TurnStarted,
    TurnStatus,
)
from playground.engine.json_text import KeptJson
from playground.engine.json_types import Json
from playground.engine.turn_record import filler_json, segment_json, sentence_json, timings_json


def envelope(
    event_type: str,
    properties: Json,
    *,
    conversation_id: str,
    seq: int,
    inference_id: str | None = None,
    turn_idx: int | None = None,
) -> KeptJson:
    return KeptJson(
        message_type=event_type.partition(".")[0],
        event_type=event_type,
        conversation_id=conversation_id,
        inference_id=inference_id,
        turn_idx=turn_idx,
        seq=seq,
        timestamp=time.time(),
        properties=properties,
    )


def wire_events(event: Event) -> list[tuple[str, Json]]:
    """Return the names and properties of a turn's event on the wire, without turn_id and t_ms.

    Some events have none.
    """
    match event:
        case ContentDelta():
            return [("playground.delta", {"text": event.text, "offset": event.offset, "count": 1})]
        case ReasoningDelta():
            return [("playground.reasoning", {"text": event.text, "offset": event.offset})]
        case SentenceCompleted():
            texts = {"text": event.sentence.text, "spoken": event.spoken}
            return [("playground.sentence", sentence_json(event) | texts)]
        case SynthesisStarted():
            return [_speech("synthesis", event)]
        case PlayoutStarted():
            return [_speech("playing", event)]
        case PlayoutEnded():
            return [_speech("cut" if event.cut else "played", event)]
        case FillerStarted():
            return [("playground.filler", filler_json(event) | {"state": "playing"})]
        case FillerSkipped():
            return [("playground.filler", filler_json(event))]
        case TurnStarted():
            return _started(event)
        case TurnClosed():
            return _closed(event)
        case _:
            return _rarer(event)


def wire_count(event: Event) -> int:
    """Return how many events `wire_events` returns, without making those that a stream has most of."""
    return 1 if isinstance(event, _ONE_EACH) else len(wire_events(event))


_ONE_EACH = (
    ContentDelta, ReasoningDelta, SentenceCompleted, SynthesisStarted, PlayoutStarted, PlayoutEnded,
)  # fmt: skip


def _rarer(event: Event) -> list[tuple[str, Json]]:
    match event:
        case RequestSent():
            sent = {"attempt": event.attempt, "request": event.request, "origins": event.origins}
            return [("playground.request", sent)]
        case ResponseReceived():
            headers = [list(header) for header in event.headers]
            refusal = {"body": event.body} if event.body else {}
            head = {"status": event.status, "headers": headers, "phases": _moments(event)}
            return [("playground.response", head | refusal)]
        case RequestMoved():
            return [("playground.request_moved", {"phases": _moments(event)})]
        case AnswerBegan():
            return [("playground.answer", {"state": "began"})]
        case AnswerEnded():
            return [("playground.answer", {"state": "ended"})]
        case SpeakingStarted():
            return [("conversation.started_speaking", {"role": "replica"})]
        case SpeakingStopped():
            stopped = {"interrupted": event.interrupted, "duration": event.duration_ms / 1000}
            return [("conversation.stopped_speaking", {"role": "replica"} | stopped)]
        case ToolCalled():
            call = event.call
            called = {"tool_call_id": call.id, "name": call.name, "arguments": call.arguments}
            return [("conversation.tool_call", called | {"valid": call.valid})]
        case EventFired():
            fired = {"event_name": event.event_name, "tool_call_ids": list(event.tool_call_ids)}
            return [("playground.event_fired", fired)]
        case NoteMade():
            return [("playground.note", {"note": event.note})]
        case InterruptHeld():
            return [("playground.interrupt_held", {"until_ms": event.until_ms})]
        case InterruptWaits():
            return [("playground.interrupt_waits", {"at_offset": event.at_offset})]
        case _:
            return []


def _moments(event: ResponseReceived | RequestMoved) -> list[list[str | int]]:
    return [list(moment) for moment in event.phases]


def _speech(state: str, event: SynthesisStarted | PlayoutStarted | PlayoutEnded) -> tuple[str, Json]:
    return "playground.speech", {"state": state, "segment": segment_json(event.segment)}


def _started(event: TurnStarted) -> list[tuple[str, Json]]:
    started = {
        "kind": str(event.kind),
        "text": event.text,
        "client_msg_id": event.client_msg_id,
        "continues": event.continues or None,
    }
    if event.kind != "user":
        return [("playground.turn.started", started)]
    utterance = {"role": "user", "speech": event.text}
    return [("playground.turn.started", started), ("conversation.utterance", utterance)]


def _closed(event: TurnClosed) -> list[tuple[str, Json]]:
    properties = {
        "text": event.text,
        "heard_text": event.heard_text,
        "tool_calls": [call.as_json() for call in event.tool_calls],
        "finish_reason": event.finish_reason,
        "error": event.error.as_json() if event.error else None,
        "timings_ms": timings_json(event),
        "usage": event.usage,
        "reasoning": event.reasoning,
    }
    closing = (f"playground.turn.{event.status}", properties)
    if not event.text:
        return [closing]
    utterance = {"role": "replica", "speech": event.text}
    cut = {"interrupted": True} if event.status is TurnStatus.INTERRUPTED else {}
    return [("conversation.utterance", utterance | cut), closing]
