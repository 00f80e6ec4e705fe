"""Hypothesis strategies for answers of LLM servers: ordinary chunks, odd ones, and the bytes between them."""

import json

from hypothesis import strategies as st

from playground.engine.limits import Limits
from tests.engine.answer.streams import chunk, event

SECRET = "sk-abcdefgh1234"
SMALL = Limits(sse_line_bytes=400, stream_bytes=3_000, answer_chars=60, tool_arguments_chars=30, tool_calls=3)
"""Limits that the generated answers reach."""

_WORDS = [
    "<tool_call>",
    "<|eot_id|>",
    "a",
    "S",
    "s",
    ". ",
    "Dr. ",
    "é",
    "😀",
    "\ud83d",
    "\ude00",
    "<think>",
    "</think>",
    "<",
    "\n",
    "\0",
]
_KEYS = [
    "choices", "delta", "message", "content", "tool_calls", "function", "function_call", "name", "arguments", "index",
    "id", "usage", "error", "object", "finish_reason", "role", "reasoning", "reasoning_details", "refusal",
    "thinking", "text",
    "type", "code", "status", "detail", "logprobs",
]  # fmt: skip
_BETWEEN = [
    b": ping\n\n", b"data:\n\n", b"data: {nope\n\n", b"data: 7\n\n", b"event: x\r\n", b"\r", b"\n", b"junk\n",
    b'data: {"usage": {"total_tokens": 3}, "choices": []}\n\n', b"data: [DONE]\n\n", b'data: {"error": "boom"}\n\n',
    b'{"choices": [{"message": {"content": "whole"}}]}', b"\xef\xbb\xbf", b"\xff", b"<p>", b"data: " + b"x" * 500,
    b"data: data: {}\n\n", b"data: {'a': None}\n\n", b"data: {}{}\n\n", b"data: {}\ndata: {}\n\n", b"event: error\n",
    b"id: 1\n",
    b"upstream error: reset\n", b"upstream error: reset\n\n", b'{\n"error": 1\n}\n', b"[DONE]\n",
    b'data: {"detail": "boom"}\n\n',
    b'data: {"done": false, "message": {}}\n\n', b'data: {"type": "ping"}\n\n', b"retry: 5\n\n",
]  # fmt: skip

texts = st.lists(st.sampled_from([*_WORDS, SECRET[:6], SECRET[6:], SECRET]), max_size=6).map("".join)
_functions = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["", "f", "g", None]),
        "arguments": texts | st.just({"a": 1}) | st.none(),
    },
)
_fragments = st.fixed_dictionaries(
    {},
    optional={
        "index": st.sampled_from([0, 1, None, "0", -1]),
        "id": st.sampled_from(["", "a", "b", None]),
        "function": _functions,
    },
)
_parts = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": texts}), max_size=2)
_deltas = st.fixed_dictionaries(
    {},
    optional={
        "content": texts | st.none() | _parts,
        "reasoning": texts,
        "refusal": texts,
        "role": st.sampled_from(["assistant", "tool", None, 7]),
        "tool_calls": st.lists(_fragments, max_size=2),
    },
)
_chunks = st.builds(
    lambda reason, delta: chunk(reason, **delta),
    st.sampled_from([None, None, None, "stop", "length", "odd", "error", "abort"]),
    _deltas,
)
_events = _chunks.map(event) | _chunks.map(lambda one: b"data: " + json.dumps(one).encode() + b"\n\n")

bodies = st.lists(_events | _events | st.sampled_from(_BETWEEN), max_size=12).map(b"".join)
"""Bodies of answers, most of them event streams."""
places = st.lists(st.integers(0, 3_000), max_size=20)
"""Offsets at which a body is split."""
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.just("chat.completion"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=25,
)
"""Any JSON, with the names that chat completions use."""
