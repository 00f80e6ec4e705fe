"""Rejects sockets at unknown addresses: accepts, so that the close code reaches a browser, and closes as not found."""

from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable
from channels.routing import URLRouter
from django.urls import URLPattern

from playground.realtime.close_codes import CloseCode


class KnownSockets:
    """Passes a socket on if its path has a route."""

    def __init__(self, patterns: list[URLPattern]) -> None:
        self._routes = patterns
        self._router = URLRouter(patterns)  # type: ignore[arg-type] # the stubs lack plain URLPattern

    async def __call__(self, scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if self._is_known(scope["path"]):
            await self._router(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        await send({"type": "websocket.close", "code": int(CloseCode.NOT_FOUND), "reason": None})

    def _is_known(self, path: str) -> bool:
        """Whether a route matches; a path with a NUL can't be looked up in a database."""
        below = path.removeprefix("/")
        return "\0" not in below and any(route.resolve(below) for route in self._routes)
