"""Blocks and line openings: headings, list items, table rows, fenced code, JSON objects."""

import re
from typing import NamedTuple, Protocol

from playground.engine.sentences.characters import BULLETS, of

SENTENCE = "sentence"
HEADING = "heading"
CODE = "code"
TABLE_ROW = "table_row"
LIST_ITEM = "list_item"
FORMULA = "formula"
"""A display formula (``$$…$$``, ``\\[…\\]``) without text beside it."""

_FENCE = re.compile(r"`{3,120}(?!`)(?:[^`\n]{0,120}(?:\n|\Z)|[^`\n]{121})|~{3,120}(?!~)")
_PARTIAL_FENCE = re.compile(r"`{3,120}(?!`)[^`\n]{0,120}\Z|[`~]{3,120}\Z")
_HEADING = re.compile(r"#{1,6}[ \t]")
_BULLET = re.compile(rf"(?:[-*+–—][ \t]+|{of(BULLETS)}[ \t]*)(?:\[[ xX]\][ \t]+)?(?:\d{{1,3}}[.)][ \t])?")
_NUMBER = re.compile(r"(\d{1,3})(\.\)|[.)])[ \t]+|\((\d{1,3})\)[ \t]+")
_LETTER = re.compile(r"([A-Za-z])(\.\)|[.)])[ \t]+|\(([A-Za-z])\)[ \t]+")
_INITIALS = re.compile(r"[A-Z]\.[ \t]+[A-Z]\.")
"""Two capitals that begin a name ("J. K. Rowling"), not an item."""
_NAME_OR_ITEM = re.compile(r"[A-Z]\.[ \t]")
_PARTIAL = re.compile(
    rf"(?:#{{1,6}}|`{{1,2}}|~{{1,2}}|(?:[-*+–—]|{of(BULLETS)})[ \t]*(?:\[[ xX]?\]?[ \t]*)?(?:\d{{1,3}}[.)]?)?"
    r"|\(?(?:\d{1,3}|[A-Za-z])?(?:\.\)?|\))?|[A-Z]\.[ \t]+[A-Z]?)\Z"
)
_JSON = re.compile(r'\{\s*"[^"\n]{0,80}"\s*:')
_PARTIAL_JSON = re.compile(r'\{\s{0,80}(?:"[^"\n]{0,80}(?:"\s{0,80})?)?\Z')


class Opening(NamedTuple):
    """A unit's opening: its kind, where its words begin, and its list marker."""

    kind: str
    body: int
    marker: str = ""
    """The bullet, or the number or letter of the item; "" outside lists."""


def opening(text: str, at: int, marker: str, *, final: bool) -> Opening | None:
    """Return the opening of the line at ``at``, after a line with ``marker``; None if more text is needed."""
    first = text[at]
    if first.isalpha() and not first.isascii():
        return Opening(SENTENCE, at)
    if first == "|":
        return Opening(TABLE_ROW, at)
    if not final and (_PARTIAL.match(text, at) or _PARTIAL_FENCE.match(text, at)):
        return None
    if _FENCE.match(text, at):
        return Opening(CODE, at)
    if _HEADING.match(text, at):
        return Opening(HEADING, at)
    if _NAME_OR_ITEM.match(text, at) and first not in {"A", "I", next_marker(marker)}:
        return Opening(SENTENCE, at)
    return list_opening(text, at) or Opening(SENTENCE, at)


def inline_opening(text: str, at: int, marker: str, *, final: bool) -> Opening | None:
    """Return a sentence's opening within a line: the list item after ``marker``, or plain; None if not yet known."""
    if not text[at].isdigit() and not (marker and text[at] in BULLETS + "(" + next_marker(marker)):
        return Opening(SENTENCE, at)
    if not final and _PARTIAL.match(text, at):
        return None
    item = list_opening(text, at)
    if item and (item.marker.isdigit() or item.marker == next_marker(marker)):
        return item
    return Opening(SENTENCE, at)


def list_opening(text: str, at: int) -> Opening | None:
    """Return the opening of a list item at ``at``, or None."""
    if _INITIALS.match(text, at):
        return None
    bullet = _BULLET.match(text, at)
    if bullet:
        return Opening(LIST_ITEM, bullet.end(), text[at])
    counted = _NUMBER.match(text, at) or _LETTER.match(text, at)
    if counted:
        return Opening(LIST_ITEM, counted.end(), counted.group(1) or counted.group(3))
    return None


def next_marker(marker: str) -> str:
    """Return the next item's marker ("1" → "2", "a" → "b", "•" → "•"); "" after no item."""
    if not marker:
        return ""
    if marker.isdigit():
        return str(int(marker) + 1)
    return chr(ord(marker) + 1) if marker.isascii() and marker.isalpha() else marker


def json_opens(text: str, at: int, *, final: bool) -> bool | None:
    """Whether the ``{`` at ``at`` begins a JSON object; None if more text is needed."""
    if _JSON.match(text, at):
        return True
    return None if not final and _PARTIAL_JSON.match(text, at) else False


class Block(Protocol):
    """Text that is one unit, whatever it contains."""

    def consume(self, text: str, at: int) -> int | None:
        """Take the new text ``text[at:]``; return where the block ends in ``text``, or None if it goes on."""

    def is_closed(self) -> bool:
        """Whether the block is complete if nothing follows."""


class Fence:
    """A fenced code block (CommonMark 4.5): ends at a fence of the same mark that is at least as long."""

    def __init__(self, opened: str) -> None:
        self._mark = opened[0]
        self._length = len(opened) - len(opened.lstrip(self._mark))
        self._line = ""
        self._is_first = True

    def consume(self, text: str, at: int) -> int | None:
        while (newline := text.find("\n", at)) >= 0:
            line = (self._line + text[at:newline]).strip() if newline - at < _LINE_CHARS else ""
            self._line = ""
            if not self._is_first and self._closes(line):
                return newline
            self._is_first = False
            at = newline + 1
        if len(self._line) < _LINE_CHARS:
            self._line += text[at : at + _LINE_CHARS]
        return None

    def is_closed(self) -> bool:
        return not self._is_first and self._closes(self._line.strip())

    def _closes(self, line: str) -> bool:
        return len(line) >= self._length and not line.strip(self._mark)


_LINE_CHARS = 200
"""The longest line that may close a fence."""


class JsonObject:
    """A JSON object: ends at the brace that closes its first one."""

    _OUTSIDE = re.compile(r'["{}]')
    _INSIDE = re.compile(r'["\\]')

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._escapes = False

    def is_closed(self) -> bool:
        return False

    def consume(self, text: str, at: int) -> int | None:
        if self._escapes and at < len(text):
            self._escapes = False
            at += 1
        while match := (self._INSIDE if self._in_string else self._OUTSIDE).search(text, at):
            at = match.end()
            mark = match.group()
            if mark == '"':
                self._in_string = not self._in_string
            elif mark == "\\":
                self._escapes = at >= len(text)
                at += 1
            else:
                self._depth += 1 if mark == "{" else -1
            if not self._depth:
                return at
        return None
