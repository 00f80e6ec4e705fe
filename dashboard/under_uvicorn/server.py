"""uvicorn with start-up and shutdown steps: closes orphaned turns before, stores open ones after."""

import asyncio
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from channels.routing import ProtocolTypeRouter

from dashboard import lifetime
from dashboard.socket_limits import PING_EVERY_S, PING_TIMEOUT_S
from dashboard.under_uvicorn.http import BoundedRequests
from dashboard.under_uvicorn.sockets import BoundedSocket

KEEP_ALIVE_S = 60
"""How long a connection may rest between two requests, as Twisted lets it."""
CANCELLING_S = 1
"""How long requests and sockets have to end after that, before they are cancelled."""


class DrainingServer(uvicorn.Server):
    """Stops listening, drains, and only then closes the sockets, so that viewers see how their turns ended."""

    def __init__(
        self, application: ProtocolTypeRouter, *, host: str, port: int, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                host=host,
                port=port,
                loop="uvloop",
                http=BoundedRequests,
                ws=BoundedSocket,
                ws_per_message_deflate=False,
                ws_ping_interval=PING_EVERY_S,
                ws_ping_timeout=PING_TIMEOUT_S,
                interface="asgi3",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                headers=[("Server", "greenroom")],
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=CANCELLING_S,
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, or leave `started` false. ``on_ready`` may use the database, so it gets a thread."""
        await lifetime.start()
        try:
            await super().startup(sockets)
        except SystemExit:  # uvicorn would end the process with the bare error of the operating system
            await lifetime.drain()
            self.should_exit = True
            return
        await asyncio.to_thread(self._on_ready)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await lifetime.drain()
        if self.server_state.connections:
            await asyncio.sleep(lifetime.TELLING_S)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; unlike uvicorn's own, without raising the signal again at the end."""
        self.should_exit = True
