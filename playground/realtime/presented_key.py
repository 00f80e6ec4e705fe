"""The API key with which a command came in, visible to every task that the command starts, for limits per key."""

from contextvars import ContextVar

presented_key: ContextVar[str] = ContextVar("presented_key", default="")
"""The key's prefix (not secret), or empty for a session."""
