"""Daphne with start-up and shutdown steps: closes orphaned turns before, stores open ones after."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from channels.routing import ProtocolTypeRouter
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from dashboard import lifetime
from dashboard.body_limits import REFUSAL
from dashboard.body_turns import BodyTurns
from dashboard.bounded_http import BoundedChannel, BoundedRequest
from dashboard.open_connections import open_connections
from dashboard.socket_limits import PING_EVERY_S, PING_TIMEOUT_S
from dashboard.socket_protocol import SocketProtocol
from playground.engine.received_request import RECEIVED
from playground.realtime.commands import MESSAGE_BYTES
from playground.tasks import start_task

HTTP_TIMEOUT_S = 15 * 60
"""How long one request may take: a turn over server-sent events lasts as long as its speech."""

BACKLOG = 2_048
"""How many connections the kernel keeps for the next pass of the event loop, as uvicorn asks for. It drops the others,
whose clients ask again after 1 s; Twisted would ask for 50.
"""


class ListeningPort(Protocol):
    def stopListening(self) -> object: ...


class DrainingServer(Server):
    """Stops listening, drains, and only then closes the sockets, so that viewers see how their turns ended."""

    def __init__(
        self, application: ProtocolTypeRouter, *, host: str, port: int, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(
            application=application,
            endpoints=[
                f"{address}:backlog={BACKLOG}"
                for address in build_endpoint_description_strings(host=host, port=port)
            ],
            http_timeout=HTTP_TIMEOUT_S,
            websocket_max_message_size=MESSAGE_BYTES,
            websocket_max_frame_size=MESSAGE_BYTES,
            ping_interval=PING_EVERY_S,
            ping_timeout=PING_TIMEOUT_S,
            verbosity=0,
            server_name="greenroom",
        )
        self._on_ready = on_ready
        self._ports: list[ListeningPort] = []

    def run(self) -> None:
        reactor._asyncioEventloop.run_until_complete(lifetime.start())
        reactor.callWhenRunning(self._set_up_protocols)
        super().run()

    def _set_up_protocols(self) -> None:
        self.http_factory.protocol = BoundedChannel
        self.http_factory.body_turns = BodyTurns(reactor.callLater)
        # Without room Twisted closes the socket at once; a protocol that refuses it would cost ten times as much.
        build_protocol = self.http_factory.buildProtocol
        self.http_factory.buildProtocol = lambda address: (
            build_protocol(address) if open_connections().has_room(address.host) else None
        )
        self.ws_factory.protocol = SocketProtocol
        # Without it a too large message drops the viewer's connection without a close code.
        self.ws_factory.setProtocolOptions(failByDrop=False)

    async def handle_reply(self, protocol: object, message: dict[str, Any]) -> None:
        """Pass the application's message on, and wait until the sent data has been read."""
        if not isinstance(protocol, SocketProtocol):
            await super().handle_reply(protocol, message)
            if isinstance(protocol, BoundedRequest):
                await protocol.until_read()
            return
        if message["type"] == "websocket.send":
            protocol.send_text(message["text"])
        else:
            await super().handle_reply(protocol, message)
        await protocol.until_read()

    def create_application(self, protocol: object, scope: dict[str, Any]) -> Any:
        """Return the application's queue; tell it what the server knows of the request, and mark a refused one.

        None for half a request that this process's own stop has cut off: nothing would await its application.
        """
        if isinstance(protocol, BoundedRequest):
            if protocol.is_broken_off and lifetime.stopping.is_set():
                return None
            scope["extensions"] = {RECEIVED: protocol.head}
            if protocol.refusal is not None:
                scope[REFUSAL] = protocol.refusal
        return super().create_application(protocol, scope)

    def listen_success(self, port: ListeningPort) -> None:
        self._ports.append(port)
        super().listen_success(port)
        self._on_ready()

    def kill_all_applications(self) -> "Deferred[None]":
        for port in self._ports:
            port.stopListening()
        drained: Deferred[None] = Deferred.fromFuture(start_task(self._drain(), name="drain"))
        drained.addBoth(lambda _result: self._cancel_applications())
        return drained

    async def _drain(self) -> None:
        """Store the open turns; let requests and sockets, if there are any, tell how they ended."""
        await lifetime.drain()
        if self.connections:
            await asyncio.sleep(lifetime.TELLING_S)

    def _cancel_applications(self) -> "Deferred[None]":
        """Cancel the applications; Daphne's own way fails at a connection without one, such as half a request."""
        applications = [connection.get("application_instance") for connection in self.connections.values()]
        open_ones = [application for application in applications if application and not application.done()]
        for application in open_ones:
            application.cancel()
        ended: Deferred[None] = Deferred.fromFuture(asyncio.gather(*open_ones, return_exceptions=True))
        return ended
