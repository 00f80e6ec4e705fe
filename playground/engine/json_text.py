"""JSON as it goes to clients: everything that JSON knows, also what orjson doesn't write."""

import json
from typing import Any

import orjson


def json_bytes(value: Any) -> bytes:
    """The value as compact UTF-8. NaN and infinities are null, half a surrogate pair is escaped.

    orjson refuses integers beyond 64 bits (``1e20`` comes back from PostgreSQL's jsonb as one) and more than 254
    levels. Raises RecursionError for some 1,000.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        finite = json.loads(json.dumps(value), parse_constant=lambda _name: None)
        return json.dumps(finite, separators=(",", ":")).encode()
