"""Typed reads from one object of a document: invalid values are refused, expressions are noted."""

import re
from collections.abc import Iterable
from typing import Any, Self

from personas.formats.nodes import Expression, Node
from personas.formats.rules import ValueProblem, excerpt, printable
from personas.formats.tolerant import Source

MAX_NOTES = 50

_MAY_HOLD_A_KEY = re.compile(r"key|token|secret|password|header", re.IGNORECASE)


class ImportNotes:
    """Notes on what an import left out or assumed: each sentence once, at most `MAX_NOTES`."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}
        self._unshown = 0

    def add(self, sentence: str) -> None:
        if len(self._sentences) < MAX_NOTES:
            self._sentences.setdefault(sentence)
        elif sentence not in self._sentences:
            self._unshown += 1

    def all(self) -> tuple[str, ...]:
        if not self._unshown:
            return tuple(self._sentences)
        return (
            *self._sentences,
            f"{self._unshown} more of the document could not be taken over and are not listed.",
        )


class Fields:
    """The members of one object. `rest` returns those that weren't read."""

    def __init__(self, source: Source, node: Node, path: str, notes: ImportNotes) -> None:
        if not isinstance(node.value, dict):
            source.fail(f"{path or 'The document'} is not an object: {{ … }}.", node.offset)
        self.source = source
        self.offset = node.offset
        self.notes = notes
        self._members = node.value
        self._path = path
        self._read_keys: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._members

    def name_of(self, key: str) -> str:
        """Return the key with its path, for sentences."""
        return f"{self._path}.{key}" if self._path else printable(key)

    def node(self, key: str) -> Node | None:
        """Return the member; None if absent or null."""
        self._read_keys.add(key)
        member = self._members.get(key)
        return None if member is None or member.value is None else member

    def data(self, key: str) -> Node | None:
        """Return the member if it is data; an expression is noted and counts as absent."""
        member = self.node(key)
        if member is None or not isinstance(member.value, Expression):
            return member
        self.note_expression(key, member.value, member.offset)
        return None

    def note_expression(self, key: str, expression: Expression, offset: int) -> None:
        """Note that the expression at ``offset`` was left out, without quoting text that may contain a key."""
        text = "its value" if _MAY_HOLD_A_KEY.search(key) else excerpt(expression.text)
        if expression.is_placeholder or (self.source.is_python and expression.is_name):
            self.notes.add(f"{self.name_of(key)}: {text} is a placeholder; it was left out.")
        else:
            place = f"Line {self.source.line_of(offset)}: {self.name_of(key)}"
            self.notes.add(f"{place}: {text} is script, not data; it was left out.")

    def text(self, key: str, max_chars: int) -> str:
        """Return the member's text; empty if absent."""
        member = self.data(key)
        if member is None:
            return ""
        if not isinstance(member.value, str):
            self.source.fail(f"{self.name_of(key)} is not a text.", member.offset)
        if len(member.value) > max_chars:
            self.source.fail(f"{self.name_of(key)} has more than {max_chars:,} characters.", member.offset)
        return member.value

    def key(self, key: str) -> str:
        """Return the member as a credential's text; an expression counts as a key still to come."""
        node = self.node(key)
        text = self.text(key, 5_000)
        return "<key>" if node is not None and node.is_expression else text

    def prompt(self, key: str, max_chars: int) -> str:
        """Return the member's text. In a text composed by code, unknown parts become ``{name}``."""
        node = self.node(key)
        if node is None or not isinstance(node.value, Expression) or not node.value.joined:
            return self.text(key, max_chars)
        if len(node.value.joined) > max_chars:
            self.source.fail(f"{self.name_of(key)} has more than {max_chars:,} characters.", node.offset)
        line = self.source.line_of(node.offset)
        for name in node.value.unknown:
            self.notes.add(
                f"Line {line}: {excerpt(name)} in {self.name_of(key)} is not in the text; it is kept as it stands."
            )
        return node.value.joined

    def section(self, key: str) -> Self | None:
        """Return the member as an object; None if absent."""
        member = self.data(key)
        return None if member is None else type(self)(self.source, member, self.name_of(key), self.notes)

    def plain(self, key: str, node: Node) -> Any:
        """Return the node as JSON, noting and leaving out each expression."""
        for path, expression, offset in node.expressions():
            name = f"{key}{path}" if path.startswith("[") else f"{key}.{path}" if path else key
            self.note_expression(name, expression, offset)
        return node.plain()

    def json(self, key: str) -> Any:
        """Return the member as JSON; None if absent."""
        member = self.data(key)
        return None if member is None else self.plain(key, member)

    def rest(self) -> dict[str, Any]:
        """Return all members that weren't read, as JSON, noting and leaving out expressions."""
        return self.all_but(*self._read_keys)

    def all_but(self, *keys: str) -> dict[str, Any]:
        """Return the object as JSON in its own order, without these members, noting and leaving out expressions."""
        members: dict[str, Any] = {}
        for key, node in self._members.items():
            if key in keys:
                continue
            value = self.plain(key, node)
            if not node.is_expression:
                members[key] = value
        return members

    def refuse(self, key: str, problems: Iterable[ValueProblem]) -> None:
        """Raise FormatError for the first problem, with its position in the document."""
        for problem in problems:
            node = self._members.get(key)
            offset = self.offset if node is None else node.offset_of(problem.path)
            self.source.fail(problem.message, offset)
