"""Parses the literals in platforms' documents without ever evaluating code.

Accepts JSON and what documents and JavaScript add: ``//`` and ``/* */`` comments, trailing commas, bare keys, single
quotes, ``<your-tools-here>``, a ``…`` for what was left out; and Python's ``None``, triple-quoted texts, adjacent
texts, brackets around a value. Anything else (``myTools``, ``"a" + b``, ``$jsapi.chatHistoryInLlmFormat()``) is kept
as an `Expression`: its text only.

Every node has its offset for error positions. The cost is linear in the text for a given depth, and both are bounded.
"""

import math
import re

from personas.formats.nodes import Expression, FormatError, Gap, Node
from personas.formats.scanned_text import QUOTES, ScannedText
from playground.engine.user_json import LIMIT_DEPTH

MAX_CHARS = 1_048_576
MAX_VALUES = 20_000
"""The most values of a persona: reading its row creates all of them at once."""
MAX_DEPTH = LIMIT_DEPTH
MAX_INTEGER = 2**63 - 1
TOO_MANY_VALUES = f"This is too much for a persona: at most {MAX_VALUES:,} values can be taken."

_BARE_KEY = re.compile(r"[^\W\d][\w$-]*|\$[\w$-]*|\d+")
_WORD = re.compile(r"[\w$]+")
_NUMBER = re.compile(r"-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$])")
_OF_A_FRACTION = frozenset(".eE")
_PLACEHOLDER = re.compile(r"<[^<>\n]{0,200}>")
_ELLIPSIS = re.compile(r"…|\.\.\.|\*\*(?=[^\W\d])")
_DICT = re.compile(r"(?<![\w.$])dict[ \t]*\((?=\s*(?:\)|\*\*|[^\W\d]\w*\s*=(?!=)|\#))")
"""A call of Python's ``dict`` with keyword arguments only."""
_DICT_CHARS = 12
"""The most characters between its name and its bracket."""
_CONSTANTS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_CONTINUES_A_LITERAL = frozenset("+-*/%?|&.")


