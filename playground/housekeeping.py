"""This process's housekeeping: purges deleted conversations and personas, unused trials, and what the retention says.

Every process does it: the rows have the times, and what another process has purged is no work.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from personas import tidying
from playground.failures import FailureLog
from playground.runner import runner
from playground.storage.database_thread import in_database_thread
from playground.storage.persona_health import forget_old_counts
from playground.storage.purge import (
    due_conversations,
    due_trials,
    purge_if_due,
    purge_old,
    purge_trial_if_due,
)
from playground.tasks import keep_doing, start_task

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
"""How much later than it is due a deleted conversation may be purged."""
PERSONAS_EVERY_S = 60.0
"""How often deleted personas and unused trials are looked for. Nobody sees them meanwhile, or a trial stays longer."""
RETENTION_EVERY_S = 600.0
"""How often what is older than the retention is looked for, and how long after the start first: a wrong
RETENTION_DAYS can be taken back before it deletes anything."""
COUNTS_EVERY_S = 3600.0
"""How often counts that no page shows any more are deleted."""


class Housekeeping:
    """Looks again and again between ``start`` and ``stop``."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._keep_doing(purge_conversations, LOOK_EVERY_S, "purging conversations")
        self._keep_doing(purge_personas, PERSONAS_EVERY_S, "purging personas")
        self._keep_doing(forget_counts, COUNTS_EVERY_S, "forgetting old counts")
        if settings.RETENTION_DAYS:
            self._keep_doing(purge_all_old, RETENTION_EVERY_S, "retention")

    def _keep_doing(self, work: Callable[[], Awaitable[None]], every_s: float, doing: str) -> None:
        repeated = keep_doing(work, every_s=every_s, failures=FailureLog(logger, doing=doing))
        self._tasks.append(start_task(repeated, name=doing))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()


async def purge_conversations() -> None:
    """Stop the turns of deleted conversations whose time is over, then purge them. Raises DatabaseError."""
    for conversation_id in await in_database_thread(due_conversations)(timezone.now()):
        await runner().end(conversation_id)
        await in_database_thread(purge_if_due)(conversation_id, timezone.now())


async def purge_personas() -> None:
    """Purge some deleted personas, and some trials that are deleted or unused. Raises DatabaseError."""
    now = timezone.now()
    await in_database_thread(tidying.purge_deleted)(now)
    for persona_id in await in_database_thread(due_trials)(now):
        await in_database_thread(purge_trial_if_due)(persona_id, now)


async def forget_counts() -> None:
    await in_database_thread(forget_old_counts)(timezone.now())


async def purge_all_old() -> None:
    """Purge what is older than the retention, part by part. Raises DatabaseError."""
    has_more = True
    while has_more:
        before = timezone.now() - timedelta(days=settings.RETENTION_DAYS)
        has_more = await in_database_thread(purge_old)(before)
