"""The life of a serving process: what it does before the first request and after the last."""

import logging

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, LifespanScope

from playground.outgoing import client
from playground.runner import runner

logger = logging.getLogger(__name__)

DRAIN_S = 8.0
"""How long open turns may take to be stored at the end: supervisors send SIGKILL ten seconds after SIGTERM."""


async def start() -> None:
    """Start the runner of this event loop, and make the HTTP client: its TLS settings take longer to load than a
    local LLM takes to answer, which no turn's first byte should wait for."""
    client.client()
    await runner().start()


async def drain() -> None:
    """Interrupt the open turns and store them, then close the connections to LLMs."""
    await runner().shutdown(DRAIN_S)
    await client.aclose()


async def lifespan(scope: LifespanScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """ASGI's lifespan protocol, which uvicorn speaks; `manage.py serve` does the same for Daphne."""
    await receive()
    await start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await drain()
    await send({"type": "lifespan.shutdown.complete"})
