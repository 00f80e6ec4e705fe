"""Masks secrets in text, by value: in whole strings, and in text that arrives in pieces.

A value is searched for verbatim, URL-encoded, in base64 (alone or inside a longer encoded text) and escaped for JSON.
A short one (``ollama``, ``none``) only as a whole word, because it may be part of ordinary words. Other spellings (with
spaces, reversed) are not masked: the real protection is that a secret is sent only to its allowed hosts.
"""

import base64
import json
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from playground.engine.limits import KIB

MASK = "[secret]"
ANYWHERE_FROM_CHARS = 8
"""From this length on a value is masked anywhere; a shorter one only if no letter, digit or underscore touches it."""
CUT_SECRET_CHARS = 12
"""If a text ends within a secret, a prefix of this length is masked too."""

SEARCHED_CHARS = 16 * KIB
"""How much of a long text one call of the regular expression looks through."""
KEPT_REDACTORS = 32
"""How many sets of secrets a process keeps prepared: making their spellings takes as long as opening a request."""

_PERCENT = re.compile("%[0-9A-F]{2}")
_WORD_CHAR = re.compile(r"\w")


class Redactor:
    """Masks the secrets of one turn. Its repr shows none of them."""

    __slots__ = ("_begun", "_by_first", "_longest", "_openings", "_pattern", "_shortest", "_words")

    def __init__(self, secrets: Collection[str] = ()) -> None:
        self._words = frozenset(secret for secret in secrets if 0 < len(secret) < ANYWHERE_FROM_CHARS)
        long = {spelling for secret in secrets for spelling in _spellings(secret)}
        spellings = sorted(long | self._words, key=len, reverse=True)
        self._longest = len(spellings[0]) if spellings else 0
        self._pattern = re.compile("|".join(map(self._looked_for, spellings))) if spellings else None
        self._by_first: dict[str, tuple[str, ...]] = {}
        for spelling in spellings:
            self._by_first[spelling[0]] = (*self._by_first.get(spelling[0], ()), spelling)
        self._openings = tuple({spelling[:ANYWHERE_FROM_CHARS] for spelling in spellings})
        self._shortest = min(map(len, self._openings), default=0)
        self._begun = _by_last(spellings)

    def __bool__(self) -> bool:
        return self._pattern is not None

    def redact(self, text: str) -> str:
        """Return the text with secrets masked, exactly as a stream fed with any pieces of it would."""
        decided, undecided = self.scan(text, 0)
        return decided + self.finish(text, undecided) if undecided < len(text) else decided

    def redact_names(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return a copy of a JSON object with the secrets in names, at any depth, masked."""
        return {
            self.redact(name): self.redact_names(value) if isinstance(value, Mapping) else value
            for name, value in fields.items()
        }

    def stream(self) -> "RedactionStream":
        return RedactionStream(self)

    def scan(self, text: str, begin: int) -> tuple[str, int]:
        """Return the decided part of ``text[begin:]``, masked, and the offset of the tail that may begin a secret.

        Text before ``begin`` only decides whether a word begins there.
        """
        if self._pattern is None:
            return text[begin:], len(text)
        first = self._first_from(text, begin)
        if first == len(text):
            return text[begin:], len(text)
        decided: list[str] = []
        position = begin
        undecided = self._undecided_from(text, position)
        while (match := self._match_from(text, max(position, first))) and match.start() < undecided:
            decided += (text[position : match.start()], MASK)
            position = match.end()
            if undecided < position:
                undecided = self._undecided_from(text, position)
        decided.append(text[position:undecided])
        return "".join(decided), undecided

    def finish(self, text: str, begin: int) -> str:
        """Return the tail from ``begin`` on, masked, if nothing follows it."""
        if self._pattern is None or begin == len(text):
            return text[begin:]
        if len(text) - begin >= CUT_SECRET_CHARS:
            return MASK
        decided: list[str] = []
        for match in self._pattern.finditer(text, begin):
            decided += (text[begin : match.start()], MASK)
            begin = match.end()
        return "".join(decided) + text[begin:]

    def _first_from(self, text: str, begin: int) -> int:
        """Return the first offset from ``begin`` on at which a secret may begin, much cheaper than looking for it.

        It is the text's length if none may: the first ANYWHERE_FROM_CHARS characters of no spelling stand in the text,
        which ends with no fewer of them either.
        """
        first = len(text)
        if text.endswith(self._begun.get(text[-1:], ())):
            first = max(begin, len(text) - ANYWHERE_FROM_CHARS + 1)
        if len(text) - begin < self._shortest:
            return first
        places = [place for opening in self._openings if (place := text.find(opening, begin)) >= 0]
        return min((*places, first))

    def _match_from(self, text: str, position: int) -> re.Match[str] | None:
        """Return the next spelling. Looks for it step by step, so that other threads run in between."""
        assert self._pattern is not None
        for start in range(position, len(text), SEARCHED_CHARS):
            end = start + SEARCHED_CHARS
            match = self._pattern.search(text, start, end + self._longest + 1)
            if match and match.start() < end:
                return match
        return None

    def _looked_for(self, spelling: str) -> str:
        return rf"(?<!\w){re.escape(spelling)}(?!\w)" if spelling in self._words else re.escape(spelling)

    def _undecided_from(self, text: str, position: int) -> int:
        """Return the first offset at which the text may end within a spelling; the text's length if nowhere."""
        for start in range(max(position, len(text) - self._longest), len(text)):
            if any(self._is_open(text, start, spelling) for spelling in self._by_first.get(text[start], ())):
                return start
        return len(text)

    def _is_open(self, text: str, start: int, spelling: str) -> bool:
        """Whether only the text that follows can tell if the spelling begins at ``start``."""
        if spelling not in self._words:
            return len(text) - start < len(spelling) and spelling.startswith(text[start:])
        begins_word = start == 0 or not _WORD_CHAR.match(text, start - 1)
        return begins_word and spelling.startswith(text[start:])


class RedactionStream:
    """Redacts one text that arrives in pieces. Holds back only a tail that may begin a secret."""

    __slots__ = ("_before", "_redactor", "_tail")

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._before = ""
        """The character before the tail."""
        self._tail = ""

    def feed(self, text: str) -> str:
        whole = self._before + self._tail + text
        decided, undecided = self._redactor.scan(whole, len(self._before))
        self._before, self._tail = whole[max(0, undecided - 1) : undecided], whole[undecided:]
        return decided

    def flush(self) -> str:
        whole, begin = self._before + self._tail, len(self._before)
        self._before, self._tail = "", ""
        return self._redactor.finish(whole, begin)


def redactor_of(secrets: Collection[str]) -> Redactor:
    """Return the redactor of these secrets, made once for the turns that follow each other."""
    return _kept_redactor(frozenset(secrets))


@lru_cache(maxsize=KEPT_REDACTORS)
def _kept_redactor(secrets: frozenset[str]) -> Redactor:
    return Redactor(secrets)


def redact(text: str, secrets: Collection[str]) -> str:
    """Return a whole string with the secrets masked."""
    return redactor_of(secrets).redact(text)


def _by_last(spellings: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the first characters of the spellings, fewer than ANYWHERE_FROM_CHARS, by the last of them."""
    begun = {spelling[:length] for spelling in spellings for length in range(1, ANYWHERE_FROM_CHARS)}
    by_last: dict[str, tuple[str, ...]] = {}
    for part in begun:
        by_last[part[-1]] = (*by_last.get(part[-1], ()), part)
    return by_last


def _spellings(secret: str) -> set[str]:
    """Return all spellings of a secret to mask anywhere; none for a short one."""
    if len(secret) < ANYWHERE_FROM_CHARS:
        return set()
    raw = secret.encode("utf-8", "replace")
    quoted = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    escaped = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    escaped |= {text.replace("/", "\\/") for text in escaped}
    escaped |= {json.dumps(text)[1:-1] for text in escaped}
    quoted |= {_PERCENT.sub(lambda spellings: spellings[0].lower(), text) for text in quoted}
    spellings = {secret, " ".join(secret.split()), *quoted, *escaped, *_base64(raw)}
    return {spelling for spelling in spellings if len(spelling) >= ANYWHERE_FROM_CHARS}


def _base64(raw: bytes) -> set[str]:
    """Return the base64 of the value alone, and its invariant part at each alignment within a longer encoded text."""
    encodings: set[str] = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        alone = encode(raw).decode("ascii")
        encodings |= {alone, alone.rstrip("=")}
        for shift in range(3):
            # A character holds six bits: skip those that share bits with the neighbouring bytes.
            first = (shift * 8 + 5) // 6
            last = (shift + len(raw)) * 8 // 6
            encodings.add(encode(b"\0" * shift + raw).decode("ascii")[first:last])
    return encodings
