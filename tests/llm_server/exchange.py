"""One request and its answer, byte by byte: what a behaviour is written with."""

import asyncio
import base64
import json
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

HEAD_BYTES = 256 * 1024


class ClientLeftError(Exception):
    """The client closed the connection before the answer was complete."""


class NoHTTPError(Exception):
    """The client speaks another protocol: TLS, say."""


@dataclass
class Request:
    """A request as received."""

    connection: int
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    at: float = field(default_factory=time.monotonic)
    client_left_after_ms: int | None = None
    """When the client closed the connection, if it did so before the answer was complete."""
    said: list[str] = field(default_factory=list)
    """The text of each delta, as far as the behaviour logs it."""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def behaviour(self) -> str:
        return self.path.split("/")[1]

    def header(self, name: str) -> str:
        return next((value for header, value in self.headers if header.lower() == name.lower()), "")

    def option(self, name: str, default: str = "") -> str:
        """Return a value of the query, by which some behaviours can be tuned."""
        return parse_qs(self.target.partition("?")[2]).get(name, [default])[0]

    @property
    def chat(self) -> dict[str, Any]:
        """The body as a chat-completions request; empty if it isn't JSON."""
        try:
            parsed = json.loads(self.body)
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}

    @property
    def last_message(self) -> str:
        """The last message's content: what the user said."""
        return str((self.chat.get("messages") or [{}])[-1].get("content", ""))

    def as_json(self) -> dict[str, Any]:
        return {
            "connection": self.connection,
            "at_ms": int(self.at * 1000),
            "method": self.method,
            "target": self.target,
            "behaviour": self.behaviour,
            "headers": self.headers,
            "body": self.body.decode("utf-8", "replace"),
            "body_base64": base64.b64encode(self.body).decode(),
            "client_left_after_ms": self.client_left_after_ms,
        }


class Exchange:
    """Sends the answer to one request. Everything raises ClientLeftError once the client has gone."""

    def __init__(
        self, request: Request, visits: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.request = request
        self.visits = visits
        """How many requests of this behaviour came so far, with this one."""
        self.keeps_alive = True
        self._reader = reader
        self._writer = writer
        self._is_chunked = False

    async def start(self, status: str = "200 OK", headers: list[tuple[str, str]] | None = None) -> None:
        """The status line and headers of a chunked answer; the body is the `chunk`s until `finish`."""
        fields = [*(headers or []), ("Transfer-Encoding", "chunked")]
        self._is_chunked = True
        await self.raw(head(status, fields))

    async def chunk(self, data: bytes) -> None:
        if data:
            await self.raw(b"%x\r\n%b\r\n" % (len(data), data))

    async def finish(self) -> None:
        await self.raw(b"0\r\n\r\n")

    async def answer(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        """A whole answer of a known length."""
        await self.raw(head(status, [*headers, ("Content-Length", str(len(body)))]) + body)

    async def raw(self, data: bytes) -> None:
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError:
            self._left()

    async def pause(self, seconds: float) -> None:
        """Say nothing for a while; notices when the client leaves."""
        try:
            async with asyncio.timeout(seconds):
                await self._reader.read(1)
        except TimeoutError:
            return
        except OSError:
            pass
        self._left()

    async def hang(self) -> None:
        """Say nothing until the client leaves."""
        await self.pause(600)

    async def close(self) -> None:
        """Close the connection cleanly, at any point of the answer."""
        self.keeps_alive = False

    async def reset(self) -> None:
        """Reset the connection (RST), at any point of the answer."""
        self.keeps_alive = False
        raw: socket.socket = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def _left(self) -> None:
        self.keeps_alive = False
        self.request.client_left_after_ms = int((time.monotonic() - self.request.at) * 1000)
        raise ClientLeftError


def head(status: str, headers: list[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def read_request(connection: int, reader: asyncio.StreamReader) -> Request | None:
    """Return the next request of a connection, or None. Raises NoHTTPError."""
    try:
        first = await reader.readexactly(1)
        if not first.isalpha():
            raise NoHTTPError
        lines = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        headers = [_field(line) for line in lines[1:-2]]
        body = await _read_body(reader, {name.lower(): value for name, value in headers})
    except (asyncio.IncompleteReadError, OSError, ValueError):
        return None
    return Request(connection, method, target, headers, body)


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return body


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.strip()
