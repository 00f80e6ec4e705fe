"""HTTP for `serve`: bodies are limited and timed as they arrive, and no form is parsed on the event loop.

Twisted limits the rest: 16 KiB for the request line and all headers, 500 headers, 64 KiB of trailers, and 60 seconds
without data.
"""

import asyncio
from io import BytesIO
from time import monotonic
from typing import Any
from urllib.parse import unquote

from daphne.http_protocol import WebRequest
from django.conf import settings
from twisted.web.http import HTTPChannel

from dashboard.bodies_under_way import BodiesUnderWay
from dashboard.body_limits import (
    REQUEST_S,
    TOO_MANY_CHUNKS,
    TOO_SLOW,
    UNREAD_S,
    Refusal,
    is_mostly_framing,
    most_bytes,
    too_large,
)
from dashboard.client_addresses import client_address
from dashboard.lingering import Lingering, Timer
from dashboard.open_connections import open_connections
from playground.engine.limits import KIB
from playground.engine.received_request import ReceivedHead
from playground.inspectors.front_door import INSPECT_PATH

FRAMING_HEADERS = frozenset({b"connection", b"transfer-encoding"})
"""What Twisted itself says of how an answer is sent."""
PARTS = 1_000
"""Of how many parts of a body it is noted when they arrived; later ones count as one."""
HEADERS_READ_BYTES = 8 * KIB
"""The most bytes of one read before a connection's first headers are complete."""
BODY_READ_BYTES = 64 * KIB
"""The most bytes of one read after them."""
NO_WHOLE_HEADERS = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


bodies = BodiesUnderWay()


class BoundedRequest(WebRequest):
    """Counts its body as it arrives, against its path's limit. Only Django parses forms, off the event loop."""

    def __init__(self, channel: "BoundedChannel", queued: object) -> None:
        super().__init__(channel, queued, parsePOSTFormSubmission=False)
        self.refusal: Refusal | None = None
        self.is_broken_off = False
        """Whether the client left before all of the body had come."""
        self.received = 0
        self.sent_headers: list[tuple[bytes, bytes]] = []
        """The headers as sent: Twisted groups its own by names, and changes their case."""
        self.verbatim_headers: list[tuple[bytes, bytes]] | None = None
        """The headers of an answer that is sent verbatim."""
        self._verbatim_reason: bytes | None = None
        self._headers_at = 0.0
        self._parts: list[tuple[int, int]] = []
        self._most = 0
        self._under_way = bodies.body("")

    def gotLength(self, length: int | None) -> None:
        """Start the body after the headers; ``length`` is None for a chunked body."""
        self._headers_at = monotonic()
        self.channel.transport.bufferSize = BODY_READ_BYTES
        self._most = most_bytes(unquote(self.channel.requested_path))
        self._under_way = bodies.body(self._client_address())
        if length is not None and length > self._most:
            self.channel.refuse(too_large(self._most))
        self.content = BytesIO()  # Twisted would make a file for a longer one, on the event loop

    def handleContentChunk(self, data: bytes) -> None:
        self.received += len(data)
        self._note_part(len(data))
        if self.refusal is None and self.received > self._most:
            self.channel.refuse(too_large(self._most))
        if self.refusal is None and (refusal := self._under_way.take(len(data))) is not None:
            self.channel.refuse(refusal)
        if self.refusal is None:
            super().handleContentChunk(data)

    @property
    def head(self) -> ReceivedHead:
        """What a scope lacks: Daphne leaves out the headers with an underscore in their names."""
        return ReceivedHead(
            "Daphne",
            tuple(self.sent_headers),
            self._break_off,
            tuple(self._parts),
            is_body_broken_off=self.is_broken_off,
            headers_at=self._headers_at,
            answer_verbatim=self._answer_verbatim,
        )

    def process(self) -> None:
        """Hand the request on; its body is then the application's alone."""
        super().process()
        self.content = BytesIO()

    def finish(self) -> None:
        self._under_way.give_back()
        super().finish()

    def connectionLost(self, reason: Any) -> None:
        self._under_way.give_back()
        super().connectionLost(reason)

    async def until_read(self) -> None:
        """Wait while the client leaves more than 64 KiB of what it was sent unread (Twisted's buffer)."""
        if not self.finished and self.channel is not None:
            await self.channel.is_read.wait()

    def handle_reply(self, message: dict[str, Any]) -> None:
        super().handle_reply(message)
        if message["type"] == "http.response.start" and self._verbatim_reason is not None:
            self.setResponseCode(message["status"], self._verbatim_reason)
            self.verbatim_headers = list(message["headers"])

    def _answer_verbatim(self, reason: bytes) -> None:
        self._verbatim_reason = reason

    def _note_part(self, size: int) -> None:
        t_ms = round((monotonic() - self._headers_at) * 1000)
        if self._parts and (self._parts[-1][0] == t_ms or len(self._parts) >= PARTS):
            t_ms, earlier = self._parts.pop()
            size += earlier
        self._parts.append((t_ms, size))

    def _break_off(self) -> None:
        if self.channel is not None:
            self.channel.loseConnection()

    def _client_address(self) -> str:
        forwarded = b",".join(self.requestHeaders.getRawHeaders(b"x-forwarded-for", [])).decode("latin-1")
        peer = getattr(self.channel.getPeer(), "host", "")
        return client_address(peer, forwarded, is_behind_proxy=settings.BEHIND_PROXY)

    def handle_exception(self, exception: Exception) -> None:
        """Break off the begun response of a failed application, so that its client sees that it is incomplete.

        Daphne would raise here, and then never watch any connection's timeout again.
        """
        if not self._response_started:
            super().handle_exception(exception)
        elif self.channel is not None:
            self.channel.loseConnection()


