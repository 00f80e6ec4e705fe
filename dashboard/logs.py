"""Formats log lines that can't be forged: control characters are escaped, and each event begins exactly one line.

Exceptions are named by their class only: their messages may contain user input or a secret. The part of an inspector's
address that makes it unguessable is left out.
"""

import logging
import re
import traceback

from dashboard.request_id import current_request_id
from playground.failures import leaves

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# An inspector's address is unguessable, and whoever knows it may use it.
_ADDRESS_TOKEN = re.compile(r"(?<=/inspect/)[\w-]+")
_CONTINUATION = "\n    "


class SafeFormatter(logging.Formatter):
    """Escapes untrusted text; a traceback's lines are kept and indented."""

    def format(self, record: logging.LogRecord) -> str:
        line = logging.makeLogRecord(vars(record))  # copy.copy imports, which fails while Python ends
        line.request_id = current_request_id() or "-"
        if isinstance(record.args, tuple):
            line.args = tuple(_without_words(argument) for argument in record.args)
        line.exc_text = None  # another formatter may have stored it, with its message
        return super().format(line)

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = _ADDRESS_TOKEN.sub("…", escape(record.message))
        return super().formatMessage(record)

    def formatException(self, ei: tuple[object, BaseException | None, object]) -> str:
        error = ei[1]
        text = "".join(_frames_and_class(link) for link in _chain(error)).rstrip()
        return "    " + _CONTROL.sub(_escaped, text).replace("\n", _CONTINUATION)


def _without_words(argument: object) -> object:
    return type(argument).__name__ if isinstance(argument, BaseException) else argument


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return the exception and its causes, itself first."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain[::-1]


def _frames_and_class(error: BaseException) -> str:
    """Return the frames and class, for a group also those of its members."""
    members = leaves(error) if isinstance(error, BaseExceptionGroup) else ()
    own = (*traceback.format_tb(error.__traceback__), f"{type(error).__name__}\n")
    return "".join((*own, *map(_frames_and_class, members)))


def escape(text: str) -> str:
    """Return the text on one line, with every control and direction character escaped."""
    return _CONTROL.sub(_escaped, text).replace("\n", "\\n")


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode()
