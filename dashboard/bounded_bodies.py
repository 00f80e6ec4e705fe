"""Limits request bodies as ASGI messages: the same limits for servers that don't apply them themselves."""

import asyncio
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable

from dashboard.bodies_under_way import BodiesUnderWay, BodyUnderWay
from dashboard.body_limits import (
    REFUSAL,
    REQUEST_S,
    TOO_SLOW,
    Refusal,
    most_bytes,
    too_large,
)
from dashboard.client_addresses import address_of
from dashboard.refused_requests import RefusalApplication

Scope = Any
Message = Any


class BoundedBodies:
    """Passes on requests whose bodies are within their path's limit; marks others as refused, for ``refused``."""

    def __init__(self, application: Any, refused: RefusalApplication, *, is_behind_proxy: bool) -> None:
        self._application = application
        self._refused = refused
        self._is_behind_proxy = is_behind_proxy
        self._bodies = BodiesUnderWay()

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        under_way = self._bodies.body(address_of(scope, is_behind_proxy=self._is_behind_proxy))
        body = _CountedBody(receive, most_bytes(scope["path"]), under_way)
        body.look_at(scope["headers"])
        try:
            if body.refusal is None:
                await self._application(scope, body.receive, send)
        finally:
            under_way.give_back()
        if body.refusal is not None:
            await self._refused({**scope, REFUSAL: body.refusal}, receive, send)


class _CountedBody:
    """Yields a body's messages until it is too large or too slow; then the client appears to have left."""

    def __init__(self, receive: ASGIReceiveCallable, most: int, under_way: BodyUnderWay) -> None:
        self.refusal: Refusal | None = None
        self._receive = receive
        self._most = most
        self._under_way = under_way
        self._received = 0
        self._is_complete = False
        self._deadline = asyncio.get_running_loop().time() + REQUEST_S

    def look_at(self, headers: Any) -> None:
        """Refuse a too large declared length before anything is read."""
        declared = [value for name, value in headers if name == b"content-length"]
        if any(int(value) > self._most for value in declared if value.isdigit() and len(value) < 20):
            self.refusal = too_large(self._most)

    async def receive(self) -> Message:
        if self._is_complete:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message: Message = await self._receive()
        except TimeoutError:
            return self._refuse(TOO_SLOW)
        if message["type"] != "http.request":
            return message
        size = len(message.get("body", b""))
        self._received += size
        if self._received > self._most:
            return self._refuse(too_large(self._most))
        if (refusal := self._under_way.take(size)) is not None:
            return self._refuse(refusal)
        self._is_complete = not message.get("more_body", False)
        return message

    def _refuse(self, refusal: Refusal) -> Message:
        self.refusal = refusal
        return {"type": "http.disconnect"}
