"""The current request's id: in every log line, response and error page."""

from contextvars import ContextVar
from uuid import uuid4

_current: ContextVar[str] = ContextVar("request_id", default="")


def begin_request() -> str:
    """Give the current request a new id; a client's own id is not trusted."""
    request_id = uuid4().hex
    _current.set(request_id)
    return request_id


def current_request_id() -> str:
    """Return the current id; empty outside a request."""
    return _current.get()
