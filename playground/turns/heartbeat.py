"""The heartbeat of this process: leases, interrupts that another process left in a row, turns whose process died."""

import asyncio
import logging
from collections.abc import Callable, Collection

from playground.failures import log_failure
from playground.storage import leases
from playground.storage.database_thread import in_database_thread
from playground.tasks import start_task
from playground.turns.interrupt import Interrupt
from playground.turns.running_turn import LiveTurn

logger = logging.getLogger(__name__)


class Heartbeat:
    """Every HEARTBEAT_S, between ``start`` and ``stop``."""

    def __init__(self, turns: Callable[[], Collection[LiveTurn]], *, is_only_process: bool) -> None:
        """``turns`` returns those that run in this process."""
        self._turns = turns
        self._is_only_process = is_only_process
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = start_task(self._beat(), name="heartbeat")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(leases.HEARTBEAT_S)
            try:
                await self._keep_house()
            except Exception as error:
                log_failure(logger, error, doing="housekeeping")

    async def _keep_house(self) -> None:
        turns = {live.plan.turn_id: live for live in self._turns()}
        if turns:
            for turn_id in await in_database_thread(leases.renew_leases)(list(turns)):
                turns[turn_id].cut(Interrupt())
        if not self._is_only_process:
            await in_database_thread(leases.close_left_turns)(is_only_process=False)
