"""Parses JSON from a person or a client: accepts only what can be stored in any database, sent and shown.

Python's parser also accepts NaN, integers of any length, NUL and lone surrogates, and raises RecursionError on deep
nesting. Here each of these is an error with its position, so that a form can point at it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from playground.engine.limits import KIB

JsonValue = dict[str, "JsonValue"] | list["JsonValue"] | str | int | float | bool | None

LIMIT_BYTES = 64 * KIB
"""The longest JSON text, in UTF-8."""
LIMIT_DEPTH = 32
"""The deepest nesting of objects and arrays."""
_LARGEST_INT = 2**63 - 1
_INT_DIGITS = 19

_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{\]}]', re.DOTALL)
"""Strings, to skip their content, and brackets."""
_TOKEN = re.compile(
    r"""
      (?P<text>"(?:[^"\\]++|\\.)*+"?)
    | (?P<number>-?[0-9][0-9.eE+-]*)
    | (?P<constant>NaN|-?Infinity)
    """,
    re.VERBOSE | re.DOTALL,
)
_NUL_OR_SURROGATE = re.compile(
    r"""
      \\u0000
    | \\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}   # a whole pair
    | \\u[dD][89a-fA-F][0-9a-fA-F]{2}
    | [\ud800-\udfff]
    | \\.
    """,
    re.VERBOSE | re.DOTALL,
)
_MAY_BE_UNFIT = re.compile(r"\\u|[\ud800-\udfff]")
_HALF_CHARS = (1, 6)
"""The lengths of a lone surrogate, raw and escaped; an escaped pair has 12, any other escape 2."""
_SYNTAX = (
    (
        "Expecting property name",
        "a key in double quotes is expected (or a comma stands after the last entry)",
    ),
    ("Illegal trailing comma", "a comma stands after the last entry"),
    ("Expecting ':'", "a colon is missing after the key"),
    ("Expecting ','", "a comma or a closing bracket is missing"),
    ("Unterminated string", "this text has no closing quote"),
    (
        "Invalid control character",
        "a text holds a line break, a tab or another control character: write \\n or \\t",
    ),
    ("Invalid \\escape", "the backslash in this text escapes nothing: write it twice"),
    ("Invalid \\u", "four hexadecimal digits must follow \\u"),
    ("Extra data", "something stands after the end of the JSON"),
    ("Expecting value", "a value is missing, or it is not JSON (text needs double quotes)"),
)


@dataclass(eq=False)
class UserJsonError(ValueError):
    """JSON is not accepted. ``message`` is a whole sentence with the position; both numbers count from 1."""

    message: str
    line: int
    column: int

    def __str__(self) -> str:
        return self.message


def parse_user_json(
    text: str, *, limit_bytes: int = LIMIT_BYTES, limit_depth: int = LIMIT_DEPTH
) -> JsonValue:
    """Parse JSON. Raises UserJsonError."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limit_bytes:
        raise UserJsonError(
            f"The JSON is too large: {size} bytes, and at most {limit_bytes} are taken. Shorten it.", 1, 1
        )
    text = text.removeprefix("\ufeff")
    _check_depth(text, limit_depth)
    numbers = _Numbers()
    try:
        value: JsonValue = json.loads(
            text, parse_int=numbers.integer, parse_float=numbers.fraction, parse_constant=numbers.constant
        )
    except json.JSONDecodeError as error:
        problem = next((words for start, words in _SYNTAX if error.msg.startswith(start)), "this is not JSON")
        _refuse(text, error.pos, problem)
    if numbers.are_unfit or _MAY_BE_UNFIT.search(text):
        for position, problem in _unfit(text):
            _refuse(text, position, problem)
    return value


def _check_depth(text: str, limit_depth: int) -> None:
    # finditer, not findall: building the whole list would hold the GIL and block every other thread.
    depth = 0
    for match in _STRUCTURE.finditer(text):
        character = text[match.start()]
        if character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        if depth > limit_depth:
            _refuse(text, match.start(), f"objects and lists may nest {limit_depth} deep at the most")


class _Numbers:
    """Reads numbers for Python's parser, and notes whether one can't be stored; `_unfit` finds its position later."""

    are_unfit = False

    def integer(self, digits: str) -> int:
        if not _is_fit(digits):
            self.are_unfit = True
            return 0  # int() raises on thousands of digits
        return int(digits)

    def fraction(self, text: str) -> float:
        self.are_unfit = self.are_unfit or not _is_fit(text)
        return float(text)

    def constant(self, _name: str) -> None:
        self.are_unfit = True


def _unfit(text: str) -> Iterator[tuple[int, str]]:
    """Yield the positions of values that Python's parser accepts but that can't be stored, and why."""
    for token in _TOKEN.finditer(text):
        match token.lastgroup:
            case "constant":
                yield token.start(), f"{token[0]} is no number in JSON"
            case "number" if not _is_fit(token[0]):
                yield token.start(), "this number is too large"
            case "text":
                yield from _unfit_characters(token)


def _is_fit(number: str) -> bool:
    if number.lstrip("-").isdigit():
        return len(number.lstrip("-")) <= _INT_DIGITS and abs(int(number)) <= _LARGEST_INT
    return abs(float(number)) != float("inf")


def _unfit_characters(token: re.Match[str]) -> Iterator[tuple[int, str]]:
    for match in _NUL_OR_SURROGATE.finditer(token[0]):
        position = token.start() + match.start()
        if match[0] == "\\u0000":
            yield position, "the NUL character cannot be stored: take it out"
        elif len(match[0]) in _HALF_CHARS:
            yield (
                position,
                "this is half of a character (a lone surrogate): take it out or write the whole one",
            )


def _refuse(text: str, position: int, problem: str) -> NoReturn:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    raise UserJsonError(f"Line {line}, column {column}: {problem}.", line, column)
