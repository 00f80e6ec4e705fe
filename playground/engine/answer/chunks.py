"""Reads one payload of a chat-completions stream: delta, reasoning, call fragments, usage, finish reason.

The reference shape is OpenAI's chat.completion.chunk (openai-python, types/chat/chat_completion_chunk.py).
Every field is optional here and may have the wrong type: what cannot be read is skipped and never raises.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from playground.engine.answer.notes import TurnNotes
from playground.engine.answer.tool_calls import CallFragment

Usage = dict[str, object]

_MOST_INDEX = 31
_CALL_FIELDS = frozenset({"index", "id", "type", "function"})
_USAGE_KEYS = 32
_ROLE_CHARS = 32
_CHUNK_FIELDS = frozenset({"choices", "usage"})
_KEEP_ALIVE = frozenset({"ping", "pong", "heartbeat", "keepalive", "keep-alive", "keep_alive", "processing"})
_REASONING_FIELDS = ("reasoning_content", "reasoning", "thinking")
"""DeepSeek, llama.cpp, older vLLM; newer vLLM, Ollama, Groq, OpenRouter; copies of Ollama's own API."""
_THINKING_PARTS = frozenset({"thinking", "reasoning", "redacted_thinking"})


@dataclass(frozen=True, slots=True)
class Chunk:
    """The content of one payload. An empty string means absent."""

    content: str = ""
    reasoning: str = ""
    refusal: str = ""
    calls: tuple[CallFragment, ...] = ()
    finish_reason: str = ""
    usage: Usage = field(default_factory=dict)
    is_message: bool = False
    """The choice had a whole ``message`` in place of a ``delta``."""
    role: str = ""
    """Lower case."""


def read_chunk(payload: Mapping[str, object], notes: TurnNotes) -> Chunk | None:
    """Read a payload; return None if it is not a chat completion's. Oddities are added to ``notes``."""
    choices = payload.get("choices")
    usage = _usage(payload.get("usage")) or _groq_usage(payload)
    if not isinstance(choices, list) and not usage and not isinstance(payload.get("usage"), dict):
        return None
    choice = _first_choice(choices, notes)
    if choice is None:
        return Chunk(usage=usage)
    delta = choice.get("delta")
    message = choice.get("message")
    is_message = not isinstance(delta, dict) and isinstance(message, dict)
    fields = message if is_message else delta
    if not isinstance(fields, dict):
        if delta is not None or message is not None:
            notes.add(
                "A delta was not an object, and was left out: a client that reads its content breaks there."
            )
        fields = {}
    content, thinking = _content(fields.get("content"), notes)
    return Chunk(
        content=content,
        reasoning=thinking or _reasoning(fields),
        refusal=_text(fields.get("refusal")),
        calls=_calls(fields, notes),
        finish_reason=_text(choice.get("finish_reason")),
        usage=usage or _usage(choice.get("usage")),
        is_message=is_message,
        role=_text(fields.get("role"))[:_ROLE_CHARS].strip().lower(),
    )


def is_keep_alive(payload: Mapping[str, object]) -> bool:
    """Whether a payload without choices only keeps the connection alive: it is empty, or a ping."""
    if payload.keys() & _CHUNK_FIELDS:
        return False
    words = [value for value in payload.values() if value is not None]
    return all(isinstance(word, str) and word.lower() in _KEEP_ALIVE for word in words) or (
        _text(payload.get("type") or payload.get("event")).lower() in _KEEP_ALIVE
    )


def _first_choice(choices: object, notes: TurnNotes) -> Mapping[str, object] | None:
    """Return the choice of index 0. Azure's first chunk and the chunk with the usage have none."""
    if not isinstance(choices, list):
        return None
    for choice in choices:
        if not isinstance(choice, dict):
            notes.add(
                "A choice was not an object, and was left out: a client that reads its delta breaks there."
            )
            continue
        if _index(choice.get("index")) in {0, None}:
            return choice
        notes.add("The LLM's server sent several choices; only the first is used.")
    return None


