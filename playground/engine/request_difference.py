"""What another platform would send otherwise for the same turn: by the address, by header, by key of the body."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from playground.engine.common_beginning import common_beginning
from playground.engine.json_types import Json
from playground.engine.request import LLMRequest

SHOWN_CHARS = 400
"""How much of each of two different values is shown."""
AROUND_CHARS = 60
"""How much of what two long texts share is shown before their difference."""
MOST_DIFFERENCES = 200

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One header or key. ``own`` and ``other`` are its values as text; None where it isn't sent."""

    part: str
    """address, header or body"""
    name: str
    """The header's name, or the key's path, such as ``messages[0].content``."""
    own: str | None
    other: str | None

    def as_json(self) -> Json:
        return {"part": self.part, "name": self.name, "own": self.own, "other": self.other}


def differences(own: LLMRequest, other: LLMRequest) -> list[Difference]:
    """Return where the requests differ, in the order of a request; one more than MOST_DIFFERENCES if there are more."""
    first = islice(_all(own, other), MOST_DIFFERENCES + 1)
    return [Difference(part, name, *_shown(*values)) for part, name, *values in first]


def value_differences(own: Any, other: Any, path: str) -> list[Difference]:
    """Return where two JSON values at ``path`` differ, like `differences`."""
    first = islice(_between(own, other, path), MOST_DIFFERENCES + 1)
    return [Difference("body", name, *_shown(*values)) for name, *values in first]


def _all(own: LLMRequest, other: LLMRequest) -> Iterator[tuple[str, str, Any, Any]]:
    if own.url != other.url:
        yield "address", "", own.url, other.url
    own_headers, other_headers = _headers(own), _headers(other)
    for name in dict.fromkeys([*own_headers, *other_headers]):
        if own_headers.get(name) != other_headers.get(name):
            yield "header", name, own_headers.get(name, _ABSENT), other_headers.get(name, _ABSENT)
    for path, value, otherwise in _between(own.body, other.body, ""):
        yield "body", path, value, otherwise


def _headers(request: LLMRequest) -> dict[str, str]:
    """Return the headers by name in lower case, those of the same name in one."""
    headers: dict[str, str] = {}
    for name, value in request.headers:
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    return headers


def _between(own: Any, other: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(own, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*own, *other]):
            inner = f"{path}.{key}" if path else str(key)
            yield from _between(own.get(key, _ABSENT), other.get(key, _ABSENT), inner)
    elif isinstance(own, list) and isinstance(other, list):
        for place in range(max(len(own), len(other))):
            yield from _between(_at(own, place), _at(other, place), f"{path}[{place}]")
    elif own is _ABSENT or other is _ABSENT or type(own) is not type(other) or own != other:
        yield path, own, other


def _at(values: list[Any], place: int) -> Any:
    return values[place] if place < len(values) else _ABSENT


def _shown(own_value: Any, other_value: Any) -> tuple[str | None, str | None]:
    own, other = _as_text(own_value), _as_text(other_value)
    if own is None or other is None:
        return _cut(own, 0), _cut(other, 0)
    begin = common_beginning(own, other) - AROUND_CHARS if max(len(own), len(other)) > SHOWN_CHARS else 0
    return _cut(own, begin), _cut(other, begin)


def _as_text(value: Any) -> str | None:
    if value is _ABSENT:
        return None
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str | None, begin: int) -> str | None:
    if text is None:
        return None
    start = max(0, begin)
    end = start + SHOWN_CHARS
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
