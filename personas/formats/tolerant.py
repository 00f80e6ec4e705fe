"""Parses the literals in platforms' documents without ever evaluating code.

Accepts JSON and what documents and JavaScript add: ``//`` and ``/* */`` comments, trailing commas, bare keys, single
quotes, ``<your-tools-here>``, a ``…`` for what was left out; and Python's ``None``, triple-quoted texts, adjacent
texts, brackets around a value. Anything else (``myTools``, ``"a" + b``, ``$jsapi.chatHistoryInLlmFormat()``) is kept
as an `Expression`: its text only.

Every node has its offset for error positions. The cost is linear in the text for a given depth, and both are bounded.
"""

import ast
import math
import re
import warnings
from bisect import bisect_left
from functools import cached_property
from typing import NoReturn

from personas.formats.hash_comments import may_be_value
from personas.formats.nodes import Expression, FormatError, Gap, Node
from playground.engine.user_json import LIMIT_DEPTH

MAX_CHARS = 1_048_576
MAX_VALUES = 20_000
"""The most values of a persona: reading its row creates all of them at once."""
MAX_DEPTH = LIMIT_DEPTH
MAX_INTEGER = 2**63 - 1
TOO_MANY_VALUES = f"This is too much for a persona: at most {MAX_VALUES:,} values can be taken."

_SPACE = re.compile(r"(?:[\s\ufeff]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_BARE_KEY = re.compile(r"[^\W\d][\w$-]*|\$[\w$-]*|\d+")
_WORD = re.compile(r"[\w$]+")
_NUMBER = re.compile(r"-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$])")
_OF_A_FRACTION = frozenset(".eE")
_PLACEHOLDER = re.compile(r"<[^<>\n]{0,200}>")
_ELLIPSIS = re.compile(r"…|\.\.\.|\*\*(?=[^\W\d])")
_STRINGS = {
    '"': re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"', re.DOTALL),
    "'": re.compile(r"'[^'\\\n]*(?:\\.[^'\\\n]*)*'", re.DOTALL),
    "`": re.compile(r"`[^`\\]*(?:\\.[^`\\]*)*`", re.DOTALL),
}
_IN_THREE_QUOTES = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\'', re.DOTALL
)
_DICT = re.compile(r"(?<![\w.$])dict[ \t]*\((?=\s*(?:\)|\*\*|[^\W\d]\w*\s*=(?!=)|\#))")
"""A call of Python's ``dict`` with keyword arguments only."""
_DICT_CHARS = 12
"""The most characters between its name and its bracket."""
_PREFIX = re.compile(r"(?:[rRuUfFbB]|[rR][fFbB]|[fFbB][rR])(?=[\"'])")
_EXPRESSION_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?(?:\*/|\Z)|[\[({]|[\])}]|[,;\n]|"
    + "|".join([_IN_THREE_QUOTES.pattern, *(string.pattern for string in _STRINGS.values())])
    + r"|(?P<pattern>/(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.){0,200}\]){1,200}/)",
    re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8})|(.))", re.DOTALL
)
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "\n": ""}
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
_CONSTANTS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_CLOSER = {"[": "]", "(": ")", "{": "}"}
_CONTINUES_BEFORE = frozenset("+-*/%?:|&=<>.([!,")
_CONTINUES_AFTER = frozenset("+-*/%?:|&=<>.")
_CONTINUES_A_LITERAL = frozenset("+-*/%?|&.")


