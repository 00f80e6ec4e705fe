"""Runs clients' jobs in the database thread: one client's jobs wait for each other, not ahead of everyone else's."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import Error

from playground.storage.database_thread import in_database_thread
from playground.storage.database_trouble import trouble_of

P = ParamSpec("P")
T = TypeVar("T")

JOBS_OF_CLIENT = 2
"""The most jobs of one client that may wait in the thread's queue, and so ahead of anyone else's."""

client_jobs: ContextVar[asyncio.Semaphore | None] = ContextVar("client_jobs", default=None)
"""The slots of the client that this task works for, if any."""


def places_of_client() -> asyncio.Semaphore:
    """Return the job slots of a new client."""
    return asyncio.Semaphore(JOBS_OF_CLIENT)


def _or_refused(work: Callable[P, T]) -> Callable[P, T]:
    """Return ``work``, whose failure for trouble with the database refuses the command."""

    @wraps(work)
    def refused(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except Error as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            raise trouble.refusal() from None

    return refused


def database_job(work: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Like `in_database_thread`, but a client's jobs wait for one of its slots.

    Raises CommandError: busy if the database let the job wait for as long as it may, not_stored if it is full or away.
    """
    in_thread = in_database_thread(_or_refused(work))

    @wraps(work)
    async def in_turn(*args: P.args, **kwargs: P.kwargs) -> T:
        places = client_jobs.get()
        if places is None:
            return await in_thread(*args, **kwargs)
        async with places:
            return await in_thread(*args, **kwargs)

    return in_turn
