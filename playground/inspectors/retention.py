"""Deletes the requests of expired inspectors that aren't kept, and closes requests whose process died."""

import asyncio
import logging
from datetime import timedelta

from django.utils import timezone

from playground.failures import FailureLog
from playground.inspectors.bounds import ANSWER_S, BODY_S
from playground.models import InspectedRequest
from playground.storage.database_thread import in_database_thread
from playground.storage.purge import purge_requests_of_expired
from playground.tasks import start_task

logger = logging.getLogger(__name__)

EVERY_S = 60.0
"""How often a process looks for expired inspectors."""
LEFT_OPEN = timedelta(seconds=ANSWER_S + BODY_S + 60)
"""After this time no process can still be answering an open request."""


class Retention:
    """This process's housekeeping. Every process does it: what another has deleted is no work."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = start_task(self._keep_house(), name="housekeeping of inspectors")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep_house(self) -> None:
        failures = FailureLog(logger, doing="housekeeping of inspectors")
        while True:
            try:
                await in_database_thread(close_left_open)()
                await _delete_all_expired()
            except Exception as error:
                failures.failed(error)
            else:
                failures.succeeded()
            await asyncio.sleep(EVERY_S)


async def _delete_all_expired() -> None:
    has_more = True
    while has_more:
        has_more = await in_database_thread(delete_expired)()


def delete_expired() -> bool:
    """Delete some requests of expired inspectors that aren't kept; return whether there were any."""
    return purge_requests_of_expired(timezone.now())


def close_left_open() -> None:
    """Say of requests that a process left unanswered when it died that it stopped."""
    left = InspectedRequest.objects.filter(
        ended=InspectedRequest.End.OPEN, arrived_at__lt=timezone.now() - LEFT_OPEN
    )
    if left.exists():  # SQLite takes the file for an update of nothing too
        left.update(ended=InspectedRequest.End.STOPPED)
