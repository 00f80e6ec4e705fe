"""Runs clients' jobs in the database thread: one client's jobs wait for each other, not ahead of everyone else's."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError

from playground.engine.errors.codes import Code, CommandError
from playground.storage.database_thread import in_database_thread

P = ParamSpec("P")
T = TypeVar("T")

HELD = "The database is held by other work. Nothing was stored: try again in a moment."
_GIVEN_UP = frozenset({"55P03", "57014"})
"""PostgreSQL, appendix A: lock_not_available, query_canceled."""

JOBS_OF_CLIENT = 2
"""The most jobs of one client that may wait in the thread's queue, and so ahead of anyone else's."""

client_jobs: ContextVar[asyncio.Semaphore | None] = ContextVar("client_jobs", default=None)
"""The slots of the client that this task works for, if any."""


def places_of_client() -> asyncio.Semaphore:
    """Return the job slots of a new client."""
    return asyncio.Semaphore(JOBS_OF_CLIENT)


def _unless_held(work: Callable[P, T]) -> Callable[P, T]:
    @wraps(work)
    def in_time(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except OperationalError as error:
            if not _is_held(error):
                raise
            raise CommandError(Code.BUSY, HELD) from None

    return in_time


def _is_held(error: OperationalError) -> bool:
    """Whether another connection held the row, or SQLite's whole database, for too long."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(cause, "sqlstate", None) in _GIVEN_UP


def database_job(work: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Like `in_database_thread`, but a client's jobs wait for one of its slots.

    Raises CommandError (busy) when the database let the job wait for as long as it may.
    """
    in_thread = in_database_thread(_unless_held(work))

    @wraps(work)
    async def in_turn(*args: P.args, **kwargs: P.kwargs) -> T:
        places = client_jobs.get()
        if places is None:
            return await in_thread(*args, **kwargs)
        async with places:
            return await in_thread(*args, **kwargs)

    return in_turn
