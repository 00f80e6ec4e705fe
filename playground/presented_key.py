"""Which API key a command came in with, for whoever counts by key: known to all that the command starts."""

from contextvars import ContextVar

presented_key: ContextVar[str] = ContextVar("presented_key", default="")
"""How the key begins (it is no secret), or empty: a session."""
