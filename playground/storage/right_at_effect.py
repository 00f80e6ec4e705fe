"""Asks for a command's right again where the command takes effect: it may have waited for that."""

from collections.abc import Callable
from contextvars import ContextVar

right_at_effect: ContextVar[Callable[[], object] | None] = ContextVar("right_at_effect", default=None)
"""Raises the command's refusal if its right is lost; None where the task carries out no command."""


def confirm_right() -> None:
    """Ask for the right, in the database thread, once the command holds the row that it changes."""
    confirm = right_at_effect.get()
    if confirm is not None:
        confirm()
