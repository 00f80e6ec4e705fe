"""Daphne's end of a WebSocket: limits what comes in, and makes what goes out wait for the reader."""

import asyncio
import socket
from collections import deque
from typing import Any

from daphne.ws_protocol import WebSocketProtocol

from dashboard.open_connections import open_connections
from dashboard.socket_limits import FLOOD_REASON, FRAMES, FRAMES_WITHIN_S, KERNEL_BYTES
from playground.realtime.close_codes import CloseCode
from playground.realtime.message_rate import MessageRate


class SocketProtocol(WebSocketProtocol):
    """Tells Daphne's application when the client has read what was sent, and passes on a close reason.

    As the push producer of its transport it is paused by Twisted while more than 64 KiB wait to be sent.
    """

    maxMessagePayloadSize: int
    data: bytes
    send_queue: deque[Any]
    _writable: asyncio.Event | None = None
    _frame_rate: MessageRate | None = None
    _is_flooding = False

    def connectionMade(self) -> None:
        open_connections().leave(self.transport)
        super().connectionMade()

    def onOpen(self) -> None:
        super().onOpen()
        self._writable = asyncio.Event()
        self._writable.set()
        self.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        self.transport.unregisterProducer()  # the HTTP channel's: it would pause reading
        self.transport.registerProducer(self, True)

    def onFrameBegin(self) -> None:
        super().onFrameBegin()
        if self._is_flooding or self._takes_frame():
            return
        self._is_flooding = True
        self.data = b""
        self.sendClose(int(CloseCode.TOO_MANY_MESSAGES), FLOOD_REASON)

    def consumeData(self) -> None:
        """Read the received frames; drop them all in a flood."""
        if self._is_flooding:
            self.data = b""
            return
        super().consumeData()

    def _takes_frame(self) -> bool:
        if self._frame_rate is None:
            self._frame_rate = MessageRate(FRAMES, FRAMES_WITHIN_S)
        return self._frame_rate.takes_message()

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.resumeProducing()
        super().onClose(wasClean, code, reason)

    def pauseProducing(self) -> None:
        if self._writable is not None:
            self._writable.clear()

    def resumeProducing(self) -> None:
        if self._writable is not None:
            self._writable.set()

    def stopProducing(self) -> None:
        self.resumeProducing()

    async def until_read(self) -> None:
        """Wait until the kernel has accepted everything sent, or the socket has closed."""
        if self._writable is not None:
            await self._writable.wait()

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Give the kernel at once what it takes. Twisted would wait for the reactor's next pass, twice for a frame."""
        if self._nothing_waits() and not (sync or chopsize or self.send_queue):
            written = self.transport.writeSomeData(data)
            data = data[written:] if isinstance(written, int) else data
        if data:
            super().sendData(data, sync, chopsize)

    def _nothing_waits(self) -> bool:
        transport = self.transport
        is_idle = not transport.dataBuffer and not transport._tempDataLen
        return is_idle and transport.connected and not transport.disconnecting

    def send_text(self, text: str) -> None:
        """Send it in one frame, which no limit on incoming messages applies to; not to a client that is leaving."""
        if self.state == self.STATE_OPEN:
            self.sendFrame(opcode=self.MESSAGE_TYPE_TEXT, payload=text.encode())

    def handle_reply(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.close" and self.state == self.STATE_OPEN:
            self.sendClose(code=message.get("code", 1000), reason=message.get("reason"))
            return
        super().handle_reply(message)
