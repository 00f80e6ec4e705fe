"""Greenroom's own keys, which are told by their shape alone: of inspectors, of its API, of callbacks."""

import re
from collections.abc import Iterator
from itertools import chain

from playground.engine.answer.redaction import MASK

_BEGINNINGS = ("gi_", "gr_", "whsec_")
_SHAPE = re.compile(r"(?:gi_|gr_)[A-Za-z0-9_-]{43}|whsec_[A-Za-z0-9+/_-]{24,}+=*+")


def without_greenroom_keys(text: str) -> str:
    """Return the text with such keys masked."""
    pieces: list[str] = []
    start = 0
    for match in _keys_in(text):
        pieces += (text[start : match.start()], MASK)
        start = match.end()
    return "".join((*pieces, text[start:])) if pieces else text


def greenroom_keys_in(text: str) -> frozenset[str]:
    return frozenset(match[0] for match in _keys_in(text))


def _keys_in(text: str) -> Iterator[re.Match[str]]:
    """Yield the keys in their order, a step for each beginning: one search of all of it would stop other threads."""
    if not any(begun in text for begun in _BEGINNINGS):
        return
    end = 0
    for start in sorted(chain.from_iterable(_places(begun, text) for begun in _BEGINNINGS)):
        if start >= end and (match := _SHAPE.match(text, start)):
            yield match
            end = match.end()


def _places(begun: str, text: str) -> Iterator[int]:
    start = text.find(begun)
    while start >= 0:
        yield start
        start = text.find(begun, start + 1)
