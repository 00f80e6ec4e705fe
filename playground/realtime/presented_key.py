"""Holds the API key that a command came in with; every task that the command starts sees it, to count by key."""

from contextvars import ContextVar

presented_key: ContextVar[str] = ContextVar("presented_key", default="")
"""How the key begins (it is no secret), or empty: a session."""
