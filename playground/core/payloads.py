"""The JSON of one payload, read leniently: an odd number or string must not cost the delta beside it."""

import json
import math

import orjson

_LONGEST_INT = 19
"""Digits of the largest integer that a 64-bit column holds."""


def parse_payload(data: bytes) -> object:
    """Parse one payload. Raises ValueError where it is not JSON or nests too deeply.

    Lone halves of surrogate pairs, raw control characters and bytes that are no UTF-8 (as U+FFFD) are taken;
    NaN and infinities become None.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return _parse_leniently(data.decode("utf-8", "replace"))


def _parse_leniently(text: str) -> object:
    try:
        return json.loads(
            text, strict=False, parse_int=_bounded_int, parse_float=_finite_float, parse_constant=_no_number
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _bounded_int(digits: str) -> int | None:
    return int(digits) if len(digits) <= _LONGEST_INT else None


def _finite_float(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _no_number(_name: str) -> None:
    return None
