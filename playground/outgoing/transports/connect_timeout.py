"""Bounds the wait for a new connection, TLS included; the lookup of its name has a limit of its own.

aiohttp's own timeouts also count the time in which this process stood still.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp

from playground.lag_free_timeout import LagFreeTimeout
from playground.outgoing.transports.tracing import OnTrace


@dataclass(frozen=True, slots=True)
class ConnectTimeout:
    """Give it as a request's ``trace_request_ctx``, inside the block of its ``timeout``."""

    timeout: LagFreeTimeout
    seconds: float

    def run(self) -> None:
        self.timeout.set(self.seconds)

    def stop(self) -> None:
        self.timeout.set(None)


def connect_timing() -> aiohttp.TraceConfig:
    """Return what a session needs to run and stop the `ConnectTimeout` of each request."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_start.append(_calling(ConnectTimeout.run))
    trace.on_dns_resolvehost_start.append(_calling(ConnectTimeout.stop))
    trace.on_dns_resolvehost_end.append(_calling(ConnectTimeout.run))
    trace.on_connection_create_end.append(_calling(ConnectTimeout.stop))
    return trace


def _calling(change: Callable[[ConnectTimeout], None]) -> OnTrace:
    async def on_trace(_session: aiohttp.ClientSession, context: SimpleNamespace, _: object) -> None:
        change(context.trace_request_ctx)

    return on_trace