class Source(ScannedText):
    """A text, and the literals in it. Raises FormatError for one that is too long, or that is no text."""

    def __init__(self, text: str, *, is_python: bool = False, most_values: int = MAX_CHARS) -> None:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > MAX_CHARS:
            raise too_long()
        super().__init__(text, is_python=is_python)
        self._values_left = most_values
        self.gaps: list[Gap] = []

    def read(self, offset: int = 0) -> tuple[Node, int]:
        """Return the literal at ``offset`` (after space and comments), and its end."""
        return self._value(self.skip(offset), 0)

    def read_array(self, offset: int) -> tuple[Node, int]:
        """Return only the array at ``offset``, whatever follows (``[…].concat(…)``), and its end."""
        return self._array(offset, 0)

    def read_arguments(self, offset: int) -> tuple[list[Node], int]:
        """Return the arguments of a call whose bracket is open, and the call's end."""
        arguments: list[Node] = []
        at = self.skip(offset)
        while self._peek(at) != ")":
            if self.text.startswith("...", at):
                node, at = self._expression(at)
            else:
                node, at = self._value(at, 0)
            arguments.append(node)
            at = self._after_item(at, ")", max(0, offset - 1))
        return arguments, at + 1

    def _value(self, at: int, depth: int) -> tuple[Node, int]:
        if depth > MAX_DEPTH:
            self.fail(f"The brackets are nested too deep: at most {MAX_DEPTH} levels can be read.", at)
        self._values_left -= 1
        if self._values_left < 0:
            self.fail(TOO_MANY_VALUES, at)
        literal = self._literal(at, depth)
        if literal is None:
            return self._expression(at)
        if self._peek(self.skip(literal[1])) in _CONTINUES_A_LITERAL:
            return self._expression(at)
        return literal

    def _literal(self, at: int, depth: int) -> tuple[Node, int] | None:
        """Return the object, array, string, number, constant or placeholder that begins here, or None."""
        char = self._peek(at)
        if char == "{":
            return self._object(at, depth)
        if char == "[":
            return self._array(at, depth)
        if self._begins_string(at):
            return self._strings(at)
        if char == "(":
            return self._bracketed(at, depth)
        if call := _DICT.match(self.text, at):
            return self._named_arguments(call, depth)
        if match := _PLACEHOLDER.match(self.text, at):
            return Node(Expression(match.group()), at), match.end()
        if match := _NUMBER.match(self.text, at):
            return Node(self._number(match.group(), at), at), match.end()
        match = _WORD.match(self.text, at)
        if match and match.group() in _CONSTANTS:
            return Node(_CONSTANTS[match.group()], at), match.end()
        if match and match.group() in {"NaN", "Infinity"}:
            self.fail("NaN and Infinity are not JSON; write a number.", at)
        if match and match.group()[0].isdigit():
            self.fail("This is not a number that JSON knows.", at)
        return None

    def _object(self, at: int, depth: int) -> tuple[Node, int]:
        members: dict[str, Node] = {}
        start, at = at, self.skip(at + 1)
        while self._peek(at) != "}":
            if _ELLIPSIS.match(self.text, at):
                at = self._gap(at)
                continue
            key_at = at
            key, at = self._key(at, start)
            is_shorthand = self.text[key_at] not in QUOTES and self._peek(self.skip(at)) in {",", "}"}
            at = key_at if is_shorthand else self.skip(at)
            if not is_shorthand and self._peek(at) != ":":
                self.fail(f'A colon is missing after the key "{key[:60]}".', at)
            node, at = self._value(at if is_shorthand else self.skip(at + 1), depth + 1)
            if key in members:
                self.fail(f'The key "{key[:60]}" stands twice in this object.', key_at)
            members[key] = node
            at = self._after_item(at, "}", start)
        return Node(members, start), at + 1

    def dict_before(self, bracket: int) -> int | None:
        """Return the offset of the call of Python's ``dict`` that this bracket belongs to, or None."""
        call = _DICT.match(self.text, max(0, self.text.rfind("dict", max(0, bracket - _DICT_CHARS), bracket)))
        return call.start() if call and call.end() == bracket + 1 else None

    def _named_arguments(self, call: re.Match[str], depth: int) -> tuple[Node, int]:
        """Parse ``dict(name=value, …)`` as an object."""
        members: dict[str, Node] = {}
        at = self.skip(call.end())
        while self._peek(at) != ")":
            if _ELLIPSIS.match(self.text, at):
                at = self._gap(at)
                continue
            key_at = at
            key, at = self._key(at, call.end() - 1)
            at = self.skip(at)
            if self._peek(at) != "=":
                self.fail(f'A = is missing after the name "{key[:60]}".', at)
            node, at = self._value(self.skip(at + 1), depth + 1)
            if key in members:
                self.fail(f'The name "{key[:60]}" stands twice in this dict.', key_at)
            members[key] = node
            at = self._after_item(at, ")", call.end() - 1)
        return Node(members, call.start()), at + 1

    def _array(self, at: int, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        start, at = at, self.skip(at + 1)
        while self._peek(at) != "]":
            if not self._peek(at):
                self.fail("The [ that stands here is not closed.", start)
            node, at = self._value(at, depth + 1)
            items.append(node)
            at = self._after_item(at, "]", start)
        return Node(items, start), at + 1

    def _after_item(self, at: int, closer: str, start: int) -> int:
        """Return the offset after the comma, or of the closing bracket."""
        at = self.skip(at)
        char = self._peek(at)
        if char == ",":
            return self.skip(at + 1)
        if char == closer:
            return at
        if not char:
            self.fail(f"The {self.text[start]} that stands here is not closed.", start)
        self.fail(f"A comma or a {closer} is missing before this.", at)

    def _gap(self, at: int) -> int:
        """Return the offset after a ``…`` among members, with an optional comma; a spread goes with it."""
        match = _ELLIPSIS.match(self.text, at)
        end = match.end() if match else at
        if _WORD.match(self.text, end):
            end = self._expression(end)[1]
        self.gaps.append(Gap(self.text[at:end], at))
        after = self.skip(end)
        return self.skip(after + 1) if self._peek(after) == "," else after

    def _key(self, at: int, start: int) -> tuple[str, int]:
        char = self._peek(at)
        if not char:
            self.fail("The { that stands here is not closed.", start)
        if char in {'"', "'"}:
            node, end = self._string(at)
            return str(node.value), end
        match = _BARE_KEY.match(self.text, at)
        if not match:
            self._fail_at_quotes(at)
            self.fail("A key is expected here: a name, or a text in quotes.", at)
        return match.group(), match.end()

    def _number(self, text: str, at: int) -> int | float:
        if _OF_A_FRACTION.isdisjoint(text):
            if len(text) > 20 or abs(int(text)) > MAX_INTEGER:
                self.fail("This number is too large.", at)
            return int(text)
        number = float(text)
        if not math.isfinite(number):
            self.fail("This number is too large.", at)
        return number

    def _bracketed(self, at: int, depth: int) -> tuple[Node, int] | None:
        """Return the value in brackets, or a Python tuple as a list; None for anything else."""
        start, at = at, self.skip(at + 1)
        items: list[Node] = []
        has_comma = False
        while self._peek(at) not in {")", ""}:
            literal = self._literal(at, depth + 1) if depth < MAX_DEPTH else None
            if literal is None:
                return None
            items.append(literal[0])
            at = self.skip(literal[1])
            if self._peek(at) == ",":
                has_comma, at = True, self.skip(at + 1)
            elif self._peek(at) != ")":
                return None
        if (
            not self._peek(at)
            or not items
            or self._peek(self.skip(at + 1)) == "("
            or not (self.is_python or len(items) == 1)
        ):
            return None
        if has_comma:
            return Node(items, start), at + 1
        return Node(items[0].value, start), at + 1


def refuse_too_many_values(document: object) -> None:
    """Raise FormatError for a persona's document with more than `MAX_VALUES`."""
    if value_count(document) > MAX_VALUES:
        raise FormatError(TOO_MANY_VALUES)


def value_count(document: object) -> int:
    """Return how many values a document has: itself, and each value in its objects and lists."""
    count, waiting = 0, [document]
    while waiting:
        value = waiting.pop()
        count += 1
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return count


def too_long() -> FormatError:
    return FormatError(f"The text is too long: at most {MAX_CHARS:,} characters can be read.")
