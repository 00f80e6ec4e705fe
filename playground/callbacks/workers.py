"""The workers of this process that deliver callbacks: each takes one that is due, sends it, and stores what came of it.

They wait for receivers on the event loop and use the database in a thread of their own, so that no receiver and no
backlog delays a turn. One person's receivers keep at most OF_ONE_OWNER of them waiting.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.utils import timezone

from playground.callbacks.delivery import deliver
from playground.engine.callback_events import NotDelivered
from playground.engine.callback_schedule import Attempt, verdict_on
from playground.failures import FailureLog, log_failure
from playground.per_loop import PerLoop
from playground.storage.database_thread import OwnDatabaseThread
from playground.storage.due_callbacks import DueCallback, claim_due, free_leases, give_back, settle
from playground.storage.purge import purge_callbacks
from playground.tasks import start_task

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How much later than it is due a callback may be sent."""
UNDER_WAY = 64
"""How many callbacks a process sends at the same time."""
OF_ONE_OWNER = 4
"""How many of them may be one person's."""
PRUNE_EVERY_S = 3600.0
"""How often what is older than CALLBACKS_KEPT_DAYS is deleted."""
STOPPING_S = 0.5
"""How long the database may take once the process is to stop."""

_SENTENCES = {
    NotDelivered.KEY_UNREADABLE: (
        "Its callback key cannot be decrypted with this server's keys, so nothing was sent. Make a new one, or put the "
        "key back into ENCRYPTION_KEYS."
    ),
    NotDelivered.INTERNAL: "Greenroom itself failed to send it: see the server's log.",
}


class Deliver(Protocol):
    """Sends a callback once: `delivery.deliver`."""

    def __call__(self, callback: DueCallback, *, at: datetime) -> Awaitable[Attempt]: ...


class CallbackWorkers:
    """Deliver between ``start`` and ``stop``, while the operator's setting allows it."""

    def __init__(
        self,
        *,
        deliver: Deliver = deliver,
        now: Callable[[], datetime] = timezone.now,
        pick: Callable[[], float] = random.random,
    ) -> None:
        self._deliver = deliver
        self._now = now
        self._pick = pick
        self._thread = OwnDatabaseThread("callbacks")
        self._looking: asyncio.Task[None] | None = None
        self._under_way: dict[str, tuple[DueCallback, asyncio.Task[None]]] = {}
        self._news = asyncio.Event()
        self._pruned_at: datetime | None = None
        self._has_left_leases = False
        """Whether a killed process may have left leases that no other process holds."""

    async def start(self, *, is_only_process: bool) -> None:
        """Begin to deliver; what the only process was sending when it was killed is due at once."""
        self._has_left_leases = is_only_process
        if settings.CALLBACKS:
            self._looking = start_task(self._keep_looking(), name="callbacks")

    async def stop(self) -> None:
        """Begin nothing more, break off what is under way, and leave it to others or to the next start."""
        under_way = dict(self._under_way)
        looking = [self._looking] if self._looking is not None else []
        tasks = [*looking, *(task for _, task in under_way.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._looking = None
        with suppress(TimeoutError):  # the database may hang
            async with asyncio.timeout(STOPPING_S):
                await self._give_back(list(under_way))
                await self._thread.stop()

    async def look(self) -> int:
        """Take what is due and send it in tasks; return how many were taken. Raises DatabaseError."""
        of_owner = Counter(callback.owner_id for callback, _ in self._under_way.values())
        most = UNDER_WAY - len(self._under_way)
        due = await self._thread.do(
            claim_due, self._now(), most=most, most_of_owner=OF_ONE_OWNER, under_way=of_owner
        )
        for callback in due:
            task = start_task(self._send(callback), name=f"callback {callback.webhook_id}")
            self._under_way[callback.lease] = callback, task
        return len(due)

    async def until_idle(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.wait([task for _, task in self._under_way.values()])

    async def _keep_looking(self) -> None:
        failures = FailureLog(logger, doing="delivering callbacks")
        while True:
            self._news.clear()
            try:
                if self._has_left_leases:
                    await self._thread.do(free_leases)
                    self._has_left_leases = False
                await self.look()
                await self._prune_sometimes()
            except Exception as error:
                failures.failed(error)
            else:
                failures.succeeded()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._news.wait()

    async def _send(self, callback: DueCallback) -> None:
        """Send it once and store what came of it; one that can't be stored is sent again when its lease ends."""
        try:
            attempt = await self._attempt(callback)
            verdict = verdict_on(attempt, callback.attempts, pick=self._pick)
            await self._thread.do(settle, callback, attempt, verdict)
        finally:
            self._under_way.pop(callback.lease, None)
            self._news.set()

    async def _attempt(self, callback: DueCallback) -> Attempt:
        at = self._now()
        if callback.problem is not None:
            return Attempt(at, problem=callback.problem, message=_SENTENCES[callback.problem])
        try:
            return await self._deliver(callback, at=at)
        except Exception as error:
            log_failure(logger, error, callback=callback.webhook_id)
            problem = NotDelivered.INTERNAL
            return Attempt(at, problem=problem, message=_SENTENCES[problem])

    async def _give_back(self, leases: list[str]) -> None:
        try:
            if leases:
                await self._thread.do(give_back, leases)
        except Exception as error:
            log_failure(logger, error, doing="leaving callbacks to others")

    async def _prune_sometimes(self) -> None:
        now = self._now()
        if self._pruned_at is not None and (now - self._pruned_at).total_seconds() < PRUNE_EVERY_S:
            return
        if not await self._thread.do(purge_callbacks, now - timedelta(days=settings.CALLBACKS_KEPT_DAYS)):
            self._pruned_at = now


_workers = PerLoop(CallbackWorkers)


def callback_workers() -> CallbackWorkers:
    """Return this event loop's workers."""
    return _workers.get()
