"""A client of the served site's sockets, made of a WebSocket library and the standard library."""

import asyncio
import json
import urllib.request
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from playground.engine.json_types import Json
from tests.browser.site import Site

DEADLINE_S = 15.0


def sign_in(site: Site) -> str:
    """Return the cookies of the first admin's session, who comes in by the link that the site printed: once a site."""
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.open(site.link, timeout=DEADLINE_S).close()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


class Client:
    """One socket: ``send`` commands, wait ``until`` an event comes."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._waiting: deque[Json] = deque()
        self.events: list[Json] = []
        self.frames: list[str] = []

    async def send(self, event_type: str, **properties: Any) -> None:
        message_type = event_type.partition(".")[0]
        message = {"message_type": message_type, "event_type": event_type, "properties": properties}
        await self.socket.send(json.dumps(message))

    async def next(self) -> Json:
        while not self._waiting:
            self.frames.append(await self.socket.recv(decode=True))
            frame = json.loads(self.frames[-1])
            self._waiting.extend(frame if isinstance(frame, list) else [frame])
        self.events.append(self._waiting.popleft())
        return self.events[-1]

    async def until(self, *event_types: str, where: Callable[[Json], bool] = lambda _: True) -> Json:
        """Return the properties of the next event of one of these types; fails after DEADLINE_S."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                event = await self.next()
                if event["event_type"] in event_types and where(event["properties"]):
                    properties: Json = event["properties"]
                    return properties

    async def snapshot_parts(self) -> list[Json]:
        """Return the parts of a snapshot, the newest turns first."""
        parts = [await self.until("playground.snapshot")]
        while parts[-1]["earlier"]:
            parts.append(await self.until("playground.snapshot.turns"))
        return parts

    async def until_closed(self) -> Json:
        return await self.until(
            "playground.turn.completed", "playground.turn.interrupted", "playground.turn.failed"
        )


@asynccontextmanager
async def viewing(
    site: Site, conversation_id: str, cookies: str, *, origin: str | None = None, unread_frames: int = 16
) -> AsyncIterator[Client]:
    """A viewer of the conversation; its origin is the site's own unless another is named.

    It stops reading while more than ``unread_frames`` wait for the test.
    """
    url = site.url.replace("http", "ws", 1) + f"/ws/conversations/{conversation_id}/"
    headers = {"Cookie": cookies} if cookies else {}
    async with connect(
        url,
        origin=Origin(origin or site.url),
        additional_headers=headers,
        max_size=None,
        max_queue=unread_frames,
    ) as socket:
        yield Client(socket)
