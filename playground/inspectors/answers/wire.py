"""Chunks and completions of canned answers, in OpenAI's format."""

import re
from typing import Any

import orjson

from playground.inspectors.answer_settings import AnswerSettings

ID = "chatcmpl-inspector"
CALL_ID = "call_inspector"
MODEL = "inspector"
CREATED = 1_735_689_600
"""``created`` of everything, in seconds since 1970, because OpenAI's clients require a number."""
DONE = b"data: [DONE]\n\n"
STREAM_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
)

_WORD = re.compile(r"\s*\S+|\s+$")
_ARGUMENTS_CHARS = 12
"""How much of a call's arguments a delta has."""


def words_of(text: str) -> list[str]:
    """Cut a text into its deltas: words, each with the space before it."""
    return _WORD.findall(text)


def chunk(delta: dict[str, Any], model: str, finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return _envelope("chat.completion.chunk", model) | {"choices": [choice]}


def event(payload: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(payload) + b"\n\n"


def text_deltas(text: str) -> list[dict[str, Any]]:
    return [{"content": word} for word in words_of(text)]


def call_deltas(settings: AnswerSettings) -> list[dict[str, Any]]:
    """Return the deltas of a tool call: its name, then its arguments in pieces."""
    arguments = settings.arguments
    pieces = [arguments[at : at + _ARGUMENTS_CHARS] for at in range(0, len(arguments), _ARGUMENTS_CHARS)]
    return [{"tool_calls": [_call(settings.function, "") | {"index": 0}]}] + [
        {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces
    ]


def completion(message: dict[str, Any], model: str, finish_reason: str) -> dict[str, Any]:
    """Return the body of an answer that isn't streamed."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": None, "refusal": None} | message,
        "logprobs": None,
        "finish_reason": finish_reason,
    }
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    return _envelope("chat.completion", model) | {"choices": [choice], "usage": usage}


def called(settings: AnswerSettings) -> dict[str, Any]:
    """Return the message of a tool call."""
    return {"tool_calls": [_call(settings.function, settings.arguments)]}


def models() -> dict[str, Any]:
    """Return the list of models: of the one that answers."""
    listed = {"id": MODEL, "object": "model", "created": CREATED, "owned_by": "greenroom"}
    return {"object": "list", "data": [listed]}


def _call(function: str, arguments: str) -> dict[str, Any]:
    return {"id": CALL_ID, "type": "function", "function": {"name": function, "arguments": arguments}}


def _envelope(kind: str, model: str) -> dict[str, Any]:
    return {"id": ID, "object": kind, "created": CREATED, "model": model or MODEL}
