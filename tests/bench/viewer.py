"""A browser's end of a conversation's socket, cheap enough that two hundred of them leave a core free.

It speaks as much of RFC 6455 as servers need that don't split or compress their messages.
"""

import asyncio
import base64
import os
import struct
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import orjson

from tests.bench.answers import Answer
from tests.bench.stamps import elapsed_ms, now_us, stamps

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
FINAL = 0x80
MASKED = 0x80
NO_MASK = b"\x00\x00\x00\x00"
ENDS = frozenset(
    {"playground.turn.completed", "playground.turn.failed", "playground.turn.interrupted", "playground.error"}
)


class LeftError(Exception):
    """The server closed the socket, or refused it."""


@dataclass(slots=True)
class TurnSeen:
    """One turn as its viewer saw it."""

    asked_us: int
    latencies_ms: list[float] = field(default_factory=list)
    """Of each delta but the first: from the LLM's sending to its arrival here."""
    first_overhead_ms: float = 0.0
    """From the command to the first delta, less the time that the LLM took for it."""
    deltas: int = 0
    last_us: int = 0
    """When its last delta arrived."""
    ended_as: str = ""
    _rest: str = ""
    """The beginning of a word whose end is still to come."""

    def take(self, text: str, at_us: int) -> None:
        times_us, self._rest = stamps(self._rest + text)
        if self.deltas == 0:
            if len(times_us) < 2:
                self._rest = text
                return
            arrived_us, sent_us, *times_us = times_us
            self.first_overhead_ms = elapsed_ms(self.asked_us, at_us) - elapsed_ms(arrived_us, sent_us)
            self.deltas = 1
        self.latencies_ms += [elapsed_ms(sent_us, at_us) for sent_us in times_us]
        self.deltas += len(times_us)
        self.last_us = at_us


class Viewer(asyncio.Protocol):
    """One socket: `connect`, then one `turn` after the other."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._received = bytearray()
        self._is_open = False
        self._shown: asyncio.Future[None] = loop.create_future()
        self._turn: TurnSeen | None = None
        self._ended: asyncio.Future[TurnSeen] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class is none of asyncio's

    async def open(self, handshake: bytes) -> None:
        """Send the handshake, and wait for the whole snapshot. Raises LeftError."""
        self._transport.write(handshake)
        await self._shown

    async def turn(self, answer: Answer) -> TurnSeen:
        """Say what asks for this answer, and wait for the turn's end. Raises LeftError."""
        self._ended = asyncio.get_running_loop().create_future()
        command = {"event_type": "conversation.respond", "properties": {"text": answer.words}}
        self._turn = TurnSeen(asked_us=now_us())
        self._send(TEXT, orjson.dumps({"message_type": "conversation", **command}))
        return await self._ended

    def stop_reading(self) -> None:
        self._transport.pause_reading()

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        at_us = now_us()
        self._received += data
        if not self._is_open and not self._take_handshake():
            return
        for opcode, payload in self._frames():
            if opcode == TEXT:
                self._take_message(payload, at_us)
            elif opcode == PING:
                self._send(PONG, payload)
            elif opcode == CLOSE:
                self._leave(f"closed with {int.from_bytes(payload[:2], 'big')}")

    def connection_lost(self, error: Exception | None) -> None:
        self._leave("connection lost")

    def _take_handshake(self) -> bool:
        head, separator, rest = bytes(self._received).partition(b"\r\n\r\n")
        if not separator:
            return False
        self._received = bytearray(rest)
        self._is_open = True
        if b" 101 " not in head.partition(b"\r\n")[0]:
            self._leave(head.partition(b"\r\n")[0].decode())
        return self._is_open

    def _frames(self) -> list[tuple[int, bytes]]:
        """Take the whole frames out of what was received."""
        received, place, frames = self._received, 0, []
        while len(received) - place >= 2:
            length, head = received[place + 1], 2
            if length >= 126:
                head = 4 if length == 126 else 10
                length = int.from_bytes(received[place + 2 : place + head], "big")
            if len(received) - place < head + length:
                break
            frames.append((received[place] & 0x0F, bytes(received[place + head : place + head + length])))
            place += head + length
        del received[:place]
        return frames

    def _take_message(self, payload: bytes, at_us: int) -> None:
        message = orjson.loads(payload)
        for event in message if isinstance(message, list) else (message,):
            event_type = event["event_type"]
            if event_type == "playground.delta":
                if self._turn is not None:
                    self._turn.take(event["properties"]["text"], at_us)
            elif event_type in ENDS:
                self._end(event_type, event["properties"])
            elif event_type.startswith("playground.snapshot"):
                self._take_snapshot(event["properties"])

    def _take_snapshot(self, properties: dict[str, object]) -> None:
        if not properties["earlier"] and not self._shown.done():
            self._shown.set_result(None)

    def _end(self, event_type: str, properties: dict[str, object]) -> None:
        if self._turn is None or self._ended is None or self._ended.done():
            return
        self._turn.ended_as = event_type if event_type != "playground.error" else f"{event_type} {properties}"
        self._ended.set_result(self._turn)
        self._turn = None

    def _leave(self, reason: str) -> None:
        for waiting in (self._shown, self._ended):
            if waiting is not None and not waiting.done():
                waiting.set_exception(LeftError(reason))
                waiting.exception()  # whoever waits is told; without anyone nothing is to be logged

    def _send(self, opcode: int, payload: bytes) -> None:
        """Send a frame; its mask of zeros leaves the payload as it is."""
        length = len(payload)
        sized = (
            bytes([MASKED | length]) if length < 126 else bytes([MASKED | 126]) + struct.pack("!H", length)
        )
        self._transport.write(bytes([FINAL | opcode]) + sized + NO_MASK + payload)


async def connect(url: str, conversation: str, key: str) -> Viewer:
    """Open a conversation's socket and wait for the whole snapshot. Raises LeftError."""
    address = urlsplit(url)
    host, port = address.hostname or "", address.port or 0
    _, viewer = await asyncio.get_running_loop().create_connection(Viewer, host, port)
    lines = (
        f"GET /ws/conversations/{conversation}/ HTTP/1.1",
        f"Host: {address.netloc}",
        f"X-Api-Key: {key}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
    )
    await viewer.open("\r\n".join([*lines, "", ""]).encode())
    return viewer
