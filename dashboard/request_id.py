"""The id of the request that is being answered: in every log line, answer and error page."""

from contextvars import ContextVar
from uuid import uuid4

_current: ContextVar[str] = ContextVar("request_id", default="")


def begin_request() -> str:
    """Give the running request an id of its own; one that the client sends is not trusted."""
    request_id = uuid4().hex
    _current.set(request_id)
    return request_id


def current_request_id() -> str:
    """Empty outside a request."""
    return _current.get()
