"""Starts background tasks, so that none of them fails silently."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

from playground.failures import FailureLog, log_failure

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
OnFailure = Callable[[], Awaitable[object]]

_started: set["asyncio.Task[None]"] = set()
"""The event loop itself keeps only weak references."""


def start_task(
    work: Coroutine[Any, Any, object],
    *,
    name: str,
    on_failure: OnFailure | None = None,
    context: Context | None = None,
) -> "asyncio.Task[None]":
    """Run ``work`` as a background task, in ``context`` if given.

    An exception is logged, and ``on_failure`` closes whatever depends on the task.
    """
    task = asyncio.create_task(_watch(work, name, on_failure), name=name, context=context)
    _started.add(task)
    task.add_done_callback(_started.discard)
    task.add_done_callback(lambda _ended: work.close())  # a task cancelled before its first step
    return task


async def keep_doing(work: Callable[[], Awaitable[object]], *, every_s: float, failures: FailureLog) -> None:
    """Do the work again and again, ``every_s`` apart. A failure is logged, and ends nothing."""
    while True:
        await asyncio.sleep(every_s)
        try:
            await work()
        except Exception as error:
            failures.failed(error)
        else:
            failures.succeeded()


async def carried_out(
    work: Coroutine[Any, Any, Result], *, name: str, keep: Callable[["asyncio.Task[None]"], object]
) -> Result:
    """Return the result of ``work``, or raise its exception.

    It runs to its end in a task owned by ``keep``, even if the caller is cancelled; its exception is then logged.
    """
    outcome: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

    async def carry_out() -> None:
        try:
            result = await work
        except Exception as error:
            if outcome.done():
                raise
            outcome.set_exception(error)
            return
        if not outcome.done():
            outcome.set_result(result)

    task = start_task(carry_out(), name=name)
    task.add_done_callback(lambda _ended: (outcome.cancel(), work.close()))
    keep(task)
    return await outcome


async def _watch(work: Coroutine[Any, Any, object], name: str, on_failure: OnFailure | None) -> None:
    try:
        await work
    except Exception as error:
        log_failure(logger, error, task=name)
        if on_failure is not None:
            await _close(on_failure, name)


async def _close(on_failure: OnFailure, name: str) -> None:
    try:
        await on_failure()
    except Exception as error:
        log_failure(logger, error, task=f"{name}, closing what depends on it")
