"""Good answers, and answers with status 200 that are none."""

import base64
import gzip
import json
from urllib.parse import quote

from tests.llm_server.behaviours import behaviour
from tests.llm_server.exchange import Exchange
from tests.llm_server.openai_wire import (
    DONE,
    JSON_HEADERS,
    STREAM_HEADERS,
    TEXT,
    TOOL,
    chunk,
    completion,
    deltas_of,
    error_body,
    event,
    text_stream,
    tool_stream,
)

WEB_PAGE = (
    b"<!doctype html><html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>"
)


async def stream(
    exchange: Exchange, pieces: list[bytes], headers: list[tuple[str, str]] | None = None
) -> None:
    """A whole event stream, one HTTP chunk a piece."""
    await exchange.start(headers=STREAM_HEADERS if headers is None else headers)
    for piece in pieces:
        await exchange.chunk(piece)
    await exchange.finish()


def _asked(exchange: Exchange) -> tuple[str, bool]:
    """Return the model asked for, and whether the usage was."""
    chat = exchange.request.chat
    options = chat.get("stream_options")
    return str(chat.get("model", "gpt-4o")), isinstance(options, dict) and bool(options.get("include_usage"))


@behaviour
async def ok(exchange: Exchange) -> None:
    """OpenAI's own bytes; without ``stream`` one JSON object."""
    model, usage = _asked(exchange)
    if exchange.request.chat.get("stream") is not True:
        await exchange.answer("200 OK", JSON_HEADERS, completion(TEXT, model))
        return
    await stream(exchange, text_stream(deltas_of(TEXT), usage=usage, model=model))


@behaviour
async def slow(exchange: Exchange) -> None:
    """As ok, after a while (``?ms=``, 3000) and at a natural pace."""
    await exchange.pause(int(exchange.request.option("ms", "3000")) / 1000)
    await exchange.start(headers=STREAM_HEADERS)
    for piece in text_stream(deltas_of(TEXT)):
        await exchange.chunk(piece)
        await exchange.pause(0.02)
    await exchange.finish()


@behaviour
async def tool_call(exchange: Exchange) -> None:
    """Calls get_current_weather in fragments; once its result is there, speaks of it."""
    results = [
        message for message in exchange.request.chat.get("messages", []) if message.get("role") == "tool"
    ]
    if results:
        await stream(exchange, text_stream(deltas_of("It is 18 degrees in Paris. Take a coat.")))
        return
    await stream(exchange, tool_stream())


@behaviour
async def v1(exchange: Exchange) -> None:
    """OpenAI's own path: with tools it calls one, else it speaks."""
    answer = tool_call if exchange.request.chat.get("tools") else ok
    await answer(exchange)


@behaviour
async def json_answer(exchange: Exchange) -> None:
    """One JSON object although a stream was asked for."""
    await exchange.answer("200 OK", JSON_HEADERS, completion(TEXT))


@behaviour
async def plain_text(exchange: Exchange) -> None:
    """A good stream under the wrong content type."""
    await stream(exchange, text_stream(deltas_of(TEXT)), [("Content-Type", "text/plain")])


@behaviour
async def untyped(exchange: Exchange) -> None:
    """A good stream without a content type."""
    await stream(exchange, text_stream(deltas_of(TEXT)), [])


@behaviour
async def until_close(exchange: Exchange) -> None:
    """A good stream that ends with the connection, as HTTP/1.0 servers do."""
    await exchange.raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    for piece in text_stream(deltas_of(TEXT)):
        await exchange.raw(piece)
    await exchange.close()


@behaviour
async def keeps_open(exchange: Exchange) -> None:
    """A good stream whose connection stays open after [DONE]."""
    await exchange.start(headers=STREAM_HEADERS)
    for piece in text_stream(deltas_of(TEXT)):
        await exchange.chunk(piece)
    await exchange.hang()


@behaviour
async def late_end(exchange: Exchange) -> None:
    """A good stream whose last HTTP chunk comes a little after [DONE]."""
    await exchange.start(headers=STREAM_HEADERS)
    for piece in text_stream(deltas_of(TEXT)):
        await exchange.chunk(piece)
    await exchange.pause(0.01)
    await exchange.finish()


@behaviour
async def set_cookie(exchange: Exchange) -> None:
    """As ok, with a cookie that should never come back."""
    cookies = [("Set-Cookie", "session=cookie-canary; Path=/"), ("Set-Cookie", "other=1; Max-Age=9999")]
    await stream(exchange, text_stream(deltas_of(TEXT)), [*STREAM_HEADERS, *cookies])


@behaviour
async def html(exchange: Exchange) -> None:
    """A sign-in page with status 200."""
    await exchange.answer("200 OK", [("Content-Type", "text/html; charset=utf-8")], WEB_PAGE)


@behaviour
async def error_200(exchange: Exchange) -> None:
    """An error object with status 200."""
    body = error_body("The engine is currently overloaded, please try again later", "server_error")
    await exchange.answer("200 OK", JSON_HEADERS, body)


