"""The source of a tool result in a rehearsal: a person, a saved mock of the persona, or its tool endpoint.

No platform runs tools for a custom LLM, so every such result is rehearsal, not platform traffic.
"""

import json
from collections.abc import Iterable
from enum import StrEnum

from playground.engine.events import ToolCall
from playground.engine.json_types import Json
from playground.engine.persona import PersonaSettings
from playground.engine.tools.mocks import fitting_mock


class ResultSource(StrEnum):
    """Where a tool result comes from."""

    HAND = "hand"
    MOCK = "mock"
    ENDPOINT = "endpoint"


def source_of(call: ToolCall, persona: PersonaSettings) -> ResultSource:
    """Return the source of a call's result. A saved mock that fits takes precedence over the endpoint."""
    if fitting_mock(call.name, call.arguments, persona.tool_mocks) is not None:
        return ResultSource.MOCK
    return ResultSource.ENDPOINT if persona.tool_endpoint else ResultSource.HAND


def refused_output(faults: Iterable[str]) -> str:
    """Return the result for invalid arguments: it tells the model what is wrong, so that it can call again."""
    return json.dumps({"error": " ".join(faults)}, ensure_ascii=False)


def endpoint_body(call: ToolCall, *, conversation_id: str, turn_id: str) -> bytes:
    """Return the tool endpoint's request body: ``{conversation_id, turn_id, tool_call_id, name, arguments}``."""
    arguments: Json = {
        "conversation_id": conversation_id,
        "turn_id": turn_id,
        "tool_call_id": call.id,
        "name": call.name,
        "arguments": json.loads(call.arguments or "{}"),
    }
    return json.dumps(arguments, ensure_ascii=False).encode()
