"""The socket's words: JSON into commands, events into envelopes.

The envelope and the names are those of Tavus' interactions protocol wherever it has one; the rest is ``playground.*``.
Nothing from an LLM's server names an event or a key of one.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from playground.engine.errors.codes import Code, CommandError
from playground.engine.events import (
    ContentDelta,
    Event,
    EventFired,
    FillerSkipped,
    FillerStarted,
    InterruptHeld,
    NoteMade,
    PlayoutEnded,
    PlayoutStarted,
    ReasoningDelta,
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
from playground.engine.json_text import json_bytes
from playground.engine.tools.schema_size import nests_deeper
from playground.engine.turn_record import filler_json, segment_json, sentence_json, timings_json

Json = dict[str, Any]

MESSAGE_BYTES = 64 * 1024
"""The largest message and frame that a socket may send; the server closes it at a larger one (1009)."""
USER_TEXT_CHARS = 32 * 1024
CONTEXT_CHARS = 64 * 1024
OUTPUT_CHARS = 64 * 1024
OUTPUT_DEPTH = 64
MESSAGE_ID_CHARS = 64


@dataclass(frozen=True, slots=True)
class Respond:
    """As if the user had said it."""

    text: str
    client_msg_id: str = ""


@dataclass(frozen=True, slots=True)
class Interrupt:
    at_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Echo:
    """The voice says it as it stands; the LLM is bypassed."""

    text: str
    client_msg_id: str = ""


@dataclass(frozen=True, slots=True)
class AppendContext:
    context: str


@dataclass(frozen=True, slots=True)
class OverwriteContext:
    context: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """``output`` is text; an object is written as JSON. ``status``: success or error."""

    tool_call_id: str
    output: str
    status: str = "success"


@dataclass(frozen=True, slots=True)
class Resume:
    """Send the snapshot again; ``seq`` is the last event that the viewer has."""

    seq: int = 0


Command = Respond | Interrupt | Echo | AppendContext | OverwriteContext | ToolResult | Resume


def parse_command(text: str) -> Command:
    """Read one message of a viewer. Raises CommandError (bad_message) that names what is wrong."""
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _bad("The message is not JSON.") from None
    if not isinstance(message, dict):
        raise _bad("The message is not a JSON object.")
    event_type = message.get("event_type")
    parse = COMMANDS.get(event_type) if isinstance(event_type, str) else None
    if parse is None:
        raise _bad(f"event_type must be one of: {', '.join(COMMANDS)}.")
    properties = message.get("properties") or {}
    if not isinstance(properties, dict):
        raise _bad("properties must be a JSON object.")
    return parse(properties)


def _respond(found: Mapping[str, Any]) -> Respond:
    return Respond(_text(found, "text", USER_TEXT_CHARS), _message_id(found))


def _interrupt(found: Mapping[str, Any]) -> Interrupt:
    offset = found.get("at_offset")
    if offset is not None and (not isinstance(offset, int) or isinstance(offset, bool) or offset < 0):
        raise _bad("at_offset must be a whole number, or absent.")
    return Interrupt(offset)


def _echo(found: Mapping[str, Any]) -> Echo:
    if found.get("modality", "text") != "text":
        raise _bad("Only the modality text is simulated.")
    return Echo(_text(found, "text", USER_TEXT_CHARS), _message_id(found))


def _append_context(found: Mapping[str, Any]) -> AppendContext:
    return AppendContext(_text(found, "context", CONTEXT_CHARS))


def _overwrite_context(found: Mapping[str, Any]) -> OverwriteContext:
    return OverwriteContext(_text(found, "context", CONTEXT_CHARS, may_be_empty=True))


def _tool_result(found: Mapping[str, Any]) -> ToolResult:
    output = found.get("output")
    if not isinstance(output, str):
        if nests_deeper(output, OUTPUT_DEPTH):
            raise _bad(f"output may nest {OUTPUT_DEPTH} deep at the most.")
        output = json_bytes(output).decode()
    status = found.get("status", "success")
    if status not in {"success", "error"}:
        raise _bad("status must be success or error.")
    if len(output) > OUTPUT_CHARS:
        raise _bad(f"output may have {OUTPUT_CHARS} characters at most.")
    return ToolResult(_text(found, "tool_call_id", 256), _printable(output, "output"), status)


def _resume(found: Mapping[str, Any]) -> Resume:
    seq = found.get("seq", 0)
    return Resume(seq if isinstance(seq, int) and not isinstance(seq, bool) and seq > 0 else 0)


COMMANDS: dict[str, Callable[[Mapping[str, Any]], Command]] = {
    "conversation.respond": _respond,
    "conversation.interrupt": _interrupt,
    "conversation.echo": _echo,
    "conversation.append_llm_context": _append_context,
    "conversation.overwrite_llm_context": _overwrite_context,
    "conversation.tool_result": _tool_result,
    "playground.resume": _resume,
}


def _text(found: Mapping[str, Any], key: str, chars: int, *, may_be_empty: bool = False) -> str:
    value = found.get(key)
    if not isinstance(value, str):
        raise _bad(f"{key} must be text.")
    if len(value) > chars:
        raise _bad(f"{key} may have {chars} characters at most.")
    if not value.strip() and not may_be_empty:
        raise _bad(f"{key} is empty.")
    return _printable(value.strip(), key)


def _printable(value: str, key: str) -> str:
    if "\0" in value:
        raise _bad(f"{key} holds a NUL character.")
    return value


def _message_id(found: Mapping[str, Any]) -> str:
    value = found.get("client_msg_id", "")
    if not isinstance(value, str) or len(value) > MESSAGE_ID_CHARS:
        raise _bad(f"client_msg_id must be text of {MESSAGE_ID_CHARS} characters at most.")
    return _printable(value, "client_msg_id")


def _bad(message: str) -> CommandError:
    return CommandError(Code.BAD_MESSAGE, message)


@dataclass(frozen=True, slots=True)
class Origin:
    """What every envelope of a turn's events repeats."""

    conversation_id: str
    turn_id: str
    turn_idx: int
    inference_id: str


