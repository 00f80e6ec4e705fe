"""Event streams that a decoder has to bear: every line ending, odd chunks, errors in the middle, no end at all."""

import json
from collections.abc import Callable
from functools import partial

from tests.llm_server.behaviours import BEHAVIOURS, behaviour
from tests.llm_server.bodies import stream
from tests.llm_server.exchange import Exchange
from tests.llm_server.openai_wire import (
    DONE,
    STREAM_HEADERS,
    TEXT,
    TOOL,
    TOOL_ARGUMENTS,
    TOOL_CALL_ID,
    chunk,
    deltas_of,
    event,
    text_stream,
    tool_stream,
    usage_chunk,
)

GOOD = text_stream(deltas_of(TEXT))
MIDDLE = len(GOOD) // 2
ENDING = [event(chunk({}, "stop")), DONE]


def _said(text: str) -> bytes:
    return event(chunk({"content": text}))


def _with(*odd: bytes) -> list[bytes]:
    """Return a good answer with something odd in its middle."""
    return [*GOOD[:MIDDLE], *odd, *GOOD[MIDDLE:]]


def _rewritten(rewrite: Callable[[bytes], bytes]) -> list[bytes]:
    return [rewrite(b"".join(GOOD))]


def _tool(delta: object, finish_reason: str = "tool_calls") -> list[bytes]:
    return [event(chunk({"tool_calls": delta})), event(chunk({}, finish_reason)), DONE]


def _whole_call(
    index: int = 0, id_: str = TOOL_CALL_ID, arguments: object = TOOL_ARGUMENTS
) -> dict[str, object]:
    return {"index": index, "id": id_, "type": "function", "function": {"name": TOOL, "arguments": arguments}}


def _raw(text: str) -> bytes:
    """Return a delta with unescaped UTF-8 characters."""
    return b"data: " + json.dumps(chunk({"content": text}), ensure_ascii=False).encode() + b"\n\n"


MANY_BYTES = "Grüße, Мир, 世界, \U0001f469\u200d\U0001f680!"
INTRUDERS = {
    "type": "conversation.interrupt",
    "event_type": "playground.error",
    "action": "x",
    "message_type": "system",
}

FLOOD = 20_000
"""How many deltas come as fast as they go."""
BIG_DELTA = ("A sentence of " + "many words and " * 24 + "no more. ") * 536

SAME_TEXT: dict[str, list[bytes]] = {
    "crlf": _rewritten(lambda data: data.replace(b"\n", b"\r\n")),
    "cr": _rewritten(lambda data: data.replace(b"\n", b"\r")),
    "crlf-split": [part for piece in GOOD for part in (piece.replace(b"\n", b"\r\n")[:-1], b"\n")],
    "bom": [b"\xef\xbb\xbf", *GOOD],
    "comments": [b": connected\n\n", *_with(b": OPENROUTER PROCESSING\n\n", b":\n\n")],
    "no-space": _rewritten(lambda data: data.replace(b"data: ", b"data:")),
    "fields": [b"event: message\nid: 7\nretry: 1000\nunknown: x\n" + piece for piece in GOOD],
    "multi-line": [piece.replace(b',"choices"', b',\ndata: "choices"') for piece in GOOD],
    "coalesced": [b"".join(GOOD)],
    "one-byte": [bytes([byte]) for byte in b"".join(GOOD)],
    "no-done": GOOD[:-1],
    "no-finish": [*GOOD[:-2], DONE],
    "unterminated": [*GOOD[:-1], b"data: [DONE]"],
    "after-done": [*GOOD, _said("This comes too late.")],
    "odd-json": _with(*map(event, ("{}", '{"choices": [null]}', '{"choices": [7]}'))),
    "not-numbers": _with(event('{"choices": [], "x": NaN, "y": 1e999}')),
    "azure": [event({"id": "", "choices": [], "prompt_filter_results": []}), *GOOD],
    "usage": [*GOOD[:-1], event(usage_chunk()), DONE],
    "two-choices": _with(
        event(chunk({"content": "WRONG"}) | {"choices": [{"index": 1, "delta": {"content": "WRONG"}}]})
    ),
}
"""Streams that all say TEXT, however oddly."""

