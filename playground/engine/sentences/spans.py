"""Spans of a sentence that are never cut: inline code, formulas, and tags such as speech tags."""

import re
from typing import NamedTuple

from playground.engine.sentences.characters import BRACKETS_CLOSED, NEWLINES, of

SPAN_OPENERS = "`$\\<"

INLINE_CHARS = 200
"""The longest inline code, and formula between single dollar signs."""

FORMULA_CHARS = 1_000
"""The longest formula of any other kind."""

TAG_CHARS = 300
"""The longest tag."""

_STOP_REACH_CHARS = 8


class Span(NamedTuple):
    """A span that ends before ``end``; if ``closing`` is -1, nothing was opened and the text up to there is plain."""

    end: int
    closing: int = -1
    """The offset of its closing mark."""
    stop: int = -1
    """The offset of a stop before its closing mark, with which the sentence may end; -1 if there is none."""
    is_display: bool = False
    """A display formula, which may span lines."""


def span_at(text: str, start: int, at: int, *, final: bool) -> Span | None:
    """Return the span opened at ``at``, in the sentence that begins at ``start``; None if more text is needed."""
    match text[at]:
        case "`":
            return _code(text, start, at, final=final)
        case "$":
            return _dollar(text, start, at, final=final)
        case "\\":
            return _backslash(text, at, final=final)
    return _tag(text, at, final=final)


_BACKTICKS = re.compile("`+")
_DOLLARS = re.compile(r"\$+")
_NEWLINE = re.compile(of(NEWLINES))


def _code(text: str, start: int, at: int, *, final: bool) -> Span | None:
    """Match inline code (CommonMark 6.1) on one line; a backtick after a letter or before a space is text."""
    opened = _run_end(_BACKTICKS, text, at)
    if opened == len(text) and not final:
        return None
    if opened == len(text) or _touches_word(text, start, at):
        return Span(opened)
    length = opened - at
    if length == 1 and text[opened].isspace():
        return Span(opened)
    reach = opened + INLINE_CHARS
    line_end = _line_end(text, opened, reach)
    position = opened
    while (closing := text.find("`", position, line_end)) >= 0:
        position = _run_end(_BACKTICKS, text, closing)
        if position == len(text) and not final:
            return None
        if position - closing == length:
            return Span(position, closing, _stop_in_code(text, opened, closing))
    return None if line_end == len(text) < reach and not final else Span(opened)


def _dollar(text: str, start: int, at: int, *, final: bool) -> Span | None:
    opened = _run_end(_DOLLARS, text, at)
    if opened == len(text) and not final:
        return None
    if opened == len(text) or opened - at > 2 or _touches_word(text, start, at):
        return Span(opened)
    if text[opened] in ".,;:!?)":
        return Span(opened)
    if opened - at == 2:
        return _formula(text, opened, "$$", final=final)
    return _inline_formula(text, opened, final=final)


_NUMBER = re.compile(r"[-–+]?\d")
_STOP_AND_SPACE = re.compile(r"[.!?…]\s")
_CLOSING_DOLLAR = re.compile(r"\$(?<!\s.)(?!\d)")
_WORD = re.compile(r" [^\W\d_]{3,}(?=[\s.,;:!?])")
_PROSE = re.compile(r"[^\W\d_]{3,}[\s.,;:!?]|[-–+]?\d[\d.,]* [^\W\d_]")
"""A beginning that no formula has: a word, or an amount before a word."""


def _inline_formula(text: str, opened: int, *, final: bool) -> Span | None:
    """Match Pandoc's rule for dollar signs (tex_math_dollars), on one line: no space inside them, no digit after them.

    A word, or the stop after a price, shows before the line ends that it is no formula.
    """
    if text[opened].isspace() or _PROSE.match(text, opened):
        return Span(opened)
    reach = opened + INLINE_CHARS
    line_end = _line_end(text, opened, reach)
    may_grow = line_end == len(text) < reach and not final
    match = _CLOSING_DOLLAR.search(text, opened + 1, line_end)
    closing = match.start() if match else -1
    if closing < 0 and not may_grow:
        return Span(opened)
    end = line_end if closing < 0 else closing
    is_price = _NUMBER.match(text, opened) and _STOP_AND_SPACE.search(text, opened, end)
    if is_price or _has_prose(_WORD, text, opened, end):
        return Span(opened)
    if closing < 0 or (closing + 1 == len(text) and not final):
        return None
    if text[closing + 1 : closing + 2].isdigit():
        return Span(opened)
    return Span(closing + 1, closing, _stop_in_formula(text, opened, closing))


