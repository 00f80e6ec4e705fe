"""Marks the moments of a request that only aiohttp knows."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import aiohttp

from playground.outgoing.phases import Moment, mark

OnTrace = Callable[[aiohttp.ClientSession, SimpleNamespace, object], Awaitable[None]]


def tracing() -> aiohttp.TraceConfig:
    """Return what a session needs to mark the moments of its requests."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(_marking(Moment.CONNECTED))
    trace.on_connection_reuseconn.append(_marking(Moment.REUSED))
    trace.on_request_headers_sent.append(_marking(Moment.SENT))
    trace.on_request_chunk_sent.append(_marking(Moment.SENT))
    trace.on_request_end.append(_marking(Moment.HEADERS))
    return trace


def _marking(moment: Moment) -> OnTrace:
    async def on_trace(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, _parameters: object
    ) -> None:
        mark(moment)

    return on_trace
