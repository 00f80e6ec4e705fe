"""Parses the JSON of payloads: of events as strictly as OpenAI's own client, of other texts leniently."""

import json
import math

import orjson

_LONGEST_INT = 19
"""Digits of the largest integer that a 64-bit column holds."""
_LONGEST_READ_INT = 4300
"""Digits of the longest integer that Python's parser, and so OpenAI's client, reads."""


def parse_event(data: bytes) -> object:
    """Parse the payload of one event. Raises ValueError where OpenAI's client would raise.

    Lone surrogates are accepted; NaN, infinities and integers beyond 64 bits become None.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return _parsed(data.decode(), _STRICTLY)


def parse_payload(data: bytes) -> object:
    """Parse JSON. Raises ValueError if it is not JSON or nests too deeply.

    Accepts what ``parse_event`` accepts, and also integers of any length, raw control characters and invalid UTF-8
    (as U+FFFD).
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return _parsed(data.decode("utf-8", "replace"), _LENIENTLY)


def _parsed(text: str, decoder: json.JSONDecoder) -> object:
    try:
        return decoder.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _bounded_int(digits: str) -> int | None:
    return int(digits) if len(digits) <= _LONGEST_INT else None


def _readable_int(digits: str) -> int | None:
    if len(digits) > _LONGEST_READ_INT:
        raise ValueError("a number too long")
    return _bounded_int(digits)


def _finite_float(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _no_number(_name: str) -> None:
    return None


_STRICTLY = json.JSONDecoder(parse_int=_readable_int, parse_float=_finite_float, parse_constant=_no_number)
_LENIENTLY = json.JSONDecoder(
    strict=False, parse_int=_bounded_int, parse_float=_finite_float, parse_constant=_no_number
)
