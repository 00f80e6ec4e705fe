"""JSON columns that give back the numbers that were put in, whatever the database makes of them."""

import json
from typing import Any

from django.db import models

_LARGEST_INT = 2**63 - 1


class BoundedJSONDecoder(json.JSONDecoder):
    """Reads an integer beyond 64 bits as a float: ``1e20`` comes back from PostgreSQL's jsonb with all its zeros.

    No text that was checked holds such an integer, and what writes JSON for clients takes none.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"parse_int": _bounded})


class JSONField(models.JSONField):
    """Django's, with `BoundedJSONDecoder`; migrations hold Django's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"decoder": BoundedJSONDecoder})

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("decoder", None)
        return name, "django.db.models.JSONField", args, kwargs


def _bounded(digits: str) -> int | float:
    # A float's text may be as long as its exponent says; int() refuses thousands of digits.
    if len(digits) > 20:
        return float(digits)
    number = int(digits)
    return number if abs(number) <= _LARGEST_INT else float(digits)
