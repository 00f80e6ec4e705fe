"""Servers that send back what they were sent, or what must come through unchanged and at its pace."""

import asyncio
import gzip

from tests.llm_server.behaviours import behaviour
from tests.llm_server.exchange import Exchange, head
from tests.llm_server.openai_wire import STREAM_HEADERS, TEXT, deltas_of, text_stream

ODD_HEADERS = [
    ("x-Repeated", "one"),
    ("conversation_id", "c1"),
    ("X-REPEATED", "two"),
    ("X-Twice", "a=1; Path=/"),
    ("X-Twice", "b=2; Path=/"),
    ("Via", "1.0 another"),
]
OF_THE_CONNECTION = [("Connection", "keep-alive, X-Hop"), ("Keep-Alive", "timeout=5"), ("X-Hop", "1")]
ODD_REASON = "All Is Fine"


@behaviour
async def mirror(exchange: Exchange) -> None:
    """The request's own body, in pieces of ``?bytes=`` (65536), ``?ms=`` (0) between them, with odd headers.

    ``?length=1``: with its length instead of in chunks.
    """
    body = exchange.request.body
    size, pause_s = (
        int(exchange.request.option("bytes", "65536")),
        int(exchange.request.option("ms", "0")) / 1000,
    )
    content_type = exchange.request.header("Content-Type") or "application/octet-stream"
    headers = [("Content-Type", content_type), *ODD_HEADERS, *OF_THE_CONNECTION]
    if exchange.request.option("length"):
        await exchange.raw(head(f"201 {ODD_REASON}", [*headers, ("Content-Length", str(len(body)))]) + body)
        return
    await exchange.start(f"201 {ODD_REASON}", headers)
    for start in range(0, len(body), size):
        await exchange.chunk(body[start : start + size])
        if pause_s:
            await exchange.pause(pause_s)
    await exchange.finish()


@behaviour
async def gzip_stream(exchange: Exchange) -> None:
    """A compressed stream in pieces of 10 bytes."""
    packed = gzip.compress(b"".join(text_stream(deltas_of(TEXT))), mtime=0)
    await exchange.start(headers=[*STREAM_HEADERS, ("Content-Encoding", "gzip")])
    for start in range(0, len(packed), 10):
        await exchange.chunk(packed[start : start + 10])
    await exchange.finish()


@behaviour
async def paced(exchange: Exchange) -> None:
    """``?deltas=`` (100) deltas, ``?ms=`` (10) apart by the clock, each with the time at which it was sent, in s."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    await exchange.start(headers=STREAM_HEADERS)
    for number in range(int(exchange.request.option("deltas", "100"))):
        due = started + number * int(exchange.request.option("ms", "10")) / 1000
        await asyncio.sleep(max(0, due - loop.time()))
        await exchange.chunk(b"data: %.6f\n\n" % loop.time())
    await exchange.chunk(b"data: [DONE]\n\n")
    await exchange.finish()


@behaviour
async def pours(exchange: Exchange) -> None:
    """``?mib=`` (64) MiB as fast as they are taken; says in the log how many bytes it has got rid of."""
    piece = bytes(64 * 1024)
    await exchange.start(headers=[("Content-Type", "application/octet-stream")])
    for number in range(int(exchange.request.option("mib", "64")) * 16):
        await exchange.chunk(piece)
        exchange.request.said[:] = [str((number + 1) * len(piece))]
    await exchange.finish()
