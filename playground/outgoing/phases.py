"""Records when each phase of a request began and ended: name lookup, connection, TLS, sending, headers.

The recording is a context variable, so that whatever works on a request marks its own moment: the resolver, the socket
factory, the TLS handshake and the transports.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum


class Moment(StrEnum):
    """A moment of a request, in the order in which they come; not each request has all of them."""

    STARTED = "started"
    LOOKUP_STARTED = "lookup_started"
    LOOKUP_ENDED = "lookup_ended"
    CONNECT_STARTED = "connect_started"
    TLS_STARTED = "tls_started"
    CONNECTED = "connected"
    """The connection can be used, with TLS if it has it."""
    REUSED = "reused"
    """A kept connection is used: no lookup, no connection, no TLS."""
    IN_PROCESS = "in_process"
    """The endpoint is this app's own: there is no connection."""
    SENT = "sent"
    HEADERS = "headers"


_RECORDED_AGAIN = frozenset({Moment.LOOKUP_ENDED, Moment.CONNECTED, Moment.SENT})
"""Their last occurrence counts, of the others the first: a name may have several addresses, a body several parts."""

_recording: ContextVar["Phases | None"] = ContextVar("phases", default=None)


def _tell_nobody() -> None:
    """Ignore it."""


class Phases:
    """The moments of one request by the event loop's clock, in s; ``on_new`` is called at each one's first occurrence
    before the headers, with which the answer tells them all.
    """

    def __init__(self, on_new: Callable[[], object]) -> None:
        self.moments: dict[Moment, float] = {}
        self.on_new = on_new

    def mark(self, moment: Moment) -> None:
        is_new = moment not in self.moments
        if is_new or moment in _RECORDED_AGAIN:
            self.moments[moment] = asyncio.get_running_loop().time()
        if is_new and moment is not Moment.HEADERS:
            self.on_new()

    def since(self, started_at: float) -> tuple[tuple[str, int], ...]:
        """Return the moments in order, each with whole ms since ``started_at`` (the event loop's time)."""
        in_order = sorted(self.moments.items(), key=lambda moment: moment[1])
        return tuple((str(moment), round((at - started_at) * 1000)) for moment, at in in_order)


@contextmanager
def recorded_phases(on_new: Callable[[], object] = _tell_nobody) -> Iterator[Phases]:
    """Record the phases of the request that is sent inside.

    What began there has a copy of its context, and so the recording: a kept connection for as long as it lives, the
    event loop's timer until it is due, though it was cancelled. They keep nobody who was told.
    """
    phases = Phases(on_new)
    phases.mark(Moment.STARTED)
    token = _recording.set(phases)
    try:
        yield phases
    finally:
        _recording.reset(token)
        phases.on_new = _tell_nobody


def mark(moment: Moment) -> None:
    """Mark a moment of the request being sent, if it is recorded."""
    if (phases := _recording.get()) is not None:
        phases.mark(moment)


class TimedHandshake(ssl.SSLObject):
    """A TLS connection that marks when its handshake begins: set as ``SSLContext.sslobject_class``."""

    def do_handshake(self) -> None:
        mark(Moment.TLS_STARTED)
        super().do_handshake()
