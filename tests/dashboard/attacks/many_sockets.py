"""Opens many sockets with one key, each within its own limits, and measures how long another client waits."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.browser.site import Site

DEADLINE_S = 60.0
OPENED_AT_ONCE = 20
LOOKS = 10
ROUND_S = 0.1
"""Between two messages of each socket, so that this process has time for the other client."""


def message(event_type: str, **properties: object) -> str:
    return json.dumps({"event_type": event_type, "properties": properties})


@asynccontextmanager
async def socket_of(site: Site, key: str, conversation: str) -> AsyncIterator[ClientConnection]:
    url = site.url.replace("http", "ws", 1) + f"/ws/conversations/{conversation}/"
    headers = {"x-api-key": key}
    async with connect(
        url, additional_headers=headers, max_size=None, open_timeout=DEADLINE_S, compression=None
    ) as socket:
        yield socket


@asynccontextmanager
async def many_sockets(
    site: Site, key: str, conversations: list[str], count: int
) -> AsyncIterator[list[ClientConnection]]:
    """Open sockets of one key, spread over its conversations, and wait for their snapshots."""
    async with AsyncExitStack() as opened:
        sockets: list[ClientConnection] = []

        async def open_one(number: int) -> None:
            conversation = conversations[number % len(conversations)]
            socket = await opened.enter_async_context(socket_of(site, key, conversation))
            await socket.recv()
            sockets.append(socket)

        for first in range(0, count, OPENED_AT_ONCE):
            await asyncio.gather(*(open_one(number) for number in range(first, first + OPENED_AT_ONCE)))
        yield sockets
        await asyncio.gather(*(socket.close() for socket in sockets))


async def send_all(sockets: list[ClientConnection], text: str, times: int, *, until: str) -> Counter[str]:
    """Send a text on every socket; count the events and error codes, up to each socket's first ``until``."""
    counts: Counter[str] = Counter()

    async def send() -> None:
        for _ in range(times):
            for socket in sockets:
                with suppress(ConnectionClosed):
                    await socket.send(text)
            await asyncio.sleep(ROUND_S)

    async def read(socket: ClientConnection) -> None:
        here: Counter[str] = Counter()
        try:
            while not here[until]:
                frame = json.loads(await socket.recv())
                for event in frame if isinstance(frame, list) else [frame]:
                    here[event["properties"].get("code") or event["event_type"]] += 1
        except ConnectionClosed as closed:
            here[f"closed {closed.rcvd.code if closed.rcvd else 0}"] += 1
        counts.update(here)

    async with asyncio.timeout(DEADLINE_S):
        await asyncio.gather(send(), *(read(socket) for socket in sockets))
    return counts


async def snapshot_s(site: Site, key: str, conversation: str) -> float:
    """Return the time from another client's handshake to its first frame, in s."""
    began = time.perf_counter()
    async with socket_of(site, key, conversation) as socket:
        await socket.recv()
        return time.perf_counter() - began


async def snapshots_s(site: Site, key: str, conversation: str, looks: int = LOOKS) -> list[float]:
    """Return ``looks`` consecutive results of `snapshot_s`."""
    return [await snapshot_s(site, key, conversation) for _ in range(looks)]


async def turns_shown(site: Site, key: str, conversation: str) -> int:
    """Return how many turns a newly opened page is sent, once all of them have come."""
    count, earlier = 0, 1
    async with socket_of(site, key, conversation) as socket:
        while earlier:
            frame = json.loads(await socket.recv())
            for event in frame if isinstance(frame, list) else [frame]:
                count += len(event["properties"]["turns"])
                earlier = event["properties"]["earlier"]
    return count
