"""JSON columns that return the numbers that were stored, on any database."""

import json
import re
from functools import cache
from typing import Any

import orjson
from django.db import models

QUICK_CHARS = 64 * 1024
"""The longest text that orjson is given: it takes twelve times the text's memory while it reads."""

_LARGEST_INT = 2**63 - 1
_MAY_BE_BEYOND = re.compile(r"[0-9]{19}")


class BoundedJSONDecoder(json.JSONDecoder):
    """Reads an integer beyond 64 bits as a float: PostgreSQL's jsonb returns ``1e20`` with all its zeros.

    Checked texts contain no such integer, and JSON written for clients can't.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"parse_int": _bounded})

    def decode(self, text: str, *args: Any) -> Any:
        """Let orjson read what it reads alike: a stored turn has hundreds of numbers, and pages show many turns."""
        if len(text) <= QUICK_CHARS and _MAY_BE_BEYOND.search(text) is None:
            try:
                return orjson.loads(text)
            except orjson.JSONDecodeError:
                pass  # such as half a character, or deeper nesting than it reads
        return super().decode(text, *args)


@cache
def bounded_json_decoder() -> BoundedJSONDecoder:
    """Return the one decoder, which keeps nothing of what it reads: Django asks for one with each value."""
    return BoundedJSONDecoder()


class JSONField(models.JSONField):
    """Django's field with `BoundedJSONDecoder`; migrations refer to Django's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"decoder": bounded_json_decoder})

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("decoder", None)
        return name, "django.db.models.JSONField", args, kwargs


def _bounded(digits: str) -> int | float:
    # A float's text may be as long as its exponent; int() refuses thousands of digits.
    if len(digits) > 20:
        return float(digits)
    number = int(digits)
    return number if abs(number) <= _LARGEST_INT else float(digits)
