"""Stores exchanges behind their answers, which never wait for the database, and tells viewers of them."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TypeVar

from django.db import Error

from playground.failures import FailureLog
from playground.inspectors.bounds import LOSSES_STORED_EVERY_S, STORED_AGAIN_S, STORING_S
from playground.inspectors.exchange_record import ExchangeRecord
from playground.inspectors.losses import Loss, Losses, store_losses
from playground.inspectors.store import store_answer, store_request
from playground.realtime.inspector_feed import InspectorFeed, News, NewsKind
from playground.storage.database_thread import OwnDatabaseThread
from playground.storage.database_trouble import trouble_of
from playground.tasks import start_task

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Recorder:
    """The exchanges that are being stored."""

    def __init__(self, feed: InspectorFeed) -> None:
        self._feed = feed
        self._failures = FailureLog(logger, doing="storing an inspected request")
        self._thread: OwnDatabaseThread | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._storing = asyncio.Lock()
        """Keeps the order in which requests came, while one is tried again."""
        self._lost = 0
        self._losses = Losses()
        self._storing_losses: set[asyncio.Task[None]] = set()
        """One at most."""

    def keep(self, record: ExchangeRecord, body_ended: asyncio.Event) -> "asyncio.Task[None]":
        """Store the request once its body has ended, then its answer; return the task, which raises nothing."""
        task = start_task(self._keep(record, body_ended), name="inspected request")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def note_lost(self, inspector_id: str, loss: Loss) -> None:
        """Have the inspector's page say that a request left no record."""
        self._losses.add(inspector_id, loss)
        if not self._storing_losses:
            task = start_task(self._store_losses(), name="lost requests")
            self._storing_losses.add(task)
            task.add_done_callback(self._storing_losses.discard)

    async def until_stored(self, within_s: float) -> None:
        """Wait for what is being stored, ``within_s`` at the most."""
        if waiting := self._tasks | self._storing_losses:
            await asyncio.wait(waiting, timeout=within_s)

    async def stop(self, within_s: float) -> None:
        """Store what has ended, and close the connection to the database."""
        await self.until_stored(within_s)
        unstored = set(self._tasks)
        cancelled = unstored | self._storing_losses
        for task in cancelled:
            task.cancel()
        await asyncio.gather(*cancelled, return_exceptions=True)
        if unstored:
            self._log_lost(len(unstored))
        with suppress(TimeoutError, Error):  # the database may hang
            async with asyncio.timeout(within_s):
                await self._close()

    async def _close(self) -> None:
        """Store what was lost, in one attempt, and close the connection to the database."""
        try:
            if self._losses:
                await self._own_thread().do(partial(store_losses, self._losses.take()))
        finally:
            if self._thread is not None:
                thread, self._thread = self._thread, None
                await thread.stop()

    async def _keep(self, record: ExchangeRecord, body_ended: asyncio.Event) -> None:
        await body_ended.wait()
        stored = await self._stored(record, lambda: store_request(record))
        if stored is None:
            return
        number, is_whole = stored
        await self._feed.tell(News(record.inspector.id, number, NewsKind.ARRIVED))
        if not is_whole:
            await record.has_ended.wait()
            await self._stored(record, lambda: store_answer(record, number))
        await self._feed.tell(News(record.inspector.id, number, NewsKind.ANSWERED))

    async def _store_losses(self) -> None:
        """Store what was lost once the database takes it."""
        while self._losses:
            await asyncio.sleep(LOSSES_STORED_EVERY_S)
            counts = self._losses.take()
            try:
                await self._own_thread().do(partial(store_losses, counts))
            except Exception as error:
                self._losses.put_back(counts)
                self._failures.failed(error)
                continue
            for inspector_id in {inspector_id for inspector_id, _ in counts}:
                await self._feed.tell(News(inspector_id, 0, NewsKind.LOST))

    async def _stored(self, record: ExchangeRecord, store: Callable[[], T]) -> T | None:
        """Store something, after what came before it, and return the result; None if it could not be stored."""
        async with self._storing:
            try:
                stored = await self._store_within(store, monotonic() + STORING_S)
            except Exception as error:
                self._failures.failed(error)
                self._log_lost(1)
                self.note_lost(record.inspector.id, Loss.UNSTORED)
                return None
        self._failures.succeeded()
        self._log_stored()
        return stored

    async def _store_within(self, store: Callable[[], T], deadline: float) -> T:
        """Store it, and try again until the deadline while the database is in trouble."""
        while True:
            try:
                return await self._own_thread().do(store)
            except Exception as error:
                if trouble_of(error) is None or monotonic() >= deadline:
                    raise
                self._failures.failed(error)
            await asyncio.sleep(STORED_AGAIN_S)

    def _log_lost(self, count: int) -> None:
        """Log the first loss at once, and with `_log_stored` how many there were."""
        if not self._lost:
            logger.error("Requests to inspectors, or their answers, can't be stored, and are lost")
        self._lost += count

    def _log_stored(self) -> None:
        if self._lost:
            logger.error("Requests to inspectors are stored again; requests or answers lost: %d", self._lost)
        self._lost = 0

    def _own_thread(self) -> OwnDatabaseThread:
        if self._thread is None:
            self._thread = OwnDatabaseThread("inspected requests")
        return self._thread
