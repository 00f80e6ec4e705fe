"""The database thread: commands and turns of this process use the database in one thread, on one kept connection."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections, connection

P = ParamSpec("P")
T = TypeVar("T")


def keep_connection() -> None:
    """Keep this thread's connection between jobs; `close_old_connections` still closes one that broke.

    With PostgreSQL no statement of it may take longer than DATABASE_TIMEOUT_S, and with SQLite none waits longer than
    DATABASE_LOCK_S for the file: what stands behind it in the thread goes on.
    Threads of pages don't: those beyond the kept ones end, and would leave their connections open.
    """
    options = connection.settings_dict["OPTIONS"]
    own: dict[str, Any]
    if connection.vendor == "postgresql":
        bound = f"{options.get('options', '')} -c statement_timeout={settings.DATABASE_TIMEOUT_S * 1000}"
        own = {"options": bound.strip()}
    else:
        own = {"timeout": settings.DATABASE_LOCK_S}
    connection.settings_dict = connection.settings_dict | {"CONN_MAX_AGE": None, "OPTIONS": options | own}


def close_connection() -> None:
    """Close this thread's connection; its next job opens another."""
    connection.close()


def new_thread(name: str = "database") -> ThreadPoolExecutor:
    """Return a database thread, which begins with its first job."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix=name, initializer=keep_connection)


_thread = new_thread()


def in_database_thread(work: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Return ``work`` as a coroutine function that runs it in the database thread."""

    @wraps(work)
    async def in_thread(*args: P.args, **kwargs: P.kwargs) -> T:
        job = partial(copy_context().run, _with_connection, partial(work, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(_thread, job)

    return in_thread


def _with_connection(work: Callable[[], T]) -> T:
    close_old_connections()
    return work()


class OwnDatabaseThread:
    """A database thread beside that of commands and turns, for what must not wait behind them."""

    def __init__(self, name: str) -> None:
        self._thread = new_thread(name)

    async def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``work`` in the thread and return its result."""
        job = partial(_with_connection, partial(work, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    async def stop(self) -> None:
        """Close the connection and end the thread, after the job that runs. Nothing may be done afterwards."""
        await asyncio.get_running_loop().run_in_executor(self._thread, close_connection)
        self._thread.shutdown(wait=False)
