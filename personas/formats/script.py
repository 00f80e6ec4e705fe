"""Finds the replies and the statements of a JAICP script (``state: … script:`` blocks, JavaScript); runs none of it."""

import re
from dataclasses import dataclass, field

from personas.formats.bindings import MAX_STATEMENTS, PATH, Names, Statement
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
    """What one ``$response.replies.push(…)`` pushes, and the state that it stands in (empty: none)."""

    node: Node
    state: str
    blocks: tuple[int, ...] = ()
    """The state and the blocks in braces around it."""
    pushed_at: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    source: Source
    replies: tuple[Reply, ...]
    barge_in: Node | None
    """The argument of the first ``$dialer.bargeInResponse(…)``."""
    names: Names


@dataclass
class _Place:
    """Where in the script the scan is."""

    state: str = ""
    blocks: list[int] = field(default_factory=lambda: [0])
    """The offset of the state, and those of the braces that are open."""

    def enter_state(self, name: str, offset: int) -> None:
        self.state, self.blocks = name, [offset]

    def brace(self, mark: str, offset: int) -> None:
        if mark == "{":
            self.blocks.append(offset)
        elif len(self.blocks) > 1:
            self.blocks.pop()


def read_script(source: Source) -> Script:
    """Every reply of the script. Raises FormatError for one that cannot be read."""
    replies: list[Reply] = []
    statements: list[Statement] = []
    barge_in: Node | None = None
    place, position = _Place(), 0
    while found := _TOKEN.search(source.text, position):
        position = found.end()
        if found["template"] and not may_be_value(source.text, found.start()):
            position = found.start() + 1
        elif found["state"] is not None:
            place.enter_state(found["state"].strip(), found.start())
        elif found["brace"]:
            place.brace(found["brace"], found.start())
        elif found["push"]:
            if len(replies) == MAX_REPLIES:
                source.fail(f"The script has more than {MAX_REPLIES} replies.", found.start())
            node, position = _argument(source, position)
            replies.append(Reply(node, place.state, tuple(place.blocks), found.start()))
        elif found["barge_in"] and barge_in is None:
            barge_in, position = _argument(source, position)
        elif found["path"]:
            if len(statements) == MAX_STATEMENTS:
                source.fail(f"The text has more than {MAX_STATEMENTS:,} statements.", found.start())
            statements.append(_statement(found, tuple(place.blocks)))
    return Script(source, tuple(replies), barge_in, Names(source, tuple(statements)))


def _statement(found: re.Match[str], blocks: tuple[int, ...]) -> Statement:
    is_part = found["part"] is not None or found["added"] is not None
    return Statement(found["path"], found.start(), found.end(), found["method"] or "", is_part, blocks)


def _argument(source: Source, offset: int) -> tuple[Node, int]:
    """The first argument of a call whose bracket has just been opened."""
    node, end = source.read(offset)
    after = source.skip(end)
    if source.text[after : after + 1] not in {")", ","}:
        source.fail("A ) is missing before this.", after)
    return node, after + 1
