"""Resolves the names in pasted code: the values they are given, later changes, and values in place of names."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from personas.formats.joined_text import joined_text
from personas.formats.nodes import Expression, Node
from personas.formats.rules import excerpt
from personas.formats.tolerant import Source

MAX_ALIASES = 5
MAX_FILLED = 20_000
MAX_STATEMENTS = 5_000

PATH = r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*"
_PATH = re.compile(PATH)
_HAS_TEXT = re.compile(r"[\"'`]")
_CONDITION = re.compile(r"\b(?:if|else|elif|for|while|case|catch|except)\b|(?:&&|\|\||\?|=>)\s*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """An assignment ``path = …``, or a change of its value: ``path.push(…)``, ``path[0] = …``, ``path += …``."""

    path: str
    offset: int
    """The path's offset."""
    after: int
    """The offset of the value, or of the first argument."""
    method: str = ""
    """``push`` …; empty for an assignment to the path or to a part of it."""
    is_part: bool = False
    """Whether it sets a part or adds something, without a method."""
    blocks: tuple[int, ...] = ()
    """The enclosing blocks in braces, and the state of a JAICP script."""

    @property
    def names_value(self) -> bool:
        return not self.method and not self.is_part


@dataclass
class Bindings:
    """The statements of one text, in order. The values that they name are read on demand."""

    source: Source
    statements: tuple[Statement, ...] = ()
    _values: dict[int, tuple[Node, int]] = field(default_factory=dict)
    """Values with their ends, by offset: each is read once, however often it is named."""
    _asked: dict[tuple[str, int], None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_path: dict[str, list[Statement]] = {}
        for statement in self.statements:
            if statement.names_value:
                self._by_path.setdefault(statement.path, []).append(statement)

    def naming(self, path: str, use: int) -> Statement | None:
        """Return the last assignment to the path before ``use``, or else the first one after it."""
        candidates = self._by_path.get(path)
        if not candidates:
            return None
        index = bisect_left(candidates, use, key=lambda statement: statement.after)
        if index == 0:
            return candidates[0]
        if use < self._read(candidates[index - 1])[1]:
            return candidates[index - 2] if index > 1 else None
        return candidates[index - 1]

    def value_of(self, statement: Statement) -> Node:
        return self._read(statement)[0]

    def watch(self, path: str, use: int) -> None:
        """Record that the path's value replaced its name, so that `unfollowed` reports changes to it."""
        self._asked[(path, use)] = None

    def is_asked(self, statement: Statement) -> bool:
        """Whether the statement's value replaced its name."""
        return any(
            path == statement.path and self.naming(path, use) is statement for path, use in self._asked
        )

    def _read(self, statement: Statement) -> tuple[Node, int]:
        if statement.after not in self._values:
            self._values[statement.after] = self.source.read(statement.after)
        return self._values[statement.after]

    def changes(self, path: str, since: int, until: int) -> Iterator[Statement]:
        """Yield the changes of the path's value, or of a part of it, between two offsets."""
        first = bisect_right(self.statements, since, key=lambda statement: statement.offset)
        last = bisect_left(self.statements, until, key=lambda statement: statement.offset)
        for statement in self.statements[first:last]:
            if _is_changed(path, statement):
                yield statement

    def resolved(self, node: Node) -> Node:
        """Return the value that the text assigns to the name, or else the node itself."""
        for _ in range(MAX_ALIASES):
            if not isinstance(node.value, Expression) or not _PATH.fullmatch(node.value.text):
                break
            statement = self.naming(node.value.text, node.offset)
            if statement is None:
                break
            self.watch(statement.path, node.offset)
            node = self.value_of(statement)
        return node

    def filled(self, node: Node) -> Node:
        """Return the value with every name in it, at any depth, replaced by its value.

        Raises FormatError if names that refer to each other expand too far.
        """
        return self._filled(node, MAX_ALIASES, iter(range(MAX_FILLED)))

    def unfollowed(self, followed: Iterable[int] = ()) -> Iterator[str]:
        """Yield a sentence for each change of a value that replaced its name, except those at ``followed`` offsets."""
        skipped = set(followed)
        last_uses: dict[tuple[str, int], int] = {}
        for path, use in self._asked:
            statement = self.naming(path, use)
            named = (path, statement.offset if statement else 0)
            last_uses[named] = max(use, last_uses.get(named, 0))
        for (path, since), until in last_uses.items():
            for change in self.changes(path, since, until):
                if change.offset not in skipped:
                    skipped.add(change.offset)
                    yield self.sentence(change)

    def sentence(self, change: Statement) -> str:
        line = self.source.line_of(change.offset)
        written = " ".join(self.source.text[change.offset : change.after].split())
        statement = f"{change.path}.{change.method}(…)" if change.method else f"{excerpt(written)} …"
        return f"Line {line}: {statement} was not followed; what it adds or takes away is left out."

    def is_certain(self, change: Statement, use: tuple[int, ...]) -> bool:
        """Whether code within the blocks ``use`` always runs after the change."""
        begin = max(self.source.text.rfind(mark, 0, change.offset) for mark in ";{}\n") + 1
        before = self.source.text[begin : change.offset]
        line_before = self.source.text[max(0, begin - 200) : begin].rstrip().rpartition("\n")[2]
        is_under_condition = _CONDITION.search(before) or (
            not line_before.endswith((";", "}", ",")) and _CONDITION.match(line_before.strip())
        )
        return not is_under_condition and change.blocks == use[: len(change.blocks)]

    def _filled(self, node: Node, aliases: int, values_left: Iterator[int]) -> Node:
        """``values_left`` yields one number for each value that may still result from a name."""
        resolved = self.resolved(node)
        if resolved is not node:
            aliases -= 1
        if aliases < MAX_ALIASES and next(values_left, None) is None:
            self.source.fail("The variables that stand here name each other too often.", node.offset)
        if aliases < 0:
            return node
        if isinstance(resolved.value, dict):
            members = {key: self._filled(item, aliases, values_left) for key, item in resolved.value.items()}
            return Node(members, resolved.offset)
        if isinstance(resolved.value, list):
            return Node(
                [self._filled(item, aliases, values_left) for item in resolved.value], resolved.offset
            )
        if isinstance(resolved.value, Expression) and _HAS_TEXT.search(resolved.value.text):
            return self._joined(resolved, resolved.value, aliases, values_left)
        return resolved

    def _joined(self, node: Node, expression: Expression, aliases: int, values_left: Iterator[int]) -> Node:
        """Join the texts and names of an expression; unknown names stay, in braces."""

        def text_of(name: str) -> str | None:
            named = Node(Expression(name), node.offset)
            value = self.resolved(named)
            if value is named or aliases <= 0 or next(values_left, None) is None:
                return None
            text = self._filled(value, aliases - 1, values_left).value
            return text if isinstance(text, str) else None

        joined = joined_text(self.source, node.offset, len(expression.text), text_of)
        if joined is None:
            return node
        if not joined.unknown:
            return Node(joined.text, node.offset)
        return Node(Expression(expression.text, joined.text, joined.unknown), node.offset)


def _is_changed(path: str, statement: Statement) -> bool:
    """Whether the statement changes the path's value, or a part of it."""
    if statement.path == path:
        return not statement.names_value
    return statement.path.startswith(f"{path}.")