@behaviour
async def empty(exchange: Exchange) -> None:
    await exchange.answer("200 OK", STREAM_HEADERS, b"")


@behaviour
async def empty_once(exchange: Exchange) -> None:
    """Empty the first time, then ok."""
    if exchange.visits == 1:
        await exchange.answer("200 OK", STREAM_HEADERS, b"")
        return
    await ok(exchange)


@behaviour
async def empty_chunked(exchange: Exchange) -> None:
    await stream(exchange, [])


@behaviour
async def no_content(exchange: Exchange) -> None:
    await exchange.raw(b"HTTP/1.1 204 No Content\r\n\r\n")


@behaviour
async def done_first(exchange: Exchange) -> None:
    await stream(exchange, [DONE])


@behaviour
async def silent(exchange: Exchange) -> None:
    """A correct stream without any text."""
    await stream(exchange, text_stream([]))


@behaviour
async def gzipped(exchange: Exchange) -> None:
    """Compressed, although identity was asked for."""
    packed = gzip.compress(b"".join(text_stream(deltas_of(TEXT))))
    await exchange.answer("200 OK", [*STREAM_HEADERS, ("Content-Encoding", "gzip")], packed)


@behaviour
async def gzip_bomb(exchange: Exchange) -> None:
    """50 MB of nothing in 48 KB."""
    packed = gzip.compress(event("x") + bytes(50_000_000))
    await exchange.answer("200 OK", [*STREAM_HEADERS, ("Content-Encoding", "gzip")], packed)


@behaviour
async def echo(exchange: Exchange) -> None:
    """Says the request that it got, as JSON."""
    request = {"target": exchange.request.target, "headers": exchange.request.headers}
    await stream(exchange, text_stream([json.dumps(request)]))


@behaviour
async def corrupt_gzip(exchange: Exchange) -> None:
    """What says that it is gzip, and isn't."""
    await exchange.answer("200 OK", [*STREAM_HEADERS, ("Content-Encoding", "gzip")], b"\x1f\x8b\x08nonsense")


@behaviour
async def unknown_encoding(exchange: Exchange) -> None:
    """An unknown encoding."""
    body = b"".join(text_stream(deltas_of(TEXT)))
    await exchange.answer("200 OK", [*STREAM_HEADERS, ("Content-Encoding", "x-rot13")], body)


@behaviour
async def echo_secret_reasoning(exchange: Exchange) -> None:
    """Thinks of the key that it was sent, whole and in a tag, before it speaks."""
    key = _key(exchange)
    pieces = [event(chunk({"reasoning_content": piece})) for piece in ("The key: ", key[:9], key[9:])]
    await stream(exchange, [*pieces, *text_stream([f"<think>{key}", "</think>", *deltas_of(TEXT)])])


@behaviour
async def echo_secret_encoded(exchange: Exchange) -> None:
    """Says the key in base64, in base64 within a longer text, and percent-encoded."""
    key = _key(exchange)
    encodings = [
        base64.b64encode(key.encode()),
        base64.b64encode(f"x{key}y".encode()),
        quote(key, safe="").encode(),
    ]
    await stream(exchange, text_stream([f"It is {text.decode()} here. " for text in encodings]))


@behaviour
async def echo_secret_spelled(exchange: Exchange) -> None:
    """Spells the key, a space between its characters."""
    await stream(exchange, text_stream(deltas_of("It is " + " ".join(_key(exchange)) + " now.")))


@behaviour
async def echo_secret_tool(exchange: Exchange) -> None:
    """Calls a function with the key in its arguments, cut over two fragments."""
    key = _key(exchange)
    arguments = json.dumps({"location": key})
    call = {
        "index": 0,
        "id": f"call_{key}",
        "function": {"name": TOOL, "arguments": arguments[:20]},
        "own": key,
    }
    rest = {"index": 0, "function": {"arguments": arguments[20:]}}
    await stream(
        exchange,
        [
            event(chunk({"tool_calls": [call]})),
            event(chunk({"tool_calls": [rest]})),
            event(chunk({}, "tool_calls")),
            DONE,
        ],
    )


def _key(exchange: Exchange) -> str:
    return exchange.request.header("authorization").removeprefix("Bearer ")


@behaviour
async def echo_secret_header_name(exchange: Exchange) -> None:
    """Has a header that is called like the key that it was sent."""
    await stream(exchange, text_stream(["Hi."]), [*STREAM_HEADERS, (_key(exchange), "here")])


@behaviour
async def echo_secret(exchange: Exchange) -> None:
    """Says the key that it was sent: in a header, whole in a delta, and cut over three."""
    key = _key(exchange)
    third = len(key) // 3
    deltas = [f"Whole: {key}. Cut: ", key[:third], key[third : 2 * third], f"{key[2 * third :]}. Done."]
    await stream(exchange, text_stream(deltas), [*STREAM_HEADERS, ("X-Echo", key)])
