"""Log lines that nobody can forge: control characters are escaped, and one event begins exactly one line."""

import logging
import re

from dashboard.request_id import current_request_id

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CONTINUATION = "\n    "


class SafeFormatter(logging.Formatter):
    """Escapes what came from outside; the lines of a traceback are kept and indented."""

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = current_request_id() or "-"
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = escape(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:
        text = super().formatException(ei)  # type: ignore[arg-type]
        return "    " + _CONTROL.sub(_escaped, text).replace("\n", _CONTINUATION)


def escape(text: str) -> str:
    """The text on one line, with every control and direction character as its escape."""
    return _CONTROL.sub(_escaped, text).replace("\n", "\\n")


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode()