ODD: dict[str, list[bytes]] = {
    "error-in-stream": [
        *GOOD[:MIDDLE],
        event({"error": {"message": "The server had an error while processing your request", "type": "server_error"}}),
    ],
    "error-first": [event({"error": {"message": "CUDA out of memory", "type": "server_error"}})],
    "error-event": [*GOOD[:MIDDLE], b'event: error\ndata: {"message": "overloaded"}\n\n'],
    "error-field": [*GOOD[:MIDDLE], b'error: {"code": 500, "message": "context shift failed"}\n\n', DONE],
    "malformed-one": _with(event('{"choices": [')),
    "malformed-first": [event("{nonsense"), *GOOD],
    "deep": _with(event("[" * 100_000)),
    "long-number": _with(event('{"choices": [], "x": ' + "9" * 5000 + "}")),
    "empty-data": _with(b"data:\n\n"),
    "no-chunks": _with(event("42")),
    "plain-error": [*GOOD[:MIDDLE], b"upstream error: read ECONNRESET\n"],
    "finish-everywhere": [event(chunk({"content": text}, "stop")) for text in deltas_of(TEXT)] + [DONE],
    "no-resources": [*GOOD[:MIDDLE], event(chunk({}, "insufficient_system_resource")), DONE],
    "malformed-call": [event(chunk({}, "MALFORMED_FUNCTION_CALL")), DONE],
    "tool-role": _with(
        event(chunk({"role": "tool", "content": '{"degrees": 21}'})), event(chunk({"role": "assistant"}))
    ),
    "tool-next-index": _tool(
        [
            _whole_call(arguments=TOOL_ARGUMENTS[:5]),
            {"index": 1, "function": {"arguments": TOOL_ARGUMENTS[5:]}},
        ]
    ),
    "truncated-last": [*GOOD[:MIDDLE], b'data: {"choices":[{"delta":{"content":"half'],
    "separators": [_said("one\u2028two\u2029three\u0085four"), *ENDING],
    "raw-separators": [event('{"choices":[{"delta":{"content":"one\u2028two\u0085three"}}]}'), *ENDING],
    "latin-1": [b'data: {"choices":[{"delta":{"content":"caf\xe9"}}]}\n\n', *ENDING],
    "surrogates": [
        b'data: {"choices":[{"delta":{"content":"smile \\ud83d"}}]}\n\n',
        b'data: {"choices":[{"delta":{"content":"\\ude00 end"}}]}\n\n',
        *ENDING,
    ],
    "lone-surrogate": [b'data: {"choices":[{"delta":{"content":"lone \\ud83d end"}}]}\n\n', *ENDING],
    "turned": [_said("esc \x1b[31m bidi \u202e turned. Straight on."), *ENDING],
    "controls": [_said("nul \x00 esc \x1b[31m bidi \u202e end"), *ENDING],
    "characters": [bytes([byte]) for byte in b"".join([_raw(MANY_BYTES), *ENDING])],
    "joined-emoji": [_said("Look: \U0001f469"), _said("\u200d"), _said("\U0001f680 flies."), _said(" Up."), *ENDING],
    "error-in-choice": [
        *GOOD[:MIDDLE],
        event({"choices": [{"index": 0, "delta": {}, "error": {"code": 502, "message": "upstream died"}}]}),
    ],
    "wrong-types": [
        *GOOD[:MIDDLE],
        event({"id": [], "model": {}, "choices": [{"index": {}, "delta": [], "finish_reason": 7}], "usage": "none"}),
        event({"choices": [{"index": 0, "delta": {"content": 42, "tool_calls": 3, "reasoning": {}}}]}),
        *GOOD[MIDDLE:],
    ],
    "event-names": [
        b"event: playground.turn.failed\ndata: "
        + json.dumps(chunk({"content": TEXT, "type": "x", "action": "y"}) | INTRUDERS).encode()
        + b"\n\n",
        event(chunk({}, "stop") | INTRUDERS | {"usage": {"event_type": 1, "total_tokens": 2}}),
        DONE,
    ],
    "markup": [_said("<img src=x onerror=alert(1)> <script>alert(1)</script> & done"), *ENDING],
    "reasoning": [event(chunk({"reasoning_content": "The user wants a story."})), *GOOD],
    "thinking": [_said("<think>The user wants"), _said(" a story.</think>"), *GOOD],
    "parts": [event(chunk({"content": [{"type": "text", "text": TEXT}]})), *ENDING],
    "refusal": [event(chunk({"refusal": "I can't help with that."})), *ENDING],
    "length": text_stream(deltas_of("This answer is cut at a limit of"), finish_reason="length"),
    "content-filter": text_stream(deltas_of("This answer is"), finish_reason="content_filter"),
    "bare": [event({"choices": [{"delta": {"content": text}}]}) for text in deltas_of(TEXT)] + [DONE],
    "tool-whole": _tool([_whole_call()]),
    "tool-stop": _tool([_whole_call()], "stop"),
    "tool-parallel": _tool([_whole_call(), _whole_call(1, "call_2", '{"location": "Rome, Italy"}')]),
    "tool-after-text": [_said("Let me look."), *tool_stream()],
    "tool-object": _tool([_whole_call(arguments={"location": "Paris, France"})]),
    "tool-bad-json": _tool([_whole_call(arguments='{"location": ')]),
    "tool-no-arguments": _tool([_whole_call(arguments="")]),
    "tool-unknown": _tool([{"index": 0, "id": "call_x", "function": {"name": "launch_rocket", "arguments": "{}"}}]),
    "tool-no-name": _tool([{"index": 0, "id": "call_x", "function": {"arguments": "{}"}}]),
    "tool-no-index": _tool([{"id": TOOL_CALL_ID, "function": {"name": TOOL, "arguments": TOOL_ARGUMENTS}}]),
    "tool-huge-index": _tool([_whole_call(999_999_999)]),
    "tool-negative-index": _tool([_whole_call(-1)]),
    "tool-text-index": _tool([_whole_call() | {"index": "0"}]),
    "tool-scalar": _tool([_whole_call(arguments="7")]),
    "tool-no-id": _tool([_whole_call(id_="")]),
    "tool-same-id": _tool([_whole_call(), _whole_call(1, arguments='{"location": "Rome, Italy"}')]),
    "tool-null-function": _tool([{"index": 0, "id": "call_n", "function": None}, _whole_call(1)]),
    "tool-text-call": _tool(["get_current_weather", _whole_call()]),
    "tool-not-a-list": _tool({"0": _whole_call()}),
    "tool-many": _tool([_whole_call(id_=f"call_{n}", arguments="{}") | {"index": None} for n in range(1000)]),
    "tool-deep": _tool([_whole_call(arguments="[" * 50_000)]),
    "tool-proto": _tool([_whole_call(arguments='{"__proto__": {"polluted": true}, "location": "A", "location": "B"}')]),
    "tool-cut": tool_stream()[:4],
    "tool-markup": _tool(
        [{"index": 0, "id": "<b>id</b>", "function": {"name": TOOL, "arguments": '{"location": "<img src=x>"}'}}]
    ),
    "function-call": [
        event(chunk({"function_call": {"name": TOOL, "arguments": TOOL_ARGUMENTS}})),
        event(chunk({}, "function_call")),
        DONE,
    ],
}  # fmt: skip

