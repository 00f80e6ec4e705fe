"""Asks for the right of whoever gave a command where the command takes effect, for which it may have waited long."""

from collections.abc import Callable
from contextvars import ContextVar

right_at_effect: ContextVar[Callable[[], object] | None] = ContextVar("right_at_effect", default=None)
"""Raises what the one who gave this task's command is told if the right is lost; None for what nobody commanded."""


def confirm_right() -> None:
    """Ask for the right, in the database thread, once the command holds the row that it changes."""
    confirm = right_at_effect.get()
    if confirm is not None:
        confirm()
