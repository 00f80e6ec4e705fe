"""Parses JSON from a person or a client: accepts only what can be stored in any database, sent and shown.

Python's parser also accepts NaN, integers of any length, NUL and lone surrogates, and raises RecursionError on deep
nesting. Here each of these is an error with its position, so that a form can point at it.
"""

import json
import re
from dataclasses import dataclass
from typing import NoReturn

from playground.engine.limits import KIB

JsonValue = dict[str, "JsonValue"] | list["JsonValue"] | str | int | float | bool | None

LIMIT_BYTES = 64 * KIB
"""The longest JSON text, in UTF-8."""
LIMIT_DEPTH = 32
"""The deepest nesting of objects and arrays."""
LIMIT_VALUES = 32 * KIB
"""The most values, counted as opening brackets and commas: more than fit in the longest text of a form's field."""
_LARGEST_INT = 2**63 - 1
_INT_DIGITS = 19

_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{\]},]', re.DOTALL)
"""Strings, to skip their content, brackets and commas."""
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
      (?: [^\\\ud800-\udfff]
        | \\[^u]
        | \\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}   # a whole pair
        | \\u(?!0000|[dD][89a-fA-F])
      )++
    | (?P<nul>\\u0000)
    | (?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2} | [\ud800-\udfff])
    """,
    re.VERBOSE | re.DOTALL,
)
"""In one match each: as much as possible without either, or one of them."""
_MAY_BE_UNFIT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])|[\ud800-\udfff]")
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
    text: str,
    *,
    limit_bytes: int = LIMIT_BYTES,
    limit_depth: int = LIMIT_DEPTH,
    limit_values: int = LIMIT_VALUES,
) -> JsonValue:
    """Parse JSON. Raises UserJsonError."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limit_bytes:
        raise UserJsonError(
            f"The JSON is too large: {size} bytes, and at most {limit_bytes} are taken. Shorten it.", 1, 1
        )
    text = text.removeprefix("\ufeff")
    _check_structure(text, limit_depth, limit_values)
    numbers = _Numbers()
    try:
        value: JsonValue = json.loads(
            text, parse_int=numbers.integer, parse_float=numbers.fraction, parse_constant=numbers.constant
        )
    except json.JSONDecodeError as error:
        problem = next((words for start, words in _SYNTAX if error.msg.startswith(start)), "this is not JSON")
        _refuse(text, error.pos, problem)
    if numbers.are_unfit:
        _refuse_number(text)
    if _MAY_BE_UNFIT.search(text):
        _refuse_unfit_characters(text)
    return value


def _check_structure(text: str, limit_depth: int, limit_values: int) -> None:
    # finditer, not findall: building the whole list would hold the GIL and block every other thread.
    depth = values = 0
    for match in _STRUCTURE.finditer(text):
        character = text[match.start()]
        if character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        values += character in "[{,"
        if depth > limit_depth:
            _refuse(text, match.start(), f"objects and lists may nest {limit_depth} deep at the most")
        if values > limit_values:
            _refuse(text, match.start(), f"there are more than {limit_values:,} values")


class _Numbers:
    """Reads numbers for Python's parser, and notes whether one can't be stored; `_refuse_number` finds it later."""

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


def _refuse_number(text: str) -> NoReturn:
    """Find the number that Python's parser accepts but that can't be stored."""
    for token in _TOKEN.finditer(text):
        match token.lastgroup:
            case "constant":
                _refuse(text, token.start(), f"{token[0]} is no number in JSON")
            case "number" if not _is_fit(token[0]):
                _refuse(text, token.start(), "this number is too large")
    _refuse(text, 0, "a number is too large")


def _is_fit(number: str) -> bool:
    if number.lstrip("-").isdigit():
        return len(number.lstrip("-")) <= _INT_DIGITS and abs(int(number)) <= _LARGEST_INT
    return abs(float(number)) != float("inf")


def _refuse_unfit_characters(text: str) -> None:
    """Refuse characters that Python's parser accepts but that can't be stored: all stand in strings."""
    for match in _NUL_OR_SURROGATE.finditer(text):
        match match.lastgroup:
            case "nul":
                _refuse(text, match.start(), "the NUL character cannot be stored: take it out")
            case "half":
                problem = "this is half of a character (a lone surrogate): take it out or write the whole one"
                _refuse(text, match.start(), problem)


def _refuse(text: str, position: int, problem: str) -> NoReturn:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    raise UserJsonError(f"Line {line}, column {column}: {problem}.", line, column)
