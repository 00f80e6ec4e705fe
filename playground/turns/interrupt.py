"""The signal by which a turn is cut."""

import asyncio

from playground.turns.plan import Interrupt


class InterruptSignal:
    """Asked for once; asked for again only by the end of the conversation, which nothing holds back.

    Both futures belong to the event loop of the turn.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.asked: asyncio.Future[Interrupt] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()

    def ask(self, interrupt: Interrupt) -> None:
        """Cut the voice as soon as the barge-in rules let it through; what was asked for first stands."""
        if interrupt.is_final and not self.ended.done():
            self.ended.set_result(None)
        if not self.asked.done():
            self.asked.set_result(interrupt)
