"""Serialises JSON for clients, including values that orjson refuses."""

import json
from typing import Any

import orjson


class KeptJson(dict[str, Any]):
    """A JSON object that is never changed: `json_bytes` makes its text once, however many ask for it."""

    __slots__ = ("text",)

    text: bytes


def json_bytes(value: Any) -> bytes:
    """Return the value as compact UTF-8. NaN and infinities become null; lone surrogates are escaped.

    orjson refuses integers beyond 64 bits (``1e20`` comes back from PostgreSQL's jsonb as one) and more than 254
    levels. Raises RecursionError for some 1,000.
    """
    if not isinstance(value, KeptJson):
        return _dumped(value)
    if not hasattr(value, "text"):
        # A copy: orjson's bytes keep some 4 KiB for as long as they live.
        value.text = bytes(memoryview(_dumped(value)))
    return value.text


def _dumped(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        finite = json.loads(json.dumps(value), parse_constant=lambda _name: None)
        return json.dumps(finite, separators=(",", ":")).encode()
