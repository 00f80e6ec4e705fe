"""Makes hostile texts for a regular expression from its own parse tree."""

import re
from collections.abc import Iterator
from re import _constants as c
from re import _parser
from typing import Any, NamedTuple

_REPEATS = (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT)
_ALPHABET = "aA1 .-_'\"<[({`\n\t/\\:=,;я$%@#*~漢"
_MANY = 8
"""A repetition of more is worth repeating."""
_OF_A_CATEGORY = {c.CATEGORY_DIGIT: "1", c.CATEGORY_SPACE: " ", c.CATEGORY_NOT_WORD: " "}


class Pump(NamedTuple):
    """``begun`` once, then ``repeated`` to the wanted length, then an end that nothing expects."""

    begun: str
    repeated: str

    def text(self, chars: int) -> str:
        return (self.begun + self.repeated * (chars // len(self.repeated) + 1))[: chars - 1] + "\0"


def pumps(pattern: re.Pattern[Any]) -> frozenset[Pump]:
    """Return what the pattern repeats, after what comes before it; and each beginning of a match, again and again."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    # Patterns of bytes have no UNICODE flag, which those of characters always have.
    tree = _parser.parse(source, pattern.flags & ~re.UNICODE)
    return frozenset(Pump(begun[-60:], repeated[:60]) for begun, repeated in _walk(tree, "") if repeated)


def _walk(sequence: Any, begun: str) -> Iterator[tuple[str, str]]:
    for item in sequence:
        operation, argument = item
        for inner in _inner(operation, argument):
            yield from _walk(inner, begun)
        if operation in _REPEATS and argument[1] > _MANY:
            yield from ((begun, repeated) for repeated in _variants(argument[2]))
        begun += _sample([item])
        yield "", begun


def _inner(operation: Any, argument: Any) -> Iterator[Any]:
    if operation is c.BRANCH:
        yield from argument[1]
    elif operation is c.SUBPATTERN:
        yield argument[3]
    elif operation is c.ATOMIC_GROUP:
        yield argument
    elif operation in _REPEATS:
        yield argument[2]


def _variants(body: Any) -> list[str]:
    if len(body) == 1 and body[0][0] is c.IN:
        return _members(body[0][1])[:2]
    return [_sample(body)]


def _sample(sequence: Any) -> str:
    """Return a text that the sequence matches, or nearly."""
    return "".join(_sample_of(operation, argument) for operation, argument in sequence)


def _sample_of(operation: Any, argument: Any) -> str:
    if operation is c.LITERAL:
        return chr(argument)
    if operation is c.NOT_LITERAL:
        return "a" if argument != ord("a") else "b"
    if operation is c.ANY:
        return "a"
    if operation is c.IN:
        return _members(argument)[0]
    if operation in _REPEATS:
        least, most, body = argument
        times: int = max(min(least, _MANY), min(1, most))
        return _sample(body) * times
    samples = [_sample(inner) for inner in _inner(operation, argument)]
    return samples[0] if samples else ""


def _members(items: Any) -> list[str]:
    """Return characters of a class."""
    if items[0][0] is c.NEGATE:
        return [each for each in _ALPHABET if not any(_holds(item, each) for item in items[1:])] or ["a"]
    return [_member(*item) for item in items]


def _member(operation: Any, argument: Any) -> str:
    if operation is c.CATEGORY:
        return _OF_A_CATEGORY.get(argument, "a")
    return chr(argument[0] if operation is c.RANGE else argument)


def _holds(item: Any, character: str) -> bool:
    operation, argument = item
    if operation is c.LITERAL:
        return bool(ord(character) == argument)
    if operation is c.RANGE:
        return bool(argument[0] <= ord(character) <= argument[1])
    kind = str(argument).lower()
    is_of_it = {
        "digit": character.isdigit(),
        "space": character.isspace(),
        "word": character.isalnum() or character == "_",
    }[kind.rpartition("_")[2]]
    return is_of_it is not ("_not_" in kind)
