"""A text with its places: what is skipped in it, texts in quotes, and expressions, which are kept as they stand.

Texts are those of JSON, JavaScript and Python. Nothing is ever evaluated. Every refusal names its line and column.
"""

import ast
import re
import warnings
from bisect import bisect_left
from functools import cached_property
from typing import NoReturn

from personas.formats.hash_comments import may_be_value
from personas.formats.nodes import Expression, FormatError, Node

_SPACE = re.compile(r"(?:[\s\ufeff]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRINGS = {
    '"': re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"', re.DOTALL),
    "'": re.compile(r"'[^'\\\n]*(?:\\.[^'\\\n]*)*'", re.DOTALL),
    "`": re.compile(r"`[^`\\]*(?:\\.[^`\\]*)*`", re.DOTALL),
}
QUOTES = frozenset(_STRINGS)
_IN_THREE_QUOTES = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\'', re.DOTALL
)
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
_CLOSER = {"[": "]", "(": ")", "{": "}"}
_CONTINUES_BEFORE = frozenset("+-*/%?:|&=<>.([!,")
_CONTINUES_AFTER = frozenset("+-*/%?:|&=<>.")


class ScannedText:
    """A text whose lines end in ``\\n``. Raises FormatError for one that is no text."""

    def __init__(self, text: str, *, is_python: bool) -> None:
        self.text = text
        self.is_python = is_python
        if match := _FORBIDDEN.search(text):
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
        """The first offset, from ``offset`` on, that is neither space nor comment."""
        match = _SPACE.match(self.text, offset)
        after = match.end() if match else offset
        if self.text.startswith("/*", after):
            self.fail("The comment that begins here is not closed with */.", after)
        return after

    def _peek(self, offset: int) -> str:
        return self.text[offset : offset + 1]

    def _fail_at_quotes(self, at: int) -> None:
        if self._peek(at) in {"“", "”", "„", "«", "‘", "’"}:
            self.fail('Typographic quotes are not read as quotes; write " instead.', at)

    def _begins_string(self, at: int) -> bool:
        return self._peek(at) in _STRINGS or _PREFIX.match(self.text, at) is not None

    def _strings(self, at: int) -> tuple[Node, int]:
        """The text that begins here and, in Python, those that follow it: side by side they are one."""
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

    def read_string(self, at: int) -> tuple[Node, int]:
        """The one text in quotes that begins here, and where it ends; one with something to fill is an Expression."""
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
        """What Python makes of one literal."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                text = ast.literal_eval(literal)
        except (ValueError, SyntaxError):
            self.fail("An escape in this text is wrong.", at)
        if _FORBIDDEN.search(text):
            self.fail("This text holds a character that is no text (NUL, or half of a surrogate pair).", at)
        return str(text)

    def unescaped(self, raw: str, at: int) -> str:
        """What stands between quotes, with its escapes resolved as JavaScript does."""
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
        """What is not data, up to the comma, the bracket or the line end that closes it."""
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
        """Whether the line break at ``offset`` ends an expression: no operator stands before or after it."""
        before = self.text[max(at, offset - 200) : offset].rstrip()[-1:]
        after = self._peek(self.skip(offset))
        return before not in _CONTINUES_BEFORE and after not in _CONTINUES_AFTER
