"""Sends requests to this app itself, without a socket, and streams its ASGI response."""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from playground.engine.addresses.address import DEFAULT_PORTS, Address
from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.received_request import IN_PROCESS, RECEIVED, ReceivedHead
from playground.failures import log_failure
from playground.outgoing.phases import Moment, mark
from playground.outgoing.transports.body import Body
from playground.tasks import start_task

QUEUED_MESSAGES = 16
CLOSING_S = 2.0
"""How long the application may take to end after its client has left."""

logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Application = Callable[
    [dict[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


class InProcessTransport(httpx.AsyncBaseTransport):
    """Calls an ASGI application and streams its response, which httpx's own ASGI transport buffers."""

    def __init__(self, application: Callable[[], Application]) -> None:
        """``application`` returns the application at each request, so it is imported only with the first."""
        self._application = application

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        mark(Moment.IN_PROCESS)
        exchange = _Exchange(self._application(), _scope(request), await request.aread())
        mark(Moment.SENT)
        try:
            start = await exchange.start()
            mark(Moment.HEADERS)
        except BaseException:
            await exchange.aclose()
            raise
        return httpx.Response(
            start["status"],
            headers=list(start.get("headers", ())),
            stream=exchange,
            extensions={"http_version": b"HTTP/1.1", "body": exchange},
        )


class _Exchange(Body):
    """One request to the application, in a task of its own until it has answered or its client has left."""

    def __init__(self, application: Application, scope: dict[str, Any], body: bytes) -> None:
        self._body: bytes | None = body
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue(QUEUED_MESSAGES)
        self._left = asyncio.Event()
        self._is_over = False
        # A fresh context: the application must not see the caller's context variables.
        self._task = start_task(
            self._run(application, scope), name="in-process request", context=contextvars.Context()
        )

    async def start(self) -> Message:
        """Return the ``http.response.start`` message."""
        message = await self._messages.get()
        if message is None or message["type"] != "http.response.start":
            raise UpstreamError(Code.UPSTREAM_5XX, "Greenroom's own endpoint failed: see the server's log.")
        return message

    async def read(self) -> bytes:
        while not self._is_over:
            message = await self._messages.get()
            if message is None:
                self._is_over = True
                raise UpstreamError(
                    Code.TRUNCATED, "Greenroom's own endpoint broke off its answer: see the server's log."
                )
            self._is_over = not message.get("more_body", False)
            if chunk := message.get("body", b""):
                return bytes(chunk)
        return b""

    async def aclose(self) -> None:
        """Tell the application that its client has left, and wait until its task has ended."""
        self._left.set()
        while not self._messages.empty():
            self._messages.get_nowait()  # a sender may wait for space
        # Cancelling Django's handler would leak its tasks: it ends them itself on a disconnect message.
        try:
            await asyncio.wait({self._task}, timeout=CLOSING_S)
        finally:
            self._task.cancel()
        await asyncio.wait({self._task})

    async def _run(self, application: Application, scope: dict[str, Any]) -> None:
        try:
            await application(scope, self._receive, self._send)
        except Exception as error:
            if not self._left.is_set():
                log_failure(logger, error, doing="an in-process request")
        if not self._left.is_set():
            await self._messages.put(None)

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self._left.is_set():
            await asyncio.sleep(0)  # the client has left: receive() reports it to the application
            return
        await self._messages.put(message)


def _scope(request: httpx.Request) -> dict[str, Any]:
    address: Address = request.extensions["address"]
    path, _, query = address.target.partition("?")
    scheme: str = request.extensions["scheme"]
    site = urlsplit(f"//{request.headers['host']}")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": scheme,
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (site.hostname, site.port or DEFAULT_PORTS[scheme]),
        "client": None,
        "extensions": {RECEIVED: ReceivedHead(IN_PROCESS, tuple(request.headers.raw))},
    }
