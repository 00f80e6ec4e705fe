"""Turns of this process that another closed, because it took this process for dead, and that go on here."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from playground.engine.errors.codes import Code, GreenroomError
from playground.realtime.hub import Hub
from playground.tasks import start_task
from playground.turns.interrupt import Interrupt
from playground.turns.running_turn import LiveTurn

GONE_ON = GreenroomError(
    Code.CANCELLED,
    "Nothing was heard of this turn's server process for a while, and the conversation has gone on, or ended, "
    "without it. Say it again if you need the rest of the answer.",
)


class Others(Protocol):
    """The other processes: the relay."""

    def mute_turn(self, conversation_id: str) -> None: ...
    async def have_shown_anew(self, conversation_id: str) -> None: ...


class RevivedTurns:
    """Each goes on where its row was taken back, and ends at once where the conversation has gone on without it."""

    def __init__(
        self, hub: Hub, *, others: Others | None, keep: Callable[["asyncio.Task[None]"], None]
    ) -> None:
        """``others``: None in the only process. ``keep`` owns what must be done before the process stops."""
        self._hub = hub
        self._others = others
        self._keep = keep

    async def revive(self, live: LiveTurn, last_seq: int | None) -> None:
        """Go on after the row's ``last_seq``; None if the row stays closed, and so the turn has to end."""
        if last_seq is None:
            self.give_up(live)
            return
        live.resume(last_seq)
        await self._show_anew(live.plan.conversation_id)

    def give_up(self, live: LiveTurn) -> None:
        """End the turn at once; every viewer is shown its end when it is stored."""
        self._mute(live)
        live.cut(Interrupt(is_final=True, error=GONE_ON))

    def tell_late_end(self, live: LiveTurn, has_newer: bool) -> None:
        """Have every viewer shown an end that has replaced the turn's closing by another process."""
        if has_newer:
            self._mute(live)
        self._keep(start_task(self._show_anew(live.plan.conversation_id), name="end of a revived turn"))

    def _mute(self, live: LiveTurn) -> None:
        """Tell no other process more of the turn: the newer one's owner gives the ``seq``."""
        if live.mute() and self._others is not None:
            self._others.mute_turn(live.plan.conversation_id)

    async def _show_anew(self, conversation_id: str) -> None:
        self._hub.show_anew(conversation_id)
        if self._others is not None:
            await self._others.have_shown_anew(conversation_id)
