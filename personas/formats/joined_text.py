"""Evaluates texts composed by code: ``"a" + name``, f-strings, template literals, ``dedent(…)``, ``.strip()``."""

import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from personas.formats.nodes import Expression
from personas.formats.tolerant import Source

MAX_PARTS = 500

_TextOf = Callable[[str], str | None]
_DEDENT = re.compile(r"(?:textwrap\s*\.\s*dedent|dedent|inspect\s*\.\s*cleandoc|cleandoc)\s*\(\s*")
_TRIM = re.compile(r"\s*\.\s*(?:strip|trim)\s*\(\s*\)")
_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_$][\w$]*|\[[^\[\]\n]{1,60}\]|\(\s*\))*")
_QUOTES = ("'", '"', "`")
_F_STRING = re.compile(r"([rRfF]{1,2})(?=[\"'])")
_TO_FILL_OF_PYTHON = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_TO_FILL_OF_JAVASCRIPT = re.compile(r"\$\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class JoinedText:
    text: str
    unknown: tuple[str, ...]
    """Unknown names, which stay in the text in braces."""


def joined_text(source: Source, offset: int, length: int, text_of: _TextOf) -> JoinedText | None:
    """Join the expression's texts, with ``{name}`` for what ``text_of`` doesn't know; None if it isn't a text."""
    reader = _Reader(source, offset, offset + length, text_of)
    text = reader.sum()
    if text is None or source.skip(reader.at) < reader.end or not reader.has_literal:
        return None
    return JoinedText(text, tuple(dict.fromkeys(reader.unknown)))


class _Reader:
    def __init__(self, source: Source, at: int, end: int, text_of: _TextOf) -> None:
        self.at, self.end = at, end
        self.unknown: list[str] = []
        self.has_literal = False
        self._source, self._text_of = source, text_of

    def sum(self) -> str | None:
        """Evaluate terms joined by ``+``, in Python also by juxtaposition."""
        texts: list[str] = []
        while len(texts) < MAX_PARTS:
            term = self._term()
            if term is None:
                return None
            texts.append(term)
            following = self._source.skip(self.at)
            if following >= self.end:
                break
            if self._source.text[following] == "+":
                self.at = self._source.skip(following + 1)
            elif self._source.is_python and self._begins_text(following):
                self.at = following
            else:
                break
        return "".join(texts)

    def _term(self) -> str | None:
        text = self._source.text
        if match := _DEDENT.match(text, self.at):
            return self._within(
                match.end(), textwrap.dedent if "dedent" in match.group() else inspect.cleandoc
            )
        if text.startswith("(", self.at):
            return self._within(self.at + 1, str)
        if self._begins_text(self.at):
            literal = self._literal()
            trim = _TRIM.match(text, self.at)
            if trim is None or literal is None:
                return literal
            self.at = trim.end()
            return literal.strip()
        return self._name()

    def _within(self, at: int, change: Callable[[str], str]) -> str | None:
        self.at = self._source.skip(at)
        joined = self.sum()
        after = self._source.skip(self.at)
        if joined is None or self._source.text[after : after + 1] != ")":
            return None
        self.at = after + 1
        trim = _TRIM.match(self._source.text, self.at)
        if trim:
            self.at = trim.end()
            return change(joined).strip()
        return change(joined)

    def _begins_text(self, at: int) -> bool:
        text = self._source.text
        return text[at : at + 1] in _QUOTES or _F_STRING.match(text, at) is not None

    def _literal(self) -> str | None:
        begin = self.at
        node, self.at = self._source.read_string(begin)
        self.has_literal = True
        if isinstance(node.value, str):
            return node.value
        if not isinstance(node.value, Expression):
            return None
        if self._source.text[begin] == "`":
            return self._filled(self._source.unescaped(node.value.text[1:-1], begin), _TO_FILL_OF_JAVASCRIPT)
        prefix = _F_STRING.match(self._source.text, begin)
        if prefix is None or "f" not in prefix[1].lower():
            return None
        plain = prefix[1].lower().replace("f", "")
        return self._filled(
            self._source.python_text(plain + node.value.text[len(prefix[1]) :], begin), _TO_FILL_OF_PYTHON
        )

    def _filled(self, text: str, to_fill: re.Pattern[str]) -> str:
        return to_fill.sub(lambda match: self._value_of(match), text)

    def _value_of(self, match: re.Match[str]) -> str:
        if match.group() in {"{{", "}}"}:
            return match.group()[0]
        name = (
            re.split(r"[!:=](?!=)", match[1].strip())[0].strip()
            if match.group()[0] == "{"
            else match[1].strip()
        )
        return self._known_or_named(name)

    def _name(self) -> str | None:
        match = _NAME.match(self._source.text, self.at)
        if match is None or match.end() > self.end:
            return None
        self.at = match.end()
        return self._known_or_named(match.group())

    def _known_or_named(self, name: str) -> str:
        known = self._text_of(name)
        if known is not None:
            return known
        shown = f"{{{name}}}"
        self.unknown.append(shown)
        return shown
