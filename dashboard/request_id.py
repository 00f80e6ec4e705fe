"""The current request's id: in every log line, response and error page."""

from contextvars import ContextVar
from random import getrandbits

_current: ContextVar[str] = ContextVar("request_id", default="")


def begin_request() -> str:
    """Give the current request a new id; a client's own id is not trusted."""
    # An id guards nothing, and after a system call for randomness the event loop waits for the interpreter's lock.
    request_id = f"{getrandbits(128):032x}"
    _current.set(request_id)
    return request_id


def current_request_id() -> str:
    """Return the current id; empty outside a request."""
    return _current.get()
