"""Who answers a call in a rehearsal: a person, a saved mock of the persona, or its tool endpoint.

Neither platform runs tools for a custom LLM, so every such result is rehearsal and no platform traffic.
"""

import json
from collections.abc import Iterable
from enum import StrEnum

from playground.engine.events import ToolCall
from playground.engine.json_types import Json
from playground.engine.persona import PersonaSettings


class ResultSource(StrEnum):
    """Where a tool result comes from."""

    HAND = "hand"
    MOCK = "mock"
    ENDPOINT = "endpoint"


def source_of(call: ToolCall, persona: PersonaSettings) -> ResultSource:
    """A mock for that function goes before the endpoint: it was saved for this rehearsal."""
    if call.name in persona.tool_mocks:
        return ResultSource.MOCK
    return ResultSource.ENDPOINT if persona.tool_endpoint else ResultSource.HAND


def mocked_output(name: str, persona: PersonaSettings) -> str:
    """The saved result of a function: a text as it stands, anything else as JSON."""
    mock = persona.tool_mocks[name]
    return mock if isinstance(mock, str) else json.dumps(mock, ensure_ascii=False)


def refused_output(faults: Iterable[str]) -> str:
    """What the model is told in place of a result when its arguments do not fit: so that it can call again."""
    return json.dumps({"error": " ".join(faults)}, ensure_ascii=False)


def endpoint_body(call: ToolCall, *, conversation_id: str, turn_id: str) -> bytes:
    """What the tool endpoint is sent, as JSON: ``{conversation_id, turn_id, tool_call_id, name, arguments}``."""
    asked: Json = {
        "conversation_id": conversation_id,
        "turn_id": turn_id,
        "tool_call_id": call.id,
        "name": call.name,
        "arguments": json.loads(call.arguments or "{}"),
    }
    return json.dumps(asked, ensure_ascii=False).encode()
