"""Measures a JSON Schema with its references expanded: a bound on the cost of checking arguments against it.

Counting is linear in the schema's own size, whatever it expands to.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from playground.engine.json_types import Json

MOST_PARTS = 10_000
"""A schema that expands to more parts may take longer to check than a turn waits."""
DEEPEST = 200
"""The deepest nesting of references and parts that is followed; anything deeper counts as too large."""


def expands_too_far(schema: Json) -> bool:
    """Whether the schema has more than `MOST_PARTS` parts, with each reference expanded."""
    return _Expansion(schema).parts_of(schema, 0) > MOST_PARTS


def nests_deeper(value: object, depth: int) -> bool:
    """Whether objects and lists nest more than ``depth`` deep. Iterative, so safe at any depth."""
    level = [value]
    for _ in range(depth):
        level = [item for part in level if isinstance(part, dict | list) for item in _items_of(part)]
    return any(isinstance(part, dict | list) for part in level)


def _items_of(part: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return part.values() if isinstance(part, dict) else part


class _Expansion:
    """Counts the parts of one schema, memoizing each object's count."""

    def __init__(self, whole: Json) -> None:
        self._whole = whole
        self._counted: dict[int, int] = {}
        """Counts by the objects' identity, which is safe as the schema outlives the count. 1 while being counted."""

    def parts_of(self, part: object, depth: int) -> int:
        if isinstance(part, list):
            return sum(self.parts_of(item, depth + 1) for item in part)
        if not isinstance(part, dict):
            return 0
        if depth > DEEPEST:
            return MOST_PARTS + 1
        if id(part) not in self._counted:
            self._counted[id(part)] = 1
            count = 1 + sum(self.parts_of(item, depth + 1) for item in part.values())
            self._counted[id(part)] = count + self._referred(part.get("$ref"), depth)
        return self._counted[id(part)]

    def _referred(self, reference: object, depth: int) -> int:
        if not isinstance(reference, str) or not reference.startswith("#"):
            return 0
        return self.parts_of(_at(self._whole, reference[1:]), depth + 1)


def _at(whole: object, pointer: str) -> object:
    """Return the value at a JSON Pointer (RFC 6901) in a fragment; None if there is none or it is no pointer."""
    if pointer and not pointer.startswith("/"):
        return None
    part = whole
    for step in pointer.split("/")[1:]:
        key = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(part, dict):
            part = part.get(key)
        elif isinstance(part, list) and key.isdecimal() and key.isascii() and len(key) < 6:
            part = part[int(key)] if int(key) < len(part) else None
        else:
            return None
    return part
