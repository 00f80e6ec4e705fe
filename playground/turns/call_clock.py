"""Ends conversations whose properties say how long they last, or how long they wait for participants.

Every process looks every LOOK_EVERY_S, by its own clock: the rows have the deadlines, and one of them ends each.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from playground.failures import FailureLog
from playground.storage.call_ends import Ended, end_due_calls
from playground.storage.database_thread import in_database_thread
from playground.storage.presence import left_timeouts, note_present
from playground.tasks import keep_doing, start_task

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
"""How much later than its time a conversation may end."""


class CallClock:
    """Looks again and again between ``start`` and ``stop``."""

    def __init__(
        self,
        watched: Callable[[], Collection[str]],
        *,
        finish: Callable[[Ended], Awaitable[object]],
        now: Callable[[], datetime] = timezone.now,
    ) -> None:
        """``watched`` returns the conversations with a viewer here; ``finish`` stops the turn of an ended one."""
        self._watched = watched
        self._finish = finish
        self._now = now
        self._known: dict[str, float] = {}
        """The conversations with a viewer here that wait for participants, and their timeouts."""
        self._present: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        failures = FailureLog(logger, doing="looking for conversations that are over")
        looking = keep_doing(self.look, every_s=LOOK_EVERY_S, failures=failures)
        self._task = start_task(looking, name="call clock")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def left(self, conversation_id: str) -> None:
        """Forget the conversation: its last viewer in this process has left."""
        self._present.discard(conversation_id)
        self._known.pop(conversation_id, None)

    async def look(self) -> None:
        """Say who is there, then end what is due. Raises DatabaseError."""
        present = set(self._watched())
        known = {pk: timeout for pk, timeout in self._known.items() if pk in present}
        new = sorted(present - self._present)
        timeouts, ended = await in_database_thread(_look)(new, known, self._now())
        watched = present & set(self._watched())
        self._known = {pk: timeout for pk, timeout in timeouts.items() if pk in watched}
        self._present = watched
        for each in ended:
            await self._finish(each)


def _look(
    new: Sequence[str], known: Mapping[str, float], now: datetime
) -> tuple[dict[str, float], list[Ended]]:
    """Note the participants of these conversations; return the timeouts to note again, and what has ended."""
    timeouts: dict[str, float | None] = {**known, **(left_timeouts(new) if new else {})}
    note_present(timeouts, now)
    again = {pk: timeout_s for pk, timeout_s in timeouts.items() if timeout_s is not None}
    return again, end_due_calls(now)
