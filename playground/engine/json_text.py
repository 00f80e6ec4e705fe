"""Serialises JSON for clients, including values that orjson refuses."""

import json
from typing import Any

import orjson


def json_bytes(value: Any) -> bytes:
    """Return the value as compact UTF-8. NaN and infinities become null; lone surrogates are escaped.

    orjson refuses integers beyond 64 bits (``1e20`` comes back from PostgreSQL's jsonb as one) and more than 254
    levels. Raises RecursionError for some 1,000.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        finite = json.loads(json.dumps(value), parse_constant=lambda _name: None)
        return json.dumps(finite, separators=(",", ":")).encode()
