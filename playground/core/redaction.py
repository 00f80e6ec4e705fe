"""Secrets taken out of text, by value: in whole strings, and in text that arrives in pieces.

A value is looked for as it is, URL-encoded, in base64 (alone or inside a longer encoded text) and escaped for JSON.
What a server spells in another way (with spaces, reversed) stays: that a secret goes to its allowed hosts only is
the real guard.
"""

import base64
import json
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "[secret]"
MIN_CHARS = 8
"""A shorter value would be found in ordinary words; no secret is that short (see ``personas.secrets``)."""
CUT_SECRET_CHARS = 12
"""Where a text ends within a secret, a beginning of this length is masked too."""

_PERCENT = re.compile("%[0-9A-F]{2}")


class Redactor:
    """The values of one turn, ready to be looked for. Its repr names none of them."""

    __slots__ = ("_by_first", "_longest", "_pattern")

    def __init__(self, secrets: Collection[str] = ()) -> None:
        spellings = sorted(
            {spelling for secret in secrets for spelling in _spellings(secret)}, key=len, reverse=True
        )
        self._longest = len(spellings[0]) if spellings else 0
        self._pattern = re.compile("|".join(map(re.escape, spellings))) if spellings else None
        self._by_first: dict[str, tuple[str, ...]] = {}
        for spelling in spellings:
            self._by_first[spelling[0]] = (*self._by_first.get(spelling[0], ()), spelling)

    def __bool__(self) -> bool:
        return self._pattern is not None

    def redact(self, text: str) -> str:
        """The text without the secrets. Equal to feeding it to a stream in any pieces, and flushing."""
        decided, tail = self.scan(text)
        return decided + self.finish(tail)

    def redact_names(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """A copy of a JSON object in which no name, at any depth, holds a secret."""
        return {
            self.redact(name): self.redact_names(value) if isinstance(value, Mapping) else value
            for name, value in found.items()
        }

    def stream(self) -> "RedactionStream":
        return RedactionStream(self)

    def scan(self, text: str) -> tuple[str, str]:
        """Split into what is decided, with the secrets masked, and the tail that may begin a secret."""
        if self._pattern is None:
            return text, ""
        decided: list[str] = []
        position = 0
        undecided = self._undecided_from(text, position)
        while (found := self._pattern.search(text, position)) and found.start() < undecided:
            decided += (text[position : found.start()], MASK)
            position = found.end()
            if undecided < position:
                undecided = self._undecided_from(text, position)
        decided.append(text[position:undecided])
        return "".join(decided), text[undecided:]

    def finish(self, tail: str) -> str:
        """What a held tail turns into when nothing follows it."""
        if self._pattern is None or not tail:
            return tail
        if len(tail) >= CUT_SECRET_CHARS:
            return MASK
        return self._pattern.sub(MASK, tail)

    def _undecided_from(self, text: str, position: int) -> int:
        """Where a spelling may begin that the text is too short to tell; the text's length if nowhere."""
        for start in range(max(position, len(text) - self._longest + 1), len(text)):
            candidates = self._by_first.get(text[start])
            if candidates is None:
                continue
            tail = text[start:]
            if any(len(tail) < len(spelling) and spelling.startswith(tail) for spelling in candidates):
                return start
        return len(text)


class RedactionStream:
    """One text that arrives in pieces. Holds back only a tail that may begin a secret."""

    __slots__ = ("_redactor", "_tail")

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._tail = ""

    def feed(self, text: str) -> str:
        decided, self._tail = self._redactor.scan(self._tail + text)
        return decided

    def flush(self) -> str:
        tail, self._tail = self._tail, ""
        return self._redactor.finish(tail)


def redact(text: str, secrets: Collection[str]) -> str:
    """A whole string without the secrets' values."""
    return Redactor(secrets).redact(text)


def _spellings(secret: str) -> set[str]:
    """Every way of writing a secret that is looked for; none is shorter than ``MIN_CHARS``."""
    raw = secret.encode("utf-8", "replace")
    quoted = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    escaped = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    escaped |= {text.replace("/", "\\/") for text in escaped}
    escaped |= {json.dumps(text)[1:-1] for text in escaped}
    quoted |= {_PERCENT.sub(lambda found: found[0].lower(), text) for text in quoted}
    found = {secret, " ".join(secret.split()), *quoted, *escaped, *_base64(raw)}
    return (
        {spelling for spelling in found if len(spelling) >= MIN_CHARS} if len(secret) >= MIN_CHARS else set()
    )


def _base64(raw: bytes) -> set[str]:
    """The value encoded alone, and what is the same of it wherever it stands in a longer encoded text."""
    found: set[str] = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        alone = encode(raw).decode("ascii")
        found |= {alone, alone.rstrip("=")}
        for shift in range(3):
            # One character holds six bits: those that hold a bit of a neighbour are left out.
            first = (shift * 8 + 5) // 6
            last = (shift + len(raw)) * 8 // 6
            found.add(encode(b"\0" * shift + raw).decode("ascii")[first:last])
    return found
