"""The frames of a turn as a closed set: every event's name and the keys of its properties."""

from typing import Any

ENVELOPE = {
    "message_type", "event_type", "conversation_id", "inference_id", "turn_idx", "seq", "timestamp", "properties",
}  # fmt: skip
OF_A_TURN = {"turn_id", "t_ms"}
CLOSED = {
    "text", "heard_text", "tool_calls", "finish_reason", "error", "timings_ms", "usage", "reasoning",
}  # fmt: skip
PROPERTIES: dict[str, set[str]] = {
    "conversation.utterance": {"role", "speech", "interrupted"},
    "conversation.tool_call": {"tool_call_id", "name", "arguments", "valid"},
    "conversation.started_speaking": {"role"},
    "conversation.stopped_speaking": {"role", "interrupted", "duration"},
    "playground.turn.started": {"kind", "text", "client_msg_id", "continues"},
    "playground.request": {"attempt", "request", "origins"},
    "playground.response": {"status", "headers", "phases", "body"},
    "playground.answer": {"state"},
    "playground.request_moved": {"phases"},
    "playground.delta": {"text", "offset", "count"},
    "playground.reasoning": {"text", "offset"},
    "playground.sentence": {"index", "start", "end", "kind", "t_ms", "text", "spoken"},
    "playground.filler": {"state", "phrase", "reason", "due_ms"},
    "playground.speech": {"state", "segment"},
    "playground.event_fired": {"event_name", "tool_call_ids"},
    "playground.note": {"note"},
    "playground.turn.completed": CLOSED,
    "playground.turn.interrupted": CLOSED,
    "playground.turn.failed": CLOSED,
}
ERROR = {"code", "message", "excerpt", "secret"}
CALL = {"id", "name", "arguments"}


def assert_closed_set(events: list[dict[str, Any]]) -> None:
    """Nothing that a server sends names an event or a key of one."""
    for event in events:
        properties = event["properties"]
        assert set(event) == ENVELOPE
        assert event["message_type"] == event["event_type"].partition(".")[0]
        assert set(properties) <= PROPERTIES[event["event_type"]] | OF_A_TURN, event
        assert set(properties) >= OF_A_TURN
        assert set(properties.get("error") or ()) <= ERROR
        assert all(set(call) == CALL for call in properties.get("tool_calls", ()))
