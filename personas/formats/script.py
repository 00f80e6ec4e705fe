"""Finds the replies in a JAICP script (``state: … script:`` blocks, JavaScript); runs none of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from personas.formats.nodes import Expression, Node
from personas.formats.tolerant import Source

MAX_REPLIES = 100
MAX_ALIASES = 5
MAX_FILLED = 20_000

_TOKEN = re.compile(
    r"""
      (?P<skip>//[^\n]*|/\*.*?(?:\*/|\Z)
        |"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*')
    | (?P<push>\$response\.replies\.push\s*\()
    | (?P<barge_in>\$dialer\.bargeInResponse\s*\()
    | \b(?:var|let|const)\s+(?P<variable>[A-Za-z_$][\w$]*)\s*=(?!=)
    | ^[ \t]*state\s*:[ \t]*(?P<state>[^\n|]*)
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What one ``$response.replies.push(…)`` pushes, and the state that it stands in (empty: none)."""

    node: Node
    state: str


@dataclass(frozen=True, slots=True)
class Script:
    source: Source
    replies: tuple[Reply, ...]
    barge_in: Node | None
    """The argument of the first ``$dialer.bargeInResponse(…)``."""
    variables: Mapping[str, int]
    """Where the value of each declared variable begins."""
    _values: dict[str, Node] = field(default_factory=dict)
    """The values that were read so far: each is read once, however often it is named."""

    def resolved(self, node: Node) -> Node:
        """The value of the variable that the node names, if the text declares it; else the node itself."""
        for _ in range(MAX_ALIASES):
            if not isinstance(node.value, Expression) or node.value.text not in self.variables:
                break
            node = self._value_of(node.value.text)
        return node

    def filled(self, node: Node) -> Node:
        """The value with every variable that stands in it, however deep, in place of its name.

        Raises FormatError where the variables, which may name each other, make too much of it.
        """
        return self._filled(node, MAX_ALIASES, iter(range(MAX_FILLED)))

    def _filled(self, node: Node, aliases: int, left: Iterator[int]) -> Node:
        """``left`` gives one number for each value that may still come out of a variable."""
        found = self.resolved(node)
        if found is not node:
            aliases -= 1
        if aliases < MAX_ALIASES and next(left, None) is None:
            self.source.fail("The variables that stand here name each other too often.", node.offset)
        if aliases < 0:
            return node
        if isinstance(found.value, dict):
            members = {key: self._filled(item, aliases, left) for key, item in found.value.items()}
            return Node(members, found.offset)
        if isinstance(found.value, list):
            return Node([self._filled(item, aliases, left) for item in found.value], found.offset)
        return found

    def _value_of(self, name: str) -> Node:
        if name not in self._values:
            self._values[name] = self.source.read(self.variables[name])[0]
        return self._values[name]


def read_script(source: Source) -> Script:
    """Every reply of the script. Raises FormatError for one that cannot be read."""
    replies: list[Reply] = []
    variables: dict[str, int] = {}
    barge_in: Node | None = None
    state, position = "", 0
    while found := _TOKEN.search(source.text, position):
        position = found.end()
        if found["variable"]:
            variables[found["variable"]] = position
        elif found["state"] is not None:
            state = found["state"].strip()
        elif found["push"]:
            if len(replies) == MAX_REPLIES:
                source.fail(f"The script has more than {MAX_REPLIES} replies.", found.start())
            node, position = _argument(source, position)
            replies.append(Reply(node, state))
        elif found["barge_in"] and barge_in is None:
            barge_in, position = _argument(source, position)
    return Script(source, tuple(replies), barge_in, variables)


def _argument(source: Source, offset: int) -> tuple[Node, int]:
    """The first argument of a call whose bracket has just been opened."""
    node, end = source.read(offset)
    after = source.skip(end)
    if source.text[after : after + 1] not in {")", ","}:
        source.fail("A ) is missing before this.", after)
    return node, after + 1
