"""uvicorn's end of a WebSocket: limits what comes in, and lets the kernel buffer little of what goes out."""

import logging
import socket
from asyncio import BaseTransport, TimerHandle
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.server import ServerProtocol

from dashboard.body_limits import LINGER_S
from dashboard.socket_limits import FLOOD_REASON, FRAMES, FRAMES_WITHIN_S, KERNEL_BYTES
from playground.realtime.close_codes import CloseCode
from playground.realtime.commands import MESSAGE_BYTES
from playground.realtime.message_rate import MessageRate

logger = logging.getLogger("uvicorn.error")

CLOSING_S = 12.0
"""How long a connection may outlive its application: uvicorn gives a client 10 s to answer a close frame."""
NO_HANDSHAKE = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class CountedFrames(ServerProtocol):
    """Fails the connection when its frames come too fast; what still comes is dropped unread."""

    def __init__(self) -> None:
        super().__init__(max_size=MESSAGE_BYTES, logger=logger)
        self.is_flooded = False
        self._rate = MessageRate(FRAMES, FRAMES_WITHIN_S)

    def recv_frame(self, frame: Frame) -> None:
        if self._rate.takes_message():
            super().recv_frame(frame)
            return
        self.is_flooded = True
        self.fail(int(CloseCode.TOO_MANY_MESSAGES), FLOOD_REASON)


class BoundedSocket(WebSocketsSansIOProtocol):
    """A socket whose frames are counted; a flooding one is told so, and closed."""

    conn: CountedFrames

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = CountedFrames()
        self._cutting_off: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._refuse_handshake()
        elif self.conn.is_flooded and not self.close_sent:
            self._leave()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._cutting_off is not None:
            self._cutting_off.cancel()

    async def run_asgi(self) -> None:
        """Run the application, and cut off a client that then reads no more: closing waits for it."""
        await super().run_asgi()
        if not self.disconnected:
            self._cutting_off = self.loop.call_later(CLOSING_S, self.transport.abort)

    async def send(self, message: Any) -> None:
        """Send once the client has read. Raises ClientDisconnected after a close, which may be the server's own."""
        await self.writable.wait()
        if self.close_sent:
            raise ClientDisconnected
        await super().send(message)

    def keepalive_timeout(self) -> None:
        """Disconnect a client that answers no ping: one that reads nothing would keep a closing socket for ever."""
        super().keepalive_timeout()
        self.transport.abort()

    def _refuse_handshake(self) -> None:
        """Answer a request that the library can't read, such as one of 129 headers: it leaves it without an answer."""
        self.transport.write(NO_HANDSHAKE)
        self.transport.close()

    def _leave(self) -> None:
        """Send the close code, and read on for a while: closing at once would lose it."""
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": int(CloseCode.TOO_MANY_MESSAGES)})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.close_timer = self.loop.call_later(LINGER_S, self.transport.abort)
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
