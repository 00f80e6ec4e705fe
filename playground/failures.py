"""Logs internal failures without the exception's message, which may contain a secret."""

import asyncio
import logging
import traceback
from typing import Any

logger = logging.getLogger(__name__)


def log_failure(logger: logging.Logger, failure: BaseException, **about: str) -> None:
    """Log the type and the frames of each exception, also of each within a group."""
    for error in leaves(failure):
        frames = "".join(traceback.format_tb(error.__traceback__))
        details = " ".join(f"{key}={value}" for key, value in about.items())
        logger.error("%s %s\n%s", type(error).__name__, details, frames)


class FailureLog:
    """Logs the first of consecutive failures of the same kind, until a success."""

    def __init__(self, logger: logging.Logger, **about: str) -> None:
        self._logger = logger
        self._about = about
        self._logged: type[Exception] | None = None

    def failed(self, failure: Exception) -> None:
        if type(failure) is not self._logged:
            log_failure(self._logger, failure, **self._about)
        self._logged = type(failure)

    def succeeded(self) -> None:
        self._logged = None


def log_loop_failure(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what an event loop reports, such as the exception of a task that nobody awaited.

    Its own message may hold the arguments of a callback, and its own log line the exception's message.
    """
    failure = context.get("exception")
    if failure is None:
        logger.error("The event loop reports: %s", context["message"])
        return
    task = context.get("task") or context.get("future")
    about = {"task": task.get_name()} if isinstance(task, asyncio.Task) else {}
    log_failure(logger, failure, **about)


def leaves(failure: BaseException) -> list[BaseException]:
    """Return the exceptions in a group at any depth, or else the exception itself."""
    if isinstance(failure, BaseExceptionGroup):
        return [leaf for part in failure.exceptions for leaf in leaves(part)]
    return [failure]
