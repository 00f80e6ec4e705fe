"""Daphne's end of a WebSocket: its limits bind what comes in, and what goes out waits for a reader."""

import asyncio
from typing import Any

from daphne.ws_protocol import WebSocketProtocol


class SocketProtocol(WebSocketProtocol):
    """Tells Daphne's application when the client has read what was sent, and passes the reason of a close on.

    It is the push producer of its transport: Twisted pauses it while more than 64 KiB wait to be sent.
    """

    maxMessagePayloadSize: int
    _writable: asyncio.Event | None = None

    def onOpen(self) -> None:
        super().onOpen()
        self._writable = asyncio.Event()
        self._writable.set()
        self.transport.unregisterProducer()  # the HTTP channel's, which would stop reading while nothing is read
        self.transport.registerProducer(self, True)

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
        """Wait until everything sent has left the process's buffers for the kernel, or the socket has closed."""
        if self._writable is not None:
            await self._writable.wait()

    def sendMessage(self, payload: bytes, *args: Any, **kwargs: Any) -> None:
        # The library applies its limit on incoming messages to outgoing ones too.
        limit, self.maxMessagePayloadSize = self.maxMessagePayloadSize, 0
        try:
            super().sendMessage(payload, *args, **kwargs)
        finally:
            self.maxMessagePayloadSize = limit

    def handle_reply(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.close" and self.state == self.STATE_OPEN:
            self.sendClose(code=message.get("code", 1000), reason=message.get("reason"))
            return
        super().handle_reply(message)