for _name, _pieces in (SAME_TEXT | ODD).items():
    BEHAVIOURS[_name] = partial(stream, pieces=_pieces)


@behaviour
async def finish_then_hang(exchange: Exchange) -> None:
    """The finish reason, and neither usage nor end."""
    await exchange.start(headers=STREAM_HEADERS)
    for piece in GOOD[:-1]:
        await exchange.chunk(piece)
    await exchange.hang()


@behaviour
async def long_line(exchange: Exchange) -> None:
    """An event of 10 MiB, and no end: the machine's buffers may take it all before the client leaves."""
    await exchange.start(headers=STREAM_HEADERS)
    for piece in [*GOOD[:MIDDLE], _said("x" * 10_485_760)]:
        await exchange.chunk(piece)
    await exchange.hang()


@behaviour
async def huge_arguments(exchange: Exchange) -> None:
    """A call whose arguments are 5 MiB, in pieces of 64 KiB."""
    await exchange.start(headers=STREAM_HEADERS)
    await exchange.chunk(event(chunk({"tool_calls": [_whole_call(arguments='{"text": "')]})))
    for _ in range(80):
        piece = {"index": 0, "function": {"arguments": "x" * 65_536}}
        await exchange.chunk(event(chunk({"tool_calls": [piece]})))
    for end in (event(chunk({}, "tool_calls")), DONE):
        await exchange.chunk(end)
    await exchange.finish()


@behaviour
async def signed_call(exchange: Exchange) -> None:
    """As Gemini does: a call with a signature; without it in the next request, a refusal."""
    results = [
        message for message in exchange.request.chat.get("messages", []) if message.get("role") == "tool"
    ]
    if results:
        await stream(exchange, GOOD)
        return
    await stream(
        exchange, _tool([_whole_call() | {"extra_content": {"google": {"thought_signature": "CiQBVKhc"}}}])
    )


@behaviour
async def drip(exchange: Exchange) -> None:
    """A word every ``?ms=`` (500), endlessly."""
    pause_s = int(exchange.request.option("ms", "500")) / 1000
    await exchange.start(headers=STREAM_HEADERS)
    while True:
        await exchange.chunk(_said("word "))
        await exchange.pause(pause_s)


def _endless(name: str, piece: bytes, pause_s: float = 0.001) -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.start(headers=STREAM_HEADERS)
        while True:
            await exchange.chunk(piece)
            await exchange.pause(pause_s)

    BEHAVIOURS[name] = answer


_endless("endless", _said("And so on it went. ") * 50)
_endless("endless-words", _said("word ") * 50)
_endless("endless-line", b"data: " + b"x" * 65_536)
_endless("endless-comments", b": ping\n\n", 0.02)
_endless("endless-empty", _said(""), 0.02)
_endless("endless-run-on", _said("word" * 400), 0.0)
_endless("endless-reasoning", event(chunk({"reasoning_content": "hm "})), 0.02)


@behaviour
async def flood(exchange: Exchange) -> None:
    """Many deltas as fast as they go."""
    await stream(exchange, [_said(f"{number} ") for number in range(FLOOD)] + ENDING)


@behaviour
async def rapid(exchange: Exchange) -> None:
    """50,000 characters in 5,000 deltas, a thousand a second, in sentences of 120 characters."""
    await exchange.start(headers=STREAM_HEADERS)
    for number in range(5_000):
        await exchange.chunk(_said("so it was. " if number % 12 == 11 else "ten chars "))
        if number % 20 == 19:
            await exchange.pause(0.02)
    await exchange.chunk(_said("The end."))
    for piece in ENDING:
        await exchange.chunk(piece)
    await exchange.finish()


@behaviour
async def big_delta(exchange: Exchange) -> None:
    """200 KiB in one delta."""
    await stream(exchange, [_said(BIG_DELTA), *ENDING])
