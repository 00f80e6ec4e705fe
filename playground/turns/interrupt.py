"""Interrupts a turn: the viewer's request, and the signal that carries it to the turn."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from playground.engine.errors.codes import GreenroomError


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A request to cut the voice. ``at_offset``: the last offset in the raw text that counts as heard.

    Beyond what is heard so far, the interrupt waits until the voice gets there.
    """

    at_offset: int | None = None
    is_final: bool = False
    """The conversation ends, or the answer is too long: no barge-in rule applies."""
    error: GreenroomError | None = None
    """The error that cuts the voice, or None for a viewer's interrupt."""


def _tell_nobody() -> None:
    """Ignore it: the turn has not begun, or is over."""


class InterruptSignal:
    """An interrupt that is set once; only the end of the conversation can replace it.

    Both futures belong to the turn's event loop.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.asked: asyncio.Future[Interrupt] = loop.create_future()
        self.ended: asyncio.Future[Interrupt] = loop.create_future()
        self.waits_at: int | None = None
        """The offset that the voice has to get to before the turn is interrupted; None without such an interrupt."""
        self.on_wait: Callable[[], None] = _tell_nobody
        """Called after each change of ``waits_at``."""

    def wait(self, at_offset: int | None) -> None:
        """Interrupt once the voice gets to this offset, in place of an interrupt that waits; None: take it back."""
        self.waits_at = at_offset
        self.on_wait()

    def ask(self, interrupt: Interrupt) -> None:
        """Cut the voice as soon as the barge-in rules allow; the first request wins."""
        if interrupt.is_final and not self.ended.done():
            self.ended.set_result(interrupt)
        if not self.asked.done():
            self.asked.set_result(interrupt)
