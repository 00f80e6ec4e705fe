"""Makes one streamed text of an answer (content, reasoning, a call's arguments) safe to store."""

import re

from playground.engine.answer.redaction import Redactor

_SURROGATES = re.compile("[\ud800-\udfff]+")
_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")


class TextChannel:
    """Joins surrogate pairs across pieces, drops NUL (PostgreSQL rejects it), masks secrets.

    The output can be encoded as UTF-8 and, joined, doesn't depend on how the input is split.
    """

    __slots__ = ("_high", "_redaction")

    def __init__(self, redactor: Redactor) -> None:
        self._redaction = redactor.stream() if redactor else None
        self._high = ""

    def feed(self, text: str) -> str:
        if self._high or not text.isascii():
            text = self._join_surrogates(text)
        if "\0" in text:
            text = text.replace("\0", "")
        return self._redaction.feed(text) if self._redaction else text

    def flush(self) -> str:
        high, self._high = self._high, ""
        text = storable(high)
        return self._redaction.feed(text) + self._redaction.flush() if self._redaction else text

    def _join_surrogates(self, text: str) -> str:
        text = self._high + text
        self._high = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return _joined(text.removesuffix(self._high) if self._high else text)


def storable(text: str) -> str:
    """Return a whole string that can be stored and encoded: without NUL and lone surrogates."""
    return _joined(text).replace("\0", "")


def _joined(text: str) -> str:
    if _SURROGATES.search(text) is None:
        return text
    return _SURROGATES.sub(_replaced, _PAIR.sub(_code_point, text))


def _replaced(lone: re.Match[str]) -> str:
    return "\ufffd" * len(lone[0])


def _code_point(pair: re.Match[str]) -> str:
    return chr(0x10000 + ((ord(pair[1]) - 0xD800) << 10) + (ord(pair[2]) - 0xDC00))
