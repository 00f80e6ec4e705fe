"""How a turn is cut: what a viewer asks for, and the signal that carries it to the turn."""

import asyncio
from dataclasses import dataclass

from playground.engine.errors.codes import GreenroomError


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A wish to cut the voice; ``at_offset`` is the last place of the raw text that counts as heard."""

    at_offset: int | None = None
    is_final: bool = False
    """The conversation ends, or the answer is too long: no barge-in rule holds it back."""
    error: GreenroomError | None = None
    """Why the voice is cut, or None if a viewer wants it."""


class InterruptSignal:
    """Asked for once; asked for again only by the end of the conversation, which nothing holds back.

    Both futures belong to the event loop of the turn.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.asked: asyncio.Future[Interrupt] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()

    def ask(self, interrupt: Interrupt) -> None:
        """Cut the voice as soon as the barge-in rules let it through; the first request wins."""
        if interrupt.is_final and not self.ended.done():
            self.ended.set_result(None)
        if not self.asked.done():
            self.asked.set_result(interrupt)