class Source:
    """A text and its literals. Raises FormatError if it is too long or contains characters that are no text."""

    def __init__(self, text: str, *, is_python: bool = False, most_values: int = MAX_CHARS) -> None:
        self.is_python = is_python
        self._values_left = most_values
        self.text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.gaps: list[Gap] = []
        if len(self.text) > MAX_CHARS:
            raise too_long()
        if match := _FORBIDDEN.search(self.text):
            self.fail(
                "A character stands here that is no text (NUL, or half of a surrogate pair).", match.start()
            )

    def fail(self, message: str, offset: int) -> NoReturn:
        """Raise FormatError with the line and the column of ``offset``."""
        raise self.error(message, offset)

    def error(self, message: str, offset: int) -> FormatError:
        line = self.text.count("\n", 0, offset) + 1
        return FormatError(message, line, offset - self.text.rfind("\n", 0, offset), offset=offset)

    def line_of(self, offset: int) -> int:
        return bisect_left(self._line_ends, offset) + 1

    @cached_property
    def _line_ends(self) -> list[int]:
        return [line_end.start() for line_end in re.finditer("\n", self.text)]

    def skip(self, offset: int) -> int:
        """Return the first offset from ``offset`` on that is neither space nor comment."""
        match = _SPACE.match(self.text, offset)
        after = match.end() if match else offset
        if self.text.startswith("/*", after):
            self.fail("The comment that begins here is not closed with */.", after)
        return after

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

    def _peek(self, offset: int) -> str:
        return self.text[offset : offset + 1]

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
        if char in _STRINGS or _PREFIX.match(self.text, at):
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
            is_shorthand = self.text[key_at] not in _STRINGS and self._peek(self.skip(at)) in {",", "}"}
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

    def _fail_at_quotes(self, at: int) -> None:
        if self._peek(at) in {"“", "”", "„", "«", "‘", "’"}:
            self.fail('Typographic quotes are not read as quotes; write " instead.', at)

    def _number(self, text: str, at: int) -> int | float:
        if _OF_A_FRACTION.isdisjoint(text):
            if len(text) > 20 or abs(int(text)) > MAX_INTEGER:
                self.fail("This number is too large.", at)
            return int(text)
        number = float(text)
        if not math.isfinite(number):
            self.fail("This number is too large.", at)
        return number

    def _string(self, at: int) -> tuple[Node, int]:
        quote = self.text[at]
        match = _STRINGS[quote].match(self.text, at)
        if not match:
            where = "" if quote == "`" else " on its line; write a line break in it as \\n"
            self.fail(f"The text that begins here is not closed{where}.", at)
        raw = match.group()[1:-1]
        if quote == "`" and "${" in raw:
            return Node(Expression(match.group()), at), match.end()
        return Node(self.unescaped(raw, at), at), match.end()

    def _strings(self, at: int) -> tuple[Node, int]:
        """Return the text that begins here joined, in Python, with adjacent ones."""
        node, end = self.read_string(at)
        texts = [node.value]
        while self.is_python and self._begins_string(following := self.skip(end)):
            after, after_end = self.read_string(following)
            if self._peek(self.skip(after_end)) == ":":
                break
            texts.append(after.value)
            end = after_end
        if len(texts) == 1:
            return node, end
        if all(isinstance(text, str) for text in texts):
            return Node("".join(map(str, texts)), at), end
        return Node(Expression(self.text[at:end]), at), end

    def _begins_string(self, at: int) -> bool:
        return self._peek(at) in _STRINGS or _PREFIX.match(self.text, at) is not None

    def read_string(self, at: int) -> tuple[Node, int]:
        """Return the single quoted text that begins here, and its end; an Expression if it is interpolated."""
        prefix = _PREFIX.match(self.text, at)
        quotes = prefix.end() if prefix else at
        match = _IN_THREE_QUOTES.match(self.text, quotes)
        if match is None and self.text.startswith(('"""', "'''"), quotes) and self.is_python:
            self.fail("The text that begins here is not closed with three quotes.", at)
        if prefix is None and match is None:
            return self._string(at)
        end = match.end() if match else self._string(quotes)[1]
        if prefix and prefix.group().lower().strip("ru"):
            return Node(Expression(self.text[at:end]), at), end
        return Node(self.python_text(self.text[at:end], at), at), end

    def python_text(self, literal: str, at: int) -> str:
        """Evaluate one Python string literal."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                text = ast.literal_eval(literal)
        except (ValueError, SyntaxError):
            self.fail("An escape in this text is wrong.", at)
        if _FORBIDDEN.search(text):
            self.fail("This text holds a character that is no text (NUL, or half of a surrogate pair).", at)
        return str(text)

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

    def unescaped(self, raw: str, at: int) -> str:
        """Return the text between quotes, unescaped as JavaScript does."""
        if "\\" not in raw:
            return raw

        def replace(match: re.Match[str]) -> str:
            braced, four, two, eight, simple = match.groups()
            digits = braced or four or two or eight
            if digits is not None:
                code = int(digits, 16)
                return chr(code) if code <= 0x10FFFF else "\x00"
            if simple in {"u", "x"}:
                self.fail(
                    f"An escape is wrong: \\{simple} wants hexadecimal digits after it.",
                    at + 1 + match.start(),
                )
            return "\x00" if simple == "0" else _SIMPLE_ESCAPES.get(simple, simple)

        text = _ESCAPE.sub(replace, raw)
        joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if "\x00" in joined or joined.count("\ufffd") != text.count("\ufffd"):
            self.fail("This text holds a character that is no text (NUL, or half of a surrogate pair).", at)
        return joined

    def _expression(self, at: int) -> tuple[Node, int]:
        """Return the expression up to the comma, bracket or line end that closes it."""
        self._fail_at_quotes(at)
        end = self._expression_end(at)
        text = self.text[at:end].strip()
        if not text:
            self.fail("A value is missing here.", at)
        return Node(Expression(text), at), end

    def _expression_end(self, at: int) -> int:
        closers: list[str] = []
        position = at
        while match := _EXPRESSION_TOKEN.search(self.text, position):
            token = match.group()
            if match["pattern"] and not may_be_value(self.text, match.start()):
                position = match.start() + 1
                continue
            if token in _CLOSER:
                closers.append(_CLOSER[token])
            elif token in {"]", ")", "}"}:
                if not closers:
                    return match.start()
                if closers.pop() != token:
                    self.fail(f"This {token} closes a bracket that is not open.", match.start())
            elif not closers and token in {",", ";"}:
                return match.start()
            elif not closers and token == "\n":
                if self._ends_line(at, match.start()):
                    return match.start()
                position = self.skip(match.start())
                continue
            position = match.end()
        if closers:
            self.fail(f"A {closers[-1]} is missing for what begins here.", at)
        return len(self.text)

    def _ends_line(self, at: int, offset: int) -> bool:
        """Whether the line break at ``offset`` ends an expression: no operator before or after it."""
        before = self.text[max(at, offset - 200) : offset].rstrip()[-1:]
        after = self._peek(self.skip(offset))
        return before not in _CONTINUES_BEFORE and after not in _CONTINUES_AFTER


def refuse_too_many_values(document: object) -> None:
    """Raise FormatError for a persona's document with more than `MAX_VALUES`."""
    count, waiting = 0, [document]
    while waiting:
        value = waiting.pop()
        count += 1
        if count > MAX_VALUES:
            raise FormatError(TOO_MANY_VALUES)
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def too_long() -> FormatError:
    return FormatError(f"The text is too long: at most {MAX_CHARS:,} characters can be read.")
