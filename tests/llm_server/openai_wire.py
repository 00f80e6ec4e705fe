"""The bytes of an OpenAI server's answers: headers, chunks in their order and with all their keys, the end."""

import json
from collections.abc import Iterable

from playground.engine.json_types import Json

TEXT = "Once upon a time, a girl in a red hood set out. She carried bread and wine. Who waited in the wood?"
SENTENCES = (
    "Once upon a time, a girl in a red hood set out.",
    "She carried bread and wine.",
    "Who waited in the wood?",
)
TOOL = "get_current_weather"
TOOL_ARGUMENTS = '{"location": "Paris, France", "unit": "celsius"}'
TOOL_CALL_ID = "call_4Jx0qXa6vBzDWB1HkYt7mRcP"
COMPLETION_ID = "chatcmpl-CQ3l0VbN5u7Ht2yPzS9xWkMfJrEaD"
CREATED = 1_760_000_000
USAGE = {
    "prompt_tokens": 57,
    "completion_tokens": 27,
    "total_tokens": 84,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}
DONE = b"data: [DONE]\n\n"

_COMMON_HEADERS = [
    ("Date", "Thu, 09 Oct 2025 08:53:20 GMT"),
    ("access-control-expose-headers", "X-Request-ID"),
    ("openai-organization", "greenroom-tests"),
    ("openai-processing-ms", "312"),
    ("openai-version", "2020-10-01"),
    ("x-ratelimit-limit-requests", "10000"),
    ("x-ratelimit-remaining-requests", "9999"),
    ("x-request-id", "req_7b1f0f4f0ad34b7d9d0e5d3a8b3b8a1c"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains; preload"),
    ("X-Content-Type-Options", "nosniff"),
]
STREAM_HEADERS = [("Content-Type", "text/event-stream; charset=utf-8"), *_COMMON_HEADERS]
JSON_HEADERS = [("Content-Type", "application/json"), *_COMMON_HEADERS]


def deltas_of(text: str) -> list[str]:
    """Return the text cut as a tokeniser would: each word with the space before it."""
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


def chunk(
    delta: Json, finish_reason: str | None = None, *, usage: bool = False, model: str = "gpt-4o"
) -> Json:
    payload: Json = {
        "id": COMPLETION_ID,
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": model,
        "service_tier": "default",
        "system_fingerprint": "fp_cbf1785567",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}],
    }
    if usage:
        payload["usage"] = None
    return payload


def usage_chunk(model: str = "gpt-4o") -> Json:
    return chunk({}, model=model) | {"choices": [], "usage": USAGE}


def event(payload: object) -> bytes:
    """Return one event of the stream: compact JSON, as OpenAI writes it, or a verbatim text."""
    text = payload if isinstance(payload, str) else json.dumps(payload, separators=(",", ":"))
    return f"data: {text}\n\n".encode()


def text_stream(
    deltas: Iterable[str], *, finish_reason: str = "stop", usage: bool = False, model: str = "gpt-4o"
) -> list[bytes]:
    """Return all events of an answer: the role, the text, the end, perhaps the usage, ``[DONE]``."""
    chunks = [chunk({"role": "assistant", "content": "", "refusal": None}, usage=usage, model=model)]
    chunks += [chunk({"content": text}, usage=usage, model=model) for text in deltas]
    chunks.append(chunk({}, finish_reason, usage=usage, model=model))
    if usage:
        chunks.append(usage_chunk(model))
    return [*map(event, chunks), DONE]


def tool_stream(fragments: int = 8) -> list[bytes]:
    """Return a call whose arguments come in pieces: id and name first, then only the index and text."""
    size = -(-len(TOOL_ARGUMENTS) // fragments)
    pieces = [TOOL_ARGUMENTS[at : at + size] for at in range(0, len(TOOL_ARGUMENTS), size)]
    first: Json = {
        "index": 0,
        "id": TOOL_CALL_ID,
        "type": "function",
        "function": {"name": TOOL, "arguments": ""},
    }
    chunks = [chunk({"role": "assistant", "content": None, "tool_calls": [first], "refusal": None})]
    chunks += [chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}) for piece in pieces]
    chunks.append(chunk({}, "tool_calls"))
    return [*map(event, chunks), DONE]


def completion(text: str, model: str = "gpt-4o") -> bytes:
    """Return the answer to a request without ``stream``, indented as OpenAI sends it."""
    message: Json = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    payload: Json = {
        "id": COMPLETION_ID,
        "object": "chat.completion",
        "created": CREATED,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": USAGE,
        "service_tier": "default",
        "system_fingerprint": "fp_cbf1785567",
    }
    return json.dumps(payload, indent=2).encode() + b"\n"


def error_body(message: str, kind: str, code: str | None = None, param: str | None = None) -> bytes:
    """OpenAI's error object."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    return json.dumps({"error": error}, indent=4).encode() + b"\n"