class BoundedChannel(HTTPChannel):
    """A connection whose requests must arrive in time; after a refusal it takes no more and closes.

    One beyond the limits of the process or of its address is closed at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self._deadline: Timer | None = None
        self._unread: Timer | None = None
        self._received = 0
        self._is_refused = False
        self._lingering: Lingering | None = None
        self.is_read = asyncio.Event()
        """Set while the client reads what it is sent."""
        self.is_read.set()

    @property
    def requested_path(self) -> str:
        path: bytes = self._path.partition(b"?")[0]
        return path.decode("latin-1")

    def connectionMade(self) -> None:
        self.transport.bufferSize = HEADERS_READ_BYTES
        self.requestFactory = BoundedRequest  # Daphne's factory has just named its own
        super().connectionMade()
        if not open_connections().enter(self.transport, getattr(self.getPeer(), "host", "")):
            self.transport.abortConnection()

    def headerReceived(self, line: bytes) -> bool:
        """Keep the header as sent, unless it makes the request one that can't be read."""
        request, is_valid = self.requests[-1], super().headerReceived(line)
        if is_valid:
            name, _, value = line.partition(b":")
            request.sent_headers.append((name, value.strip(b" \t")))
        return bool(is_valid)

    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Any) -> None:
        """Write an answer's line and headers; Twisted would group them by names, of which it changes the case."""
        answer_headers = self.requests[0].verbatim_headers
        if answer_headers is None:
            super().writeHeaders(version, code, reason, headers)
            return
        framing = [
            (name, value)
            for name, values in headers.getAllRawHeaders()
            if name.lower() in FRAMING_HEADERS
            for value in values
        ]
        lines = [name + b": " + b" ".join(value.splitlines()) for name, value in (*answer_headers, *framing)]
        status_line = b" ".join((version, code, b" ".join(reason.splitlines())))
        self.transport.write(b"\r\n".join((status_line, *lines, b"", b"")))

    def dataReceived(self, data: bytes) -> None:
        if self._deadline is None and not self._handlingRequest:
            self._deadline = self.callLater(REQUEST_S, self._end_waiting)
        super().dataReceived(data)

    def rawDataReceived(self, data: bytes) -> None:
        if self._is_refused and self._handlingRequest:
            return
        self._received += len(data)
        super().rawDataReceived(data)
        if self._handlingRequest or not self.requests:
            return
        self.factory.body_turns.end_turn(self)
        request = self.requests[-1]
        if request.refusal is None and is_mostly_framing(self._received, request.received):
            self.refuse(TOO_MANY_CHUNKS)
        if request.refusal is not None:
            self.allContentReceived()

    def allContentReceived(self) -> None:
        """Handle the request from here on, even if some of it is still to come."""
        self._received = 0
        self._stop_clock()
        if self._is_refused:
            self._networkProducer.pauseProducing()
        super().allContentReceived()

    def refuse(self, refusal: Refusal) -> None:
        """Answer the newest request with the refusal, without its body, as the connection's last."""
        request = self.requests[-1]
        request.refusal = refusal
        request.content = BytesIO()
        request.requestHeaders.removeHeader(b"Expect")
        request.requestHeaders.removeHeader(b"Upgrade")
        request.responseHeaders.removeHeader(b"Connection")  # the answer says it itself
        self._is_refused = True
        self.persistent = False
        self.length = 0

    def loseConnection(self) -> None:
        if not self._is_refused or self._lingering is not None:
            super().loseConnection()
            return
        self._networkProducer.unregisterProducer()
        self._lingering = Lingering(self.transport, self.callLater)

    def pause_body(self) -> None:
        self._networkProducer.pauseProducing()

    def resume_body(self) -> None:
        if not self._handlingRequest:
            self._networkProducer.resumeProducing()

    def pauseProducing(self) -> None:
        super().pauseProducing()
        self.is_read.clear()
        if self._unread is None:
            self._unread = self.callLater(UNREAD_S, self._end_unread)

    def resumeProducing(self) -> None:
        super().resumeProducing()
        self._go_on()

    def connectionLost(self, reason: Any) -> None:
        self._stop_clock()
        if self._lingering is not None:
            self._lingering.stop()
        self._go_on()
        if self._has_half_of_inspected():
            self._hand_on_half()
        open_connections().leave(self.transport)
        super().connectionLost(reason)

    def _has_half_of_inspected(self) -> bool:
        """Whether some of a request to an inspector is still to come."""
        has_headers = bool(self.requests) and self.requests[-1].content is not None
        is_under_way = has_headers and not self._handlingRequest
        return is_under_way and unquote(self.requested_path).startswith(INSPECT_PATH)

    def _hand_on_half(self) -> None:
        """Hand on what came of a request: an inspector records it too."""
        request = self.requests[-1]
        request.is_broken_off = True
        # Daphne would open a socket for it.
        request.requestHeaders.removeHeader(b"Upgrade")
        self.persistent = False
        self.allContentReceived()

    def _end_waiting(self) -> None:
        self._deadline = None
        if self.requests and self.requests[-1].content is not None:
            self.refuse(TOO_SLOW)
            self.allContentReceived()
            return
        self.transport.write(NO_WHOLE_HEADERS)
        self.loseConnection()

    def _go_on(self) -> None:
        self.is_read.set()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _end_unread(self) -> None:
        self._unread = None
        self.transport.abortConnection()

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
