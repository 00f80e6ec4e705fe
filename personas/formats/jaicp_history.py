"""Evaluates how a JAICP script builds ``messages``: literals, the session's history, and what is added to them."""

import re
from dataclasses import dataclass
from typing import TypeAlias

from personas.formats.bindings import MAX_ALIASES, PATH, Bindings, Statement
from personas.formats.nodes import Expression, Node
from personas.formats.script import Reply, Script

_PAST = re.compile(r"\$jsapi\s*\.\s*chatHistoryInLlmFormat\s*\(\s*\)")
_SLICE = re.compile(r"\s*\.\s*slice\s*\(\s*(?:-\s*([1-9]\d{0,3})|0?)\s*\)")
_CONCAT = re.compile(r"\s*\.\s*concat\s*\(")
_OR_NOTHING = re.compile(r"\s*\|\|\s*\[\s*\]")
_PATH = re.compile(PATH)
_ADDED_IN_FRONT = re.compile(r"\s*0\s*,\s*0\s*,")


MAX_NAMED = 1_000
"""The most times that lists may be named within one list of messages."""


@dataclass(frozen=True, slots=True)
class SessionHistory:
    """The session's history; ``last``: only that many messages (None for all)."""

    offset: int
    last: int | None = None


Part: TypeAlias = Node | SessionHistory
Parts: TypeAlias = list[Part]


class Histories:
    """Evaluates expressions of one script as lists of messages."""

    def __init__(self, script: Script, reply: Reply) -> None:
        self._source = script.source
        self._names: Bindings = script.names
        self._blocks = reply.blocks
        self._pushed_at = reply.pushed_at
        self._left = iter(range(MAX_NAMED))
        self.followed: list[int] = []
        """The offsets of the statements whose effect the parts include."""

    def parts(self, node: Node) -> Parts | None:
        """Return the messages in order; None if a part is neither a literal nor the session's history."""
        return self._parts(node, MAX_ALIASES)

    def _parts(self, node: Node, aliases: int) -> Parts | None:
        if isinstance(node.value, list):
            return self._of_items(node.value, aliases)
        if not isinstance(node.value, Expression):
            return None
        expression = self._of_expression(node.offset, aliases)
        if expression is None or expression[1] < node.offset + len(node.value.text):
            return None
        return expression[0]

    def _of_items(self, items: list[Node], aliases: int) -> Parts:
        """Return the items of an array; an unknown spread stays in its place."""
        parts: Parts = []
        for item in items:
            spread = isinstance(item.value, Expression) and item.value.text.startswith("...")
            inner = self._parts(self._source.read(item.offset + 3)[0], aliases) if spread else None
            parts += [self._names.filled(item)] if inner is None else inner
        return parts

    def _of_expression(self, at: int, aliases: int) -> tuple[Parts, int] | None:
        """Return the parts of an array, the history or a name with ``.concat(…)`` and ``.slice(-n)``, and their end."""
        begun = self._begun(at, aliases)
        if begun is None:
            return None
        parts, end = begun
        while True:
            if match := _SLICE.match(self._source.text, end):
                if len(parts) != 1 or not isinstance(parts[0], SessionHistory):
                    return None
                last = int(match[1]) if match[1] else parts[0].last
                parts, end = [SessionHistory(parts[0].offset, last)], match.end()
            elif match := _CONCAT.match(self._source.text, end):
                arguments = self._arguments(match.end())
                added = [part for node in arguments[0] for part in self._added(node, aliases)]
                parts, end = [*parts, *added], arguments[1]
            elif match := _OR_NOTHING.match(self._source.text, end):
                end = match.end()
            else:
                return parts, end

    def _begun(self, at: int, aliases: int) -> tuple[Parts, int] | None:
        text = self._source.text
        if text[at : at + 1] == "[":
            array, end = self._source.read_array(at)
            return (self._of_items(array.value, aliases), end) if isinstance(array.value, list) else None
        if match := _PAST.match(text, at):
            return [SessionHistory(at)], match.end()
        match = _PATH.match(text, at)
        if match is None:
            return None
        path = match.group()
        for method in (".concat", ".slice"):
            path = path.removesuffix(method)
        named = self._of_name(path, at, aliases)
        return None if named is None else (named, at + len(path))

    def _of_name(self, path: str, use: int, aliases: int) -> Parts | None:
        """Return the path's value at ``use`` with what was added to it, or None."""
        if next(self._left, None) is None:
            self._source.fail("The variables that stand here name each other too often.", use)
        statement = self._names.naming(path, use)
        if statement is None or statement.offset >= use or aliases <= 0:
            return None
        parts = self._parts(self._names.value_of(statement), aliases - 1)
        if parts is None:
            return None
        self._names.watch(path, max(use, self._pushed_at))
        for change in self._names.changes(path, statement.offset, max(use, self._pushed_at)):
            if change.path != path or not self._names.is_certain(change, self._blocks):
                continue
            changed = self._changed(parts, change, aliases)
            if changed is not None:
                self.followed.append(change.offset)
                parts = changed
        return parts

    def _changed(self, parts: Parts, change: Statement, aliases: int) -> Parts | None:
        """Return the messages after ``push``, ``unshift`` or ``splice(0, 0, …)``; None if the change is unknown."""
        after = change.after
        if change.method == "splice":
            match = _ADDED_IN_FRONT.match(self._source.text, after)
            if match is None:
                return None
            after = match.end()
        elif change.method not in {"push", "unshift"}:
            return None
        added = self._of_items(self._arguments(after)[0], aliases)
        return [*parts, *added] if change.method == "push" else [*added, *parts]

    def _added(self, node: Node, aliases: int) -> Parts:
        """Return what ``.concat`` adds for one argument: an array's items, or the argument itself."""
        inner = self._parts(node, aliases)
        return [self._names.filled(node)] if inner is None else inner

    def _arguments(self, at: int) -> tuple[list[Node], int]:
        """Return the arguments of a call whose bracket is open, and the call's end."""
        return self._source.read_arguments(at)
