"""uvicorn's end of a WebSocket: limits what comes in, and lets the kernel buffer little of what goes out."""

import logging
import socket
from asyncio import BaseTransport
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.server import ServerProtocol

from dashboard.body_limits import LINGER_S
from dashboard.socket_limits import FLOOD_REASON, FRAMES, FRAMES_WITHIN_S, KERNEL_BYTES
from playground.realtime.close_codes import CloseCode
from playground.realtime.commands import MESSAGE_BYTES
from playground.realtime.message_rate import MessageRate

logger = logging.getLogger("uvicorn.error")


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

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.is_flooded and not self.close_sent:
            self._leave()

    def keepalive_timeout(self) -> None:
        """Disconnect a client that answers no ping: one that reads nothing would keep a closing socket for ever."""
        super().keepalive_timeout()
        self.transport.abort()

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
