"""What a server tells of a request beyond its ASGI scope, so that it can be shown as it was sent."""

from collections.abc import Callable
from dataclasses import dataclass, field

RECEIVED = "greenroom.received"
"""The key of a `ReceivedHead` in the extensions of an ASGI scope."""
IN_PROCESS = "Greenroom"
"""The server of a request of this app to itself."""


@dataclass(frozen=True, slots=True)
class ReceivedHead:
    """A request's headers as sent; its repr shows none of them."""

    server: str
    """``Daphne``, ``uvicorn``, or `IN_PROCESS`."""
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    """In their order and case, repeated ones and names with underscores too."""
    break_off: Callable[[], object] | None = None
    """Closes the connection without ending the answer; None: it breaks off if the application just returns."""
    body_parts: tuple[tuple[int, int], ...] | None = None
    """``(t_ms, bytes)`` since the headers were there, of a body that arrived before the application was called; None:
    the application is given the parts as they arrive.
    """
    is_body_broken_off: bool = False
    """Whether the client left before all of the body had come, and before the application was called."""
    headers_at: float | None = None
    """When the headers were there, by ``time.monotonic``; None: just before the application is called."""
    answer_verbatim: Callable[[bytes], object] | None = None
    """Takes the answer's reason phrase, and has the server send it with the application's headers alone; None: a server
    that sends no line and headers of its own.
    """
