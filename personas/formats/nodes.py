"""The values of a document with their offsets, and the error with a position."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias


class FormatError(ValueError):
    """The document can't be read. ``message`` is one sentence; ``line`` and ``column`` count from 1.

    ``offset`` is the position in the source's text, if known.
    """

    def __init__(self, message: str, line: int = 1, column: int = 1, *, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class Expression:
    """A non-literal in place of a value: JavaScript, a placeholder, a ``…``.

    ``joined`` is the text that it evaluates to, with ``{name}`` for each of the ``unknown``; empty if it is no text.
    """

    text: str
    joined: str = field(default="", compare=False)
    unknown: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_placeholder(self) -> bool:
        return self.text.startswith("<") or self.text in {"…", "..."}

    @property
    def is_name(self) -> bool:
        """Whether it is a bare name."""
        return self.text.isidentifier()


@dataclass(frozen=True, slots=True)
class Gap:
    """A ``…`` (or a spread) among the members of an object."""

    text: str
    offset: int


Value: TypeAlias = "str | int | float | bool | Expression | dict[str, Node] | list[Node] | None"


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the offset at which it begins."""

    value: Value
    offset: int

    def plain(self) -> Any:
        """Return the value as JSON without expressions (see `expressions`)."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items() if not node.is_expression}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value if not node.is_expression]
        return None if isinstance(self.value, Expression) else self.value

    @property
    def is_expression(self) -> bool:
        return isinstance(self.value, Expression)

    def offset_of(self, path: Sequence[str | int]) -> int:
        """Return the offset of the value at the path in `plain`, or of its nearest existing parent."""
        node = self
        for step in path:
            if isinstance(node.value, dict) and step in node.value:
                node = node.value[str(step)]
            elif isinstance(node.value, list) and isinstance(step, int):
                node = [item for item in node.value if not item.is_expression][step]
            else:
                break
        return node.offset

    def path_to(self, offset: int, path: str = "") -> str:
        """Return the path (``layers.llm.tools[0]``) of the node at ``offset``; empty for this node or none."""
        if self.offset == offset:
            return path
        for step, node in self._members(path):
            if member_path := node.path_to(offset, step):
                return member_path
        return ""

    def expressions(self, path: str = "") -> Iterator[tuple[str, Expression, int]]:
        """Yield each expression in the value with its path (``parameters.stop[0]``) and its offset."""
        if isinstance(self.value, Expression):
            yield path, self.value, self.offset
        for step, node in self._members(path):
            yield from node.expressions(step)

    def _members(self, path: str) -> Iterator[tuple[str, "Node"]]:
        """Yield the members of an object or a list, each with its path."""
        if isinstance(self.value, dict):
            for key, node in self.value.items():
                yield f"{path}.{key}" if path else key, node
        elif isinstance(self.value, list):
            for index, node in enumerate(self.value):
                yield f"{path}[{index}]", node
