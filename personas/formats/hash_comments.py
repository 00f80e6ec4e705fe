"""Blanks out ``#`` comments of JAICP's scripts and Python before a text is read."""

import re

_LOOK_BACK_CHARS = 200
_TOKEN = re.compile(
    r'''
      (?P<string>"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'
        |"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'
        |//[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<value>`[^`\\]*(?:\\.[^`\\]*)*`|/(?:[^/\\\n\[*]|\\.|\[(?:[^\]\\\n]|\\.){0,200}\])
        (?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.){0,200}\]){0,200}/)
    | (?P<comment>\#[^\n]*)
    ''',
    re.DOTALL | re.VERBOSE,
)
_BEFORE_A_VALUE = frozenset("(,=:[!&|?{};+-*%<>~^")


def without_hash_comments(text: str) -> str:
    """Return the text with spaces in place of each ``#`` comment, so that all offsets stay the same.

    A ``#`` in a text, in a regular expression or after ``//`` begins no comment.
    """
    pieces: list[str] = []
    position, copied = 0, 0
    while match := _TOKEN.search(text, position):
        position = match.end()
        if match["value"] and not may_be_value(text, match.start()):
            position = match.start() + 1
        elif match["comment"]:
            pieces += (text[copied : match.start()], " " * len(match["comment"]))
            copied = position
    return "".join(pieces) + text[copied:]


def may_be_value(text: str, offset: int) -> bool:
    """Whether a value can begin here: elsewhere a slash divides, and a backtick is prose."""
    before = text[max(0, offset - _LOOK_BACK_CHARS) : offset].rstrip()
    return not before or before[-1] in _BEFORE_A_VALUE or before.endswith("return")
