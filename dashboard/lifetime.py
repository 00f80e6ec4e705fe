"""The lifespan of a serving process: what it does before the first request and after the last one."""

import gc
import logging

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, LifespanScope

from playground.outgoing import client
from playground.runner import runner

logger = logging.getLogger(__name__)

DRAIN_S = 8.0
"""Timeout for storing open turns at shutdown: supervisors send SIGKILL 10 s after SIGTERM."""


async def start() -> None:
    """Start this event loop's runner and create the HTTP client.

    Now, because loading its TLS settings takes longer than a local LLM's answer: no turn's TTFB should include it.
    """
    client.client()
    await runner().start()
    gc.freeze()  # a full collection would look through all modules, and every turn would wait for it


async def drain() -> None:
    """Interrupt the open turns and store them, then close the connections to LLMs."""
    await runner().shutdown(DRAIN_S)
    await client.aclose()


async def lifespan(scope: LifespanScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Implement ASGI's lifespan protocol for other servers; `manage.py serve` does the same, in its own order."""
    await receive()
    await start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await drain()
    await send({"type": "lifespan.shutdown.complete"})
