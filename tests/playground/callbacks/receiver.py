"""A receiver of callbacks on a socket of this test's event loop: answers as scripted, and keeps what it got."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from playground.engine.json_types import Json

OK = "HTTP/1.1 204 No Content\r\n\r\n"
HANGS = "hangs"
RESETS = "resets"


def status(line: str, *headers: str, body: bytes = b"") -> str:
    """Return an answer with this status line's end, such as ``410 Gone``."""
    head = [f"HTTP/1.1 {line}", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(head) + body.decode("latin-1")


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def envelope(self) -> Json:
        envelope: Json = json.loads(self.body)
        return envelope

    @property
    def webhook_id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """Answers with each of ``answers`` in turn, and goes on with the last one."""

    answers: Sequence[str] = (OK,)
    received: list[Received] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    """The ids of those that it has answered with a success, in order."""
    hanging: int = 0
    port: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    is_back: asyncio.Event = field(default_factory=asyncio.Event)
    """Set: those that hang are let go, and none hangs any more."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def types(self) -> list[str]:
        return [each.envelope["event_type"] for each in self.received]

    async def until_hanging(self, count: int) -> None:
        """Wait until so many requests hang."""
        async with self.changed, asyncio.timeout(10):
            await self.changed.wait_for(lambda: self.hanging >= count)

    async def until_taken(self, count: int) -> None:
        """Wait until so many were answered with a success."""
        async with self.changed, asyncio.timeout(10):
            await self.changed.wait_for(lambda: len(self.taken) >= count)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                received = await _request(reader)
                answer = self.answers[min(len(self.received), len(self.answers) - 1)]
                self.received.append(received)
                if answer == HANGS:
                    answer = await self._hang()
                if answer == RESETS:
                    writer.transport.abort()
                    return
                if answer.startswith("HTTP/1.1 2"):
                    self.taken.append(received.webhook_id)
                    async with self.changed:
                        self.changed.notify_all()
                writer.write(answer.encode("latin-1"))
                await writer.drain()
        writer.close()

    async def _hang(self) -> str:
        self.hanging += 1
        async with self.changed:
            self.changed.notify_all()
        try:
            await self.is_back.wait()
        finally:
            self.hanging -= 1
        return OK


async def _request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(head[0].split()[1], headers, body)


@asynccontextmanager
async def receiving(*answers: str) -> AsyncIterator[Receiver]:
    """Listen while the block runs."""
    receiver = Receiver(answers or (OK,))
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        with suppress(asyncio.CancelledError):
            await receiver.connected(reader, writer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
