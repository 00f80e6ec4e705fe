"""Finds the replies and statements of a JAICP script (``state: … script:`` blocks, JavaScript) without running it."""

import re
from dataclasses import dataclass, field

from personas.formats.bindings import MAX_STATEMENTS, PATH, Bindings, Statement
from personas.formats.hash_comments import may_be_value
from personas.formats.nodes import Node
from personas.formats.tolerant import Source

MAX_REPLIES = 100

_TOKEN = re.compile(
    rf'''
      (?P<skip>//[^\n]*|/\*.*?(?:\*/|\Z)
        |"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!\'\'))*\'\'\'
        |"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*')
    | (?P<template>`[^`\\]*(?:\\.[^`\\]*)*`)
    | (?P<push>\$response\.replies\.push\s*\()
    | (?P<barge_in>\$dialer\.bargeInResponse\s*\()
    | ^[ \t]*state\s*:[ \t]*(?P<state>[^\n|]*)
    | (?P<brace>[{{}}])
    | (?P<path>(?<![\w$.]){PATH})\s*(?:
        (?:\.\s*(?P<method>push|unshift|splice|pop|shift|reverse|sort|append|insert|extend|update|assign)\s*\()
        | (?::[ \t]*(?!(?:var|let|const)\b)[A-Za-z_][\w.\[\], |]{{0,80}}?)?[ \t]*=(?![=>])
        | (?:\[[^\]\n]{{0,100}}\]){{1,5}}(?:\.[\w$]+){{0,5}}\s*
            (?P<part>[+]?=(?![=>])|\.\s*(?:push|unshift|append|extend|update)\s*\()
        | (?P<added>\+=))
    ''',
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """The argument of one ``$response.replies.push(…)``, and its state (empty for none)."""

    node: Node
    state: str
    blocks: tuple[int, ...] = ()
    """The enclosing state and blocks in braces."""
    pushed_at: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    source: Source
    replies: tuple[Reply, ...]
    barge_in: Node | None
    """The argument of the first ``$dialer.bargeInResponse(…)``."""
    names: Bindings


@dataclass
class _Nesting:
    """The scan's position in the script's structure."""

    state: str = ""
    blocks: list[int] = field(default_factory=lambda: [0])
    """The offsets of the state and of the open braces."""

    def enter_state(self, name: str, offset: int) -> None:
        self.state, self.blocks = name, [offset]

    def brace(self, mark: str, offset: int) -> None:
        if mark == "{":
            self.blocks.append(offset)
        elif len(self.blocks) > 1:
            self.blocks.pop()


def read_script(source: Source) -> Script:
    """Read the script. Raises FormatError for an invalid reply."""
    replies: list[Reply] = []
    statements: list[Statement] = []
    barge_in: Node | None = None
    nesting, position = _Nesting(), 0
    while match := _TOKEN.search(source.text, position):
        position = match.end()
        if match["template"] and not may_be_value(source.text, match.start()):
            position = match.start() + 1
        elif match["state"] is not None:
            nesting.enter_state(match["state"].strip(), match.start())
        elif match["brace"]:
            nesting.brace(match["brace"], match.start())
        elif match["push"]:
            if len(replies) == MAX_REPLIES:
                source.fail(f"The script has more than {MAX_REPLIES} replies.", match.start())
            node, position = _argument(source, position)
            replies.append(Reply(node, nesting.state, tuple(nesting.blocks), match.start()))
        elif match["barge_in"] and barge_in is None:
            barge_in, position = _argument(source, position)
        elif match["path"]:
            if len(statements) == MAX_STATEMENTS:
                source.fail(f"The text has more than {MAX_STATEMENTS:,} statements.", match.start())
            statements.append(_statement(match, tuple(nesting.blocks)))
    return Script(source, tuple(replies), barge_in, Bindings(source, tuple(statements)))


def _statement(match: re.Match[str], blocks: tuple[int, ...]) -> Statement:
    is_part = match["part"] is not None or match["added"] is not None
    return Statement(match["path"], match.start(), match.end(), match["method"] or "", is_part, blocks)


def _argument(source: Source, offset: int) -> tuple[Node, int]:
    """Return the first argument of a call whose bracket has just been opened."""
    node, end = source.read(offset)
    after = source.skip(end)
    if source.text[after : after + 1] not in {")", ","}:
        source.fail("A ) is missing before this.", after)
    return node, after + 1
