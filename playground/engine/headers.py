"""Validates the names and values of a persona's request headers."""

import re
from collections.abc import Iterable

HEADERS = 32
NAME_CHARS = 64
VALUE_CHARS = 4_096

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_OF_THE_CONNECTION = frozenset(
    {
        "connection", "content-length", "cookie", "expect", "forwarded", "host", "keep-alive", "te", "trailer",
        "transfer-encoding", "upgrade",
    }
)  # fmt: skip
_OF_THE_CONNECTION_PREFIXES = ("proxy-", "x-forwarded-")


class HeaderError(ValueError):
    """A header can't be sent. ``message`` is one sentence for a person; it never repeats a value."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def check_headers(headers: Iterable[tuple[str, str]]) -> None:
    """Raise HeaderError unless all of a persona's headers can be sent (RFC 9110, 5.1 and 5.5)."""
    seen: set[str] = set()
    for name, value in headers:
        check_header(name, value)
        if name.lower() in seen:
            raise HeaderError(f"The header {name} is given twice: upper and lower case make no difference.")
        seen.add(name.lower())
    if len(seen) > HEADERS:
        raise HeaderError(f"A persona has at most {HEADERS} headers.")


def check_header(name: str, value: str) -> None:
    """Raise HeaderError unless one header can be sent."""
    if not _TOKEN.fullmatch(name):
        raise HeaderError(
            "A header's name consists of Latin letters, digits and -_ without spaces, colons or line breaks."
        )
    if len(name) > NAME_CHARS:
        raise HeaderError(f"A header's name has at most {NAME_CHARS} characters.")
    lowered = name.lower()
    if lowered in _OF_THE_CONNECTION or lowered.startswith(_OF_THE_CONNECTION_PREFIXES):
        raise HeaderError(f"The header {name} belongs to the connection and can't be set.")
    if len(value) > VALUE_CHARS:
        raise HeaderError(f"The value of the header {name} has more than {VALUE_CHARS:,} characters.")
    check_value(name, value)


def check_value(name: str, value: str) -> None:
    """Raise HeaderError unless the characters of a value, or of a secret, can be sent."""
    if not _VALUE.fullmatch(value):
        raise HeaderError(
            f"The value of the header {name} has a line break, a control character or a character outside ASCII."
        )
