"""Ends a refused connection so that its client can read the refusal: what it still sends is dropped for a while."""

import socket
import sys
from collections.abc import Callable
from typing import Any, Protocol

from dashboard.body_limits import LINGER_S
from playground.engine.limits import MIB

DROP_EVERY_S = 0.02
"""The pause between two drops. Reading the rests of hundreds of bodies as they arrive would delay everybody else."""
DROP_BYTES = 4 * MIB
"""The most bytes of one drop."""

_DROP = socket.MSG_TRUNC if sys.platform == "linux" else 0
"""The flag by which Linux drops received bytes without copying them."""
_dropped = bytearray(DROP_BYTES)


class Timer(Protocol):
    def active(self) -> bool: ...

    def cancel(self) -> None: ...


class Lingering:
    """Sends what is still to be sent, and the end; closes when the client does, or after `LINGER_S`.

    Closing at once with unread bytes would reset the connection and lose the answer.
    """

    def __init__(self, transport: Any, call_later: Callable[[float, Callable[[], None]], Timer]) -> None:
        self._transport = transport
        self._call_later = call_later
        transport.pauseProducing()
        transport.loseWriteConnection()
        self._end = call_later(LINGER_S, transport.abortConnection)
        self._next = call_later(DROP_EVERY_S, self._drop)

    def stop(self) -> None:
        """Stop when the connection is lost."""
        for timer in (self._end, self._next):
            if timer.active():
                timer.cancel()

    def _drop(self) -> None:
        self._next = self._call_later(DROP_EVERY_S, self._drop)
        try:
            is_closed = not self._transport.getHandle().recv_into(_dropped, flags=_DROP)
        except BlockingIOError:
            return
        except OSError:
            is_closed = True
        if is_closed:
            self._transport.abortConnection()
