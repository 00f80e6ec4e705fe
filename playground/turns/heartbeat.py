"""The heartbeat of this process: leases, interrupts that another process left in a row, turns whose process died.

It also takes back the rows of its own turns that another process closed, because this one hung or was cut off.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress

from playground.engine.errors.codes import CommandError
from playground.failures import FailureLog
from playground.storage import leases
from playground.storage.database_thread import OwnDatabaseThread
from playground.storage.reclaim import reclaim_turns
from playground.tasks import keep_doing, start_task
from playground.turns.interrupt import Interrupt
from playground.turns.running_turn import LiveTurn

logger = logging.getLogger(__name__)

STOPPING_S = 0.5
"""How long the job under way may take once the process is to stop."""


class Heartbeat:
    """Every HEARTBEAT_S, between ``start`` and ``stop``, in a thread of its own: no command may delay a lease."""

    def __init__(
        self,
        turns: Callable[[], Collection[LiveTurn]],
        *,
        tell_closed: Callable[[leases.ClosedOrphan], Awaitable[None]],
        events_of_closing: leases.EventsOf,
        revive: Callable[[LiveTurn, int | None], Awaitable[None]],
        is_only_process: bool,
    ) -> None:
        """``turns`` returns those that run in this process. ``tell_closed`` tells all viewers of one closed here.

        ``revive`` is called for each that another process closed, with the ``seq`` to go on from, or None.
        """
        self._turns = turns
        self._tell_closed = tell_closed
        self._events_of_closing = events_of_closing
        self._revive = revive
        self._is_only_process = is_only_process
        self._thread = OwnDatabaseThread("heartbeat")
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if not self._is_only_process:
            leases.reach.mark()
        failures = FailureLog(logger, doing="housekeeping")
        beating = keep_doing(self._keep_house, every_s=leases.HEARTBEAT_S, failures=failures)
        self._task = start_task(beating, name="heartbeat")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        with suppress(TimeoutError):  # the database may hang
            async with asyncio.timeout(STOPPING_S):
                await self._thread.stop()
        leases.reach.forget()

    async def _keep_house(self) -> None:
        turns = {live.plan.turn_id: live for live in self._turns()}
        if turns:
            for turn_id, is_final in await self._thread.do(leases.renew_leases, list(turns)):
                _cut(turns[turn_id], Interrupt(is_final=is_final))
        if self._is_only_process:
            return
        if turns:
            for turn in await self._thread.do(reclaim_turns, list(turns)):
                await self._revive(turns[turn.turn_id], turn.last_seq)
        for orphan in await self._thread.do(leases.close_orphans_if_reached, self._events_of_closing):
            await self._tell_closed(orphan)


def _cut(live: LiveTurn, interrupt: Interrupt) -> None:
    """Cut a turn for a viewer in another process, who can't be told that the persona forbids it."""
    try:
        live.cut(interrupt)
    except CommandError as refusal:
        logger.info("An interrupt of turn %s was refused (%s).", live.plan.turn_id, refusal.code)
