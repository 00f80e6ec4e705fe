"""ASGI applications that tests call in-process; each keeps what happened to it in ``log``."""

import asyncio
import contextvars
from typing import Any

log: list[Any] = []
marker: contextvars.ContextVar[str] = contextvars.ContextVar("marker", default="")

Scope = dict[str, Any]
START = {"type": "http.response.start", "status": 200, "headers": [(b"Content-Type", b"text/event-stream")]}


def _body(data: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def tells(scope: Scope, receive: Any, send: Any) -> None:
    """Keeps the scope and the request's body, and answers in three pieces."""
    log.extend([scope, await receive(), marker.get()])
    await send(START)
    for piece in (b"one", b"", b"two"):
        await send(_body(piece))
    await send(_body(b"", more=False))


async def refuses(scope: Scope, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 401, "headers": []})
    await send(_body(b'{"error":{"message":"No such key"}}', more=False))


async def waits(scope: Scope, receive: Any, send: Any) -> None:
    """Says one thing and waits until its client has left."""
    await receive()
    await send(START)
    await send(_body(b"one"))
    log.append((await receive())["type"])


async def never_answers(scope: Scope, receive: Any, send: Any) -> None:
    for _ in range(2):
        log.append((await receive())["type"])


async def pours(scope: Scope, receive: Any, send: Any) -> None:
    """Sends without end, and never asks whether anybody is there."""
    await send(START)
    while True:
        log.append(len(log))
        await send(_body(b"x"))


async def is_deaf(scope: Scope, receive: Any, send: Any) -> None:
    """Never looks whether its client has left."""
    await send(START)
    try:
        await asyncio.get_running_loop().create_future()
    except asyncio.CancelledError:
        log.append("cancelled")
        raise


async def fails(scope: Scope, receive: Any, send: Any) -> None:
    raise LookupError("sk-canary-of-an-exception")


async def breaks_off(scope: Scope, receive: Any, send: Any) -> None:
    await send(START)
    await send(_body(b"one"))
    raise LookupError("sk-canary-of-an-exception")


async def stops_short(scope: Scope, receive: Any, send: Any) -> None:
    """Returns without the message that ends the body."""
    await send(START)
    await send(_body(b"one"))
