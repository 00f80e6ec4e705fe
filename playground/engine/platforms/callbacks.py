"""The envelopes that Tavus posts to a conversation's ``callback_url``.

Tavus, "Webhooks and Callbacks". A conversation is Tavus' whatever the persona's platform is, so they all send these.
The page lists no tool calls: they have the envelope of the interactions protocol.
"""

from datetime import UTC, datetime

from playground.engine.callback_events import (
    CallbackEvent,
    CallbackSource,
    ReplicaJoined,
    Shutdown,
    ShutdownReason,
    ToolCallMade,
    TranscriptEntry,
    TranscriptionReady,
)
from playground.engine.json_types import Json

_REACHED = frozenset(ShutdownReason) - {ShutdownReason.ENDED}
"""Tavus lists these as ``max_call_duration reached``."""


def conversation_callback(event: CallbackEvent, source: CallbackSource, at: datetime) -> Json:
    """Return the envelope of what happened ``at`` this time (aware)."""
    return {
        "properties": {"replica_id": source.replica_id} | _properties(event),
        "conversation_id": source.conversation_id,
        "webhook_url": source.callback_url,
        "event_type": event.event_type,
        "message_type": event.event_type.partition(".")[0],
        "timestamp": at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }


def _properties(event: CallbackEvent) -> Json:
    match event:
        case ReplicaJoined():
            return {}
        case Shutdown(reason=reason):
            return {"shutdown_reason": f"{reason} reached" if reason in _REACHED else str(reason)}
        case TranscriptionReady():
            left_out = {"entries_left_out": event.entries_left_out} if event.entries_left_out else {}
            return {"transcript": [_entry(entry) for entry in event.entries]} | left_out
        case ToolCallMade():
            return {
                "tool_call_id": event.call_id,
                "name": event.name,
                "arguments": event.arguments,
                "turn_idx": event.turn_idx,
            }


def _entry(entry: TranscriptEntry) -> Json:
    optional = {
        "timestamp": entry.timestamp_s,
        "seconds_from_start": entry.seconds_from_start,
        "duration": entry.duration_s,
        "inference_id": entry.inference_id or None,
    }
    present = {name: value for name, value in optional.items() if value is not None}
    return {"role": entry.role, "content": entry.content} | present
