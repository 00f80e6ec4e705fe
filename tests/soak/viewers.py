"""A viewer that keeps a socket to its conversation, at whichever server answers, and leaves when told to."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from tests.soak.screen import Screen, Witness
from tests.soak.services import Server, Services

GONE = (OSError, ConnectionClosed, InvalidHandshake, InvalidMessage, TimeoutError, EOFError)
AGAIN_S = 0.1
"""How long it waits before it connects again."""
OPENING_S = 5.0
WAYS = ("reloads", "connections cut off", "moves to the other server")
"""How a viewer leaves: as a reload does, as a lost network does, and to come back elsewhere."""


class Viewer:
    """One tab. ``screen`` is what it shows; ``changed`` wakes whoever waits for something to be shown."""

    def __init__(
        self, name: str, conversation_id: str, services: Services, witness: Witness, server: Server
    ) -> None:
        """``server`` is where it connects first."""
        self.screen = Screen(name, witness)
        self.counts: Counter[str] = Counter()
        self._conversation_id = conversation_id
        self._services = services
        self._server = server
        self._socket: ClientConnection | None = None
        self._changed = asyncio.Event()

    async def keep(self) -> None:
        """Connect, read, and connect again, until cancelled."""
        while True:
            with suppress(*GONE):
                await self._read()
            self.screen.disconnected()
            self._socket = None
            self._changed.set()
            await asyncio.sleep(AGAIN_S)

    async def send(self, event_type: str, **properties: Any) -> None:
        """Send a command, or nothing without a socket."""
        message_type = event_type.partition(".")[0]
        message = {"message_type": message_type, "event_type": event_type, "properties": properties}
        if self._socket is not None:
            with suppress(*GONE):
                await self._socket.send(json.dumps(message))

    async def leave(self, way: str) -> None:
        """Lose the socket; `keep` opens the next one."""
        socket = self._socket
        if socket is None:
            return
        self.counts[way] += 1
        if way == WAYS[2]:
            one, other = self._services.servers
            self._server = other if self._server is one else one
        if way == WAYS[1]:
            socket.transport.abort()
        else:
            with suppress(*GONE):
                await socket.close()

    async def until(self, is_shown: Callable[[Screen], bool], within_s: float) -> bool:
        """Return whether the screen shows it in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not is_shown(self.screen):
                    self._changed.clear()
                    await self._changed.wait()
                return True
        return False

    async def _read(self) -> None:
        site = self._server.site
        if site is None:
            self._server = next(server for server in self._services.servers if server is not self._server)
            return
        url = site.url.replace("http", "ws", 1) + f"/ws/conversations/{self._conversation_id}/"
        headers = {"x-api-key": self._services.key}
        async with connect(
            url, additional_headers=headers, max_size=None, open_timeout=OPENING_S, close_timeout=0.5
        ) as socket:
            self._socket = socket
            async for message in socket:
                self._show(message)

    def _show(self, message: str | bytes) -> None:
        frame = json.loads(message)
        had_snapshot = self.screen.has_snapshot
        for event in frame if isinstance(frame, list) else [frame]:
            self.screen.apply(event)
        if self.screen.has_snapshot and not had_snapshot:
            self.counts["reconnects" if self.counts["tabs"] else "tabs"] += 1
        self._changed.set()


@asynccontextmanager
async def watching(viewer: Viewer) -> AsyncIterator[Viewer]:
    """Let it keep its socket until the block is left."""
    keeping = asyncio.create_task(viewer.keep())
    try:
        yield viewer
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
