"""HTTP under uvicorn: limits headers, how long they take, how small chunks are, and how long answers stay unread."""

import asyncio
from typing import Any, NoReturn

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from dashboard.body_limits import REQUEST_S, TOO_MANY_CHUNKS, UNREAD_S, is_mostly_framing
from dashboard.open_connections import open_connections
from playground.engine.received_request import RECEIVED, ReceivedHead

HEADERS_BYTES = 16 * 1024
"""The most bytes of a request's line and headers, as Twisted takes them."""
TOO_LARGE_HEADERS = f"The request's headers are too large: at most {HEADERS_BYTES:,} bytes are taken."


class CountedConnection(h11.Connection):
    """Raises RemoteProtocolError for too large headers, and for chunks that hold too little of their body."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, HEADERS_BYTES)
        self.refusal = ""
        """Why the connection is refused, for its client."""
        self.sent_headers: tuple[tuple[bytes, bytes], ...] = ()
        """The newest request's headers, in the case in which they were sent."""
        self.verbatim: tuple[bytes, int] | None = None
        """The reason phrase of an answer to be sent verbatim, and how many headers uvicorn puts before the answer's."""
        self._received = 0
        self._body = 0

    def receive_data(self, data: bytes) -> None:
        self._received += len(data)
        super().receive_data(data)

    def next_event(self) -> Any:
        event = super().next_event()
        unread = len(self._receive_buffer)
        if isinstance(event, h11.Request):
            self._received, self._body = unread, 0
            self.sent_headers = tuple(event.headers.raw_items())
            if _size(event) > HEADERS_BYTES:  # h11 bounds only what hasn't arrived as a whole
                self._refuse(TOO_LARGE_HEADERS)
        elif isinstance(event, h11.Data):
            self._body += len(event.data)
            if is_mostly_framing(self._received - unread, self._body):
                self._refuse(TOO_MANY_CHUNKS.message)
        return event

    def send(self, event: Any) -> Any:
        if isinstance(event, h11.Response) and self.verbatim is not None:
            reason, defaults = self.verbatim
            headers = event.headers.raw_items()[defaults:]
            event = h11.Response(status_code=event.status_code, headers=headers, reason=reason)
        return super().send(event)

    def _refuse(self, refusal: str) -> NoReturn:
        self.refusal = refusal
        raise h11.RemoteProtocolError(refusal)


def _size(request: h11.Request) -> int:
    return len(request.target) + sum(len(name) + len(value) for name, value in request.headers)


class BoundedRequests(H11Protocol):
    """A connection on which the headers of each request must arrive in time, and answers be read.

    `BoundedBodies` sees to the bodies.
    """

    conn: CountedConnection

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = CountedConnection()
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self.app = self._with_head(self.app)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        self._start_clock()
        if not open_connections().enter(self, self.client[0] if self.client else ""):
            transport.abort()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        open_connections().leave(self)
        super().handle_websocket_upgrade(event)

    def data_received(self, data: bytes) -> None:
        self._start_clock()
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_clock()

    def send_400_response(self, msg: str) -> None:
        super().send_400_response(self.conn.refusal or msg)
        self._await_reader()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_awaiting_reader()

    def on_response_complete(self) -> None:
        self._await_reader()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        self._stop_awaiting_reader()
        open_connections().leave(self)
        super().connection_lost(exc)

    def _with_head(self, application: Any) -> Any:
        """Return the application with a `ReceivedHead` in its scope. While it is called, h11 reads no other request."""

        async def application_with_head(scope: Any, receive: Any, send: Any) -> None:
            self.conn.verbatim = None
            head = ReceivedHead(
                "uvicorn",
                self.conn.sent_headers,
                self.transport.close,
                answer_verbatim=self._answer_verbatim,
            )
            await application({**scope, "extensions": {RECEIVED: head}}, receive, send)

        return application_with_head

    def _answer_verbatim(self, reason: bytes) -> None:
        self.conn.verbatim = (reason, len(self.server_state.default_headers))

    def _start_clock(self) -> None:
        if self._deadline is None and self.conn.their_state is h11.IDLE:
            self._deadline = self.loop.call_later(REQUEST_S, self.transport.close)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _await_reader(self) -> None:
        """Disconnect the client in `UNREAD_S` unless it reads on: closing waits for what is sent to be read."""
        self._stop_awaiting_reader()
        self._unread = self.loop.call_later(UNREAD_S, self._end_unread)

    def _stop_awaiting_reader(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _end_unread(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()