def envelope(
    event_type: str,
    properties: Json,
    *,
    conversation_id: str,
    seq: int,
    inference_id: str | None = None,
    turn_idx: int | None = None,
) -> Json:
    return {
        "message_type": event_type.partition(".")[0],
        "event_type": event_type,
        "conversation_id": conversation_id,
        "inference_id": inference_id,
        "turn_idx": turn_idx,
        "seq": seq,
        "timestamp": time.time(),
        "properties": properties,
    }


def wire_events(event: Event) -> list[tuple[str, Json]]:
    """The names and properties that an event of a turn has on the wire; without turn_id and t_ms. Some have none."""
    match event:
        case ContentDelta():
            return [("playground.delta", {"text": event.text, "offset": event.offset})]
        case ReasoningDelta():
            return [("playground.reasoning", {"text": event.text, "offset": event.offset})]
        case SentenceCompleted():
            said = {"text": event.sentence.text, "spoken": event.spoken}
            return [("playground.sentence", sentence_json(event) | said)]
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


def _rarer(event: Event) -> list[tuple[str, Json]]:
    match event:
        case RequestSent():
            sent = {"attempt": event.attempt, "request": event.request, "origins": event.origins}
            return [("playground.request", sent)]
        case ResponseReceived():
            headers = [list(header) for header in event.headers]
            return [("playground.response", {"status": event.status, "headers": headers})]
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
        case _:
            return []


def _speech(state: str, event: SynthesisStarted | PlayoutStarted | PlayoutEnded) -> tuple[str, Json]:
    return "playground.speech", {"state": state, "segment": segment_json(event.segment)}


def _started(event: TurnStarted) -> list[tuple[str, Json]]:
    started = {
        "kind": str(event.kind),
        "text": event.text,
        "client_msg_id": event.client_msg_id,
        "continues": event.continues or None,
    }
    found = [("playground.turn.started", started)]
    if event.kind == "user":
        found.append(("conversation.utterance", {"role": "user", "speech": event.text}))
    return found


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
    found: list[tuple[str, Json]] = []
    if event.text:
        said = {"role": "replica", "speech": event.text}
        cut = {"interrupted": True} if event.status is TurnStatus.INTERRUPTED else {}
        found.append(("conversation.utterance", said | cut))
    return [*found, (f"playground.turn.{event.status}", properties)]