def _content(value: object, notes: TurnNotes) -> tuple[str, str]:
    """Return content and reasoning. Mistral's reasoning models send a list of parts in place of a text."""
    if isinstance(value, str):
        return value, ""
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        if value is not None:
            notes.add("A delta's content was neither text nor a list of parts, and was left out.")
        return "", ""
    content: list[str] = []
    thinking: list[str] = []
    for part in value:
        if isinstance(part, str):
            content.append(part)
        elif isinstance(part, dict) and part.get("type") in _THINKING_PARTS:
            thinking.append(_parts_text(part.get("thinking") or part.get("text")))
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            content.append(part["text"])
        else:
            notes.add("A part of the content that is not text (a reference, an image) was left out.")
    return "".join(content), "".join(thinking)


def _reasoning(fields: Mapping[str, object]) -> str:
    """Return the reasoning from the first field that has it: servers with several fields repeat the same text."""
    for name in _REASONING_FIELDS:
        if text := _text(fields.get(name)):
            return text
    return _parts_text(fields.get("reasoning_details"))


def _parts_text(parts: object) -> str:
    if isinstance(parts, str):
        return parts
    if not isinstance(parts, list):
        return ""
    return "".join(
        _text(part.get("text")) or _text(part.get("summary")) for part in parts if isinstance(part, dict)
    )


def _calls(fields: Mapping[str, object], notes: TurnNotes) -> tuple[CallFragment, ...]:
    legacy = fields.get("function_call")
    calls_value = fields.get("tool_calls")
    if not calls_value and not legacy:
        return ()
    calls: list[CallFragment] = []
    if isinstance(calls_value, list):
        calls += (call for each in calls_value if (call := _call(each, notes)))
    elif calls_value:
        notes.add("The LLM's server sent tool calls that are not a list; they were left out.")
    if isinstance(legacy, dict) and not calls:
        notes.add("The LLM called a function in the old way (function_call in place of tool_calls).")
        calls.append(
            CallFragment(name=_text(legacy.get("name")), arguments=_arguments(legacy.get("arguments"), notes))
        )
    return tuple(calls)


def _call(call: object, notes: TurnNotes) -> CallFragment | None:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(call, dict) or not isinstance(function, dict):
        notes.add("A tool call without a function was left out.")
        return None
    return CallFragment(
        index=_call_index(call.get("index"), notes),
        id=_text(call.get("id")),
        name=_text(function.get("name")),
        arguments=_arguments(function.get("arguments"), notes),
        extra={name: value for name, value in call.items() if name not in _CALL_FIELDS and value is not None},
    )


def _call_index(value: object, notes: TurnNotes) -> int | None:
    index = _index(value)
    if index is None:
        notes.add("The LLM's server sent tool calls without an index; ids and names told them apart.")
        return None
    if not 0 <= index <= _MOST_INDEX:
        notes.add("The LLM's server sent a tool call with an impossible index, which was ignored.")
        return None
    return index


def _index(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return None


def _arguments(value: object, notes: TurnNotes) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    notes.add("The arguments of a tool call came as JSON in place of a text that holds JSON.")
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "…"


def _usage(value: object) -> Usage:
    """Return the numbers of a usage object and of its nested objects (``completion_tokens_details``)."""
    if not isinstance(value, dict):
        return {}
    usage: Usage = {}
    for name, count in _named(value):
        if isinstance(count, dict):
            count = {key: number for key, number in _named(count) if _is_number(number)}
        if (count and isinstance(count, dict)) or _is_number(count):
            usage[name] = count
    return usage


def _groq_usage(payload: Mapping[str, object]) -> Usage:
    inner = payload.get("x_groq")
    return _usage(inner.get("usage")) if isinstance(inner, dict) else {}


def _named(counts: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield the first entries whose names are identifiers, as those of counts are."""
    entries = islice(counts.items(), _USAGE_KEYS)
    return ((name, value) for name, value in entries if name.isascii() and name.isidentifier())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
