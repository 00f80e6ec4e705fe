"""Helpers for streams with tool calls."""

from tests.engine.answer.streams import Decoded, chunk, decode, stream

OSLO, ROME = '{"city": "Oslo"}', '{"city": "Rome"}'
END = chunk("tool_calls")


def function(name: str = "", arguments: object = "") -> dict[str, object]:
    return {"name": name, "arguments": arguments} if name else {"arguments": arguments}


def calls_of(*payloads: object) -> Decoded:
    return decode(stream(*payloads, END))