def _backslash(text: str, at: int, *, final: bool) -> Span | None:
    follows = text[at + 1 : at + 2]
    if not follows:
        return Span(at + 1) if final else None
    if follows == "(":
        return _formula(text, at + 2, r"\)", final=final)
    if follows == "[":
        return _formula(text, at + 2, r"\]", final=final)
    return Span(at + 2 if follows in SPAN_OPENERS else at + 1)


_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_WORDS = re.compile(r"(?: [^\W\d_]{3,}){3}(?=[\s.,;:!?])")


def _formula(text: str, opened: int, mark: str, *, final: bool) -> Span | None:
    """Return a formula up to its closing mark; a blank line or three words in a row show that it is prose."""
    reach = opened + FORMULA_CHARS
    end = min(reach, len(text))
    is_display = mark != r"\)"
    border = (_BLANK_LINE if is_display else _NEWLINE).search(text, opened, end)
    closing = text.find(mark, opened, border.start() if border else end)
    may_grow = end < reach and not final and border is None
    if closing < 0 and not may_grow:
        return Span(opened)
    if _has_prose(_WORDS, text, opened, end if closing < 0 else closing):
        return Span(opened)
    if closing < 0:
        return None
    return Span(closing + len(mark), closing, _stop_in_formula(text, opened, closing), is_display)


def _has_prose(pattern: re.Pattern[str], text: str, at: int, end: int) -> bool:
    """Whether there are words outside braces (``\\text{…}``)."""
    return any(
        text.count("{", at, words.start()) <= text.count("}", at, words.start())
        for words in pattern.finditer(text, at, end)
    )


_NAME = r"[A-Za-z][\w-]{0,30}(?::[A-Za-z][\w-]{0,30})?"
_ATTRIBUTE = r"[ \t]+[A-Za-z_:][\w:-]{0,40}(?:[ \t]*=[ \t]*(?:\"[^\"<>\n]*\"|'[^'<>\n]*'|[^\s\"'<>=`]+))?"
_TAG = re.compile(rf"</?{_NAME}(?:{_ATTRIBUTE})*+[ \t]*/?>")
_PARTIAL_VALUE = r"(?:=[ \t]*(?:\"[^\"<>\n]*|'[^'<>\n]*)?)?"
_PARTIAL_TAG = re.compile(
    rf"</?(?:[A-Za-z][\w-]{{0,30}}(?::[\w-]{{0,31}})?(?:{_ATTRIBUTE})*+[ \t]*{_PARTIAL_VALUE}/?)?\Z"
)


def _tag(text: str, at: int, *, final: bool) -> Span | None:
    """Match a tag of HTML or XML on one line: ``<b>``, ``</b>``, ``<break time="0.5s"/>``."""
    reach = at + TAG_CHARS
    tag = _TAG.match(text, at, reach)
    if tag:
        return Span(tag.end(), tag.end() - 1)
    is_open = not final and len(text) < reach and _PARTIAL_TAG.match(text, at)
    return None if is_open else Span(at + 1)


def tag_end(text: str, at: int) -> int:
    """Return the offset after the tag at ``at``: -1 if there is no tag, ``len(text)`` while it may still arrive."""
    span = _tag(text, at, final=False)
    if span is None:
        return len(text)
    return span.end if span.closing >= 0 else -1


def _run_end(pattern: re.Pattern[str], text: str, at: int) -> int:
    run = pattern.match(text, at)
    return run.end() if run else at


def _line_end(text: str, at: int, reach: int) -> int:
    newline = _NEWLINE.search(text, at, reach)
    return newline.start() if newline else min(reach, len(text))


def _touches_word(text: str, start: int, at: int) -> bool:
    return at > start and text[at - 1].isalnum()


def _stop_in_code(text: str, opened: int, closing: int) -> int:
    """Return the offset of a stop before the closing mark, after words (`git push.`), not of an ellipsis or a path."""
    stop = closing - 1
    if stop <= opened or text[stop] not in ".!?":
        return -1
    return stop if text[stop - 1].isalnum() or text[stop - 1] in BRACKETS_CLOSED else -1


def _stop_in_formula(text: str, opened: int, closing: int) -> int:
    """Return the offset of a stop that ends the sentence inside a formula's marks; a "!" there is a factorial."""
    stop = opened + len(text[opened:closing].rstrip()) - 1
    if (
        stop <= opened
        or text[stop] not in ".?"
        or text[stop - 1] == "."
        or closing - stop > _STOP_REACH_CHARS
    ):
        return -1
    return stop
