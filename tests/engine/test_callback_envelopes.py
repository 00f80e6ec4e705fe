"""The envelopes of callbacks, as on Tavus' page "Webhooks and Callbacks"."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

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
from playground.engine.platforms.registry import platforms

SOURCE = CallbackSource("c123456", "https://example.com/hook", "r79e1c033f")
AT = datetime(2025, 7, 11, 8, 45, 47, 472000, tzinfo=timezone(timedelta(hours=2)))


def envelope(event: CallbackEvent) -> Json:
    """Return it, the same of every platform: a conversation is Tavus'."""
    first, *others = (platform.callback(event, SOURCE, AT) for platform in platforms())
    assert all(other == first for other in others)
    return first


def test_a_replica_joined() -> None:
    assert envelope(ReplicaJoined()) == {
        "properties": {"replica_id": "r79e1c033f"},
        "conversation_id": "c123456",
        "webhook_url": "https://example.com/hook",
        "event_type": "system.replica_joined",
        "message_type": "system",
        "timestamp": "2025-07-11T06:45:47.472000Z",
    }


@pytest.mark.parametrize(
    ("reason", "written"),
    [
        (ShutdownReason.ENDED, "end_conversation_endpoint_hit"),
        (ShutdownReason.MAX_CALL_DURATION, "max_call_duration reached"),
        (ShutdownReason.PARTICIPANT_LEFT, "participant_left_timeout reached"),
        (ShutdownReason.PARTICIPANT_ABSENT, "participant_absent_timeout reached"),
    ],
)
def test_a_shutdown_says_why(reason: ShutdownReason, written: str) -> None:
    shutdown = envelope(Shutdown(reason))
    assert (shutdown["event_type"], shutdown["message_type"]) == ("system.shutdown", "system")
    assert shutdown["properties"] == {"replica_id": "r79e1c033f", "shutdown_reason": written}


def test_a_transcript_has_times_where_there_are_any() -> None:
    began_s = datetime(2025, 7, 11, 6, 45, tzinfo=UTC).timestamp()
    entries = [
        TranscriptEntry("system", "Chill guy"),
        TranscriptEntry("user", "Hi.", began_s, 4.5, 0.0),
        TranscriptEntry("assistant", "How's it going?", began_s + 1, 5.5, 1.2, "83294d9f"),
    ]
    ready = envelope(TranscriptionReady(entries))
    assert (ready["event_type"], ready["message_type"]) == ("application.transcription_ready", "application")
    assert ready["properties"]["transcript"] == [
        {"role": "system", "content": "Chill guy"},
        {"role": "user", "content": "Hi.", "timestamp": began_s, "seconds_from_start": 4.5, "duration": 0.0},
        {
            "role": "assistant",
            "content": "How's it going?",
            "timestamp": began_s + 1,
            "seconds_from_start": 5.5,
            "duration": 1.2,
            "inference_id": "83294d9f",
        },
    ]


def test_a_tool_call_has_its_arguments_as_text() -> None:
    called = envelope(ToolCallMade("call_1", "get_weather", '{"city": "Riga"}', 3))
    assert (called["event_type"], called["message_type"]) == ("conversation.tool_call", "conversation")
    assert called["properties"]["arguments"] == '{"city": "Riga"}'
