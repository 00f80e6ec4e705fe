"""Servers that fail before they have answered, or on the level of HTTP."""

from tests.llm_server.behaviours import behaviour
from tests.llm_server.bodies import ok, stream
from tests.llm_server.exchange import Exchange, head
from tests.llm_server.openai_wire import STREAM_HEADERS, TEXT, deltas_of, text_stream


@behaviour
async def reset(exchange: Exchange) -> None:
    """RST before any byte."""
    await exchange.reset()


@behaviour
async def reset_once(exchange: Exchange) -> None:
    """RST the first time, then ok."""
    if exchange.visits == 1:
        await exchange.reset()
        return
    await ok(exchange)


@behaviour
async def close(exchange: Exchange) -> None:
    """FIN before any byte."""
    await exchange.close()


@behaviour
async def never(exchange: Exchange) -> None:
    """Takes the request and never answers."""
    await exchange.hang()


@behaviour
async def half_head(exchange: Exchange) -> None:
    """Half of the headers, then silence."""
    await exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/ev")
    await exchange.hang()


@behaviour
async def head_only(exchange: Exchange) -> None:
    """All headers, then silence."""
    await exchange.start(headers=STREAM_HEADERS)
    await exchange.hang()


@behaviour
async def slow_head(exchange: Exchange) -> None:
    """One byte of the headers each 50 ms."""
    for byte in head("200 OK", [*STREAM_HEADERS, ("Transfer-Encoding", "chunked")]):
        await exchange.raw(bytes([byte]))
        await exchange.pause(0.05)


@behaviour
async def no_http(exchange: Exchange) -> None:
    """Another protocol's greeting."""
    await exchange.raw(b"SSH-2.0-OpenSSH_9.6\r\nsecret-canary\r\n")
    await exchange.close()


@behaviour
async def huge_header(exchange: Exchange) -> None:
    await exchange.start(headers=[("X-Huge", "x" * 1_048_576)])


@behaviour
async def many_headers(exchange: Exchange) -> None:
    await exchange.start(headers=[(f"X-{number}", "x" * 20) for number in range(20_000)])


@behaviour
async def wide_headers(exchange: Exchange) -> None:
    """100 headers of 1 KiB: each allowed, too much together."""
    await exchange.start(headers=[(f"X-{number}", "x" * 1024) for number in range(100)])


@behaviour
async def early_hints(exchange: Exchange) -> None:
    """A thousand interim answers, then ok."""
    await exchange.raw(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" * 1000)
    await stream(exchange, text_stream(deltas_of(TEXT)))


@behaviour
async def length_and_chunked(exchange: Exchange) -> None:
    """Both ways of saying how long the body is: a smuggler's answer."""
    await exchange.start(headers=[*STREAM_HEADERS, ("Content-Length", "5")])
    for piece in text_stream(deltas_of(TEXT)):
        await exchange.chunk(piece)
    await exchange.finish()


@behaviour
async def dies(exchange: Exchange) -> None:
    """RST in the middle of the answer."""
    await _half(exchange)
    await exchange.reset()


@behaviour
async def dies_at_once(exchange: Exchange) -> None:
    """Headers, the beginning of the answer and RST in one go."""
    pieces = text_stream(deltas_of(TEXT))[:6]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    await exchange.raw(head("200 OK", [*STREAM_HEADERS, ("Transfer-Encoding", "chunked")]) + chunks)
    await exchange.reset()


@behaviour
async def cut(exchange: Exchange) -> None:
    """FIN in the middle of the answer, without the chunk that ends it."""
    await _half(exchange)
    await exchange.close()


@behaviour
async def clean_cut(exchange: Exchange) -> None:
    """A clean end of HTTP in the middle of the answer."""
    await _half(exchange)
    await exchange.finish()


@behaviour
async def stall(exchange: Exchange) -> None:
    """Half of the answer, then silence."""
    await _half(exchange)
    await exchange.hang()


@behaviour
async def pauses(exchange: Exchange) -> None:
    """Half of the answer, silence for ``?ms=`` (3000), then the rest."""
    pieces = text_stream(deltas_of(TEXT))
    await exchange.start(headers=STREAM_HEADERS)
    for piece in pieces[: len(pieces) // 2]:
        await exchange.chunk(piece)
    await exchange.pause(int(exchange.request.option("ms", "3000")) / 1000)
    for piece in pieces[len(pieces) // 2 :]:
        await exchange.chunk(piece)
    await exchange.finish()


async def _half(exchange: Exchange) -> None:
    """The first half of the answer, its last delta given time to arrive."""
    pieces = text_stream(deltas_of(TEXT))
    await exchange.start(headers=STREAM_HEADERS)
    for piece in pieces[: len(pieces) // 2]:
        await exchange.chunk(piece)
        await exchange.pause(0.005)
