"""Logs internal failures without the exception's message, which may contain a secret."""

import logging
import traceback


def log_failure(logger: logging.Logger, failure: BaseException, **about: str) -> None:
    """Log the type and the frames of each exception, also of each within a group."""
    for error in leaves(failure):
        frames = "".join(traceback.format_tb(error.__traceback__))
        details = " ".join(f"{key}={value}" for key, value in about.items())
        logger.error("%s %s\n%s", type(error).__name__, details, frames)


def leaves(failure: BaseException) -> list[BaseException]:
    """Return the exceptions in a group at any depth, or else the exception itself."""
    if isinstance(failure, BaseExceptionGroup):
        return [leaf for part in failure.exceptions for leaf in leaves(part)]
    return [failure]
