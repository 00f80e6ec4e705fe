"""Decides whether a stop before a pause in the stream surely ends the sentence."""

import re

from playground.engine.sentences.abbreviations import (
    ANSWERS,
    BEFORE_ANSWER,
    BEFORE_SHORT_TIME,
    CALENDAR,
    CAPITAL_FORMS,
    ONE_LETTER_WORDS,
    SHORT_TIMES,
    SHOUTED_NAMES,
    TITLES,
)
from playground.engine.sentences.characters import (
    BRACKETS_CLOSED,
    EMOJI_RUN,
    HARD_STOPS,
    LETTER_OR_DIGIT,
    MARKUP,
    QUOTES_CLOSED,
    SPACED_ELLIPSIS,
    STOP_RUN,
    is_east_asian,
)
from playground.engine.sentences.ends import LOOK_CHARS, closed_end, trailing_end
from playground.engine.sentences.periods import (
    is_abbreviation,
    is_shortened,
    is_thai_abbreviation,
    token_before,
    word_before,
)

_HARD_STOPS = frozenset(HARD_STOPS)
_CLOSERS = BRACKETS_CLOSED + QUOTES_CLOSED + MARKUP
_SPAN_CLOSED = ("`", "$", "\\)", "\\]", ">")
_IN_NAMES = re.compile(r"[./@\\_:#&+=<>|~^\d]")
"""Characters of addresses, versions, amounts and abbreviations, which may go on after the pause."""
_SHARE = re.compile(r"[-–+−]?\d[\d.,]*(?:%|‰|°[CF]?)")
_ROMAN = re.compile(r"[IVXLC]{2,}")
_HANGUL = re.compile("[\uac00-\ud7a3]")


def pause_ends(text: str, at: int) -> bool:
    """Whether the sentence that begins with ``text`` ends with the stop at ``at``, after which the stream pauses."""
    spaced = SPACED_ELLIPSIS.match(text, at)
    stops = spaced or STOP_RUN.match(text, at)
    run_end = stops.end() if stops else at + 1
    closed = closed_end(text, run_end, final=True)
    trailing = None if closed is None else trailing_end(text, closed, final=True)
    if trailing is None or trailing[1] < len(text):
        return False
    run = text[at:run_end]
    if not _HARD_STOPS.isdisjoint(run) or EMOJI_RUN.search(text, run_end):
        return True
    if "…" in run or run.count(".") > 1:
        return _ellipsis_ends(text, at, run)
    if run not in {".", "．"}:
        return token_before(text, at).lower() not in SHOUTED_NAMES
    return _period_ends(text, at, is_spaced=text[-1].isspace())


def _ellipsis_ends(text: str, at: int, run: str) -> bool:
    """Whether an ellipsis ends the sentence: after words; two dots only before a space, since a third may follow."""
    before = text[max(0, at - LOOK_CHARS) : at]
    if LETTER_OR_DIGIT.search(before) is None or before[-1] in "[(":
        return False
    return run != ".." or text[-1].isspace()


def _period_ends(text: str, at: int, *, is_spaced: bool) -> bool:
    """Whether a period ends the sentence: only after a whole word; numbers, names and abbreviations may go on."""
    token = token_before(text, at)
    if token.endswith(_SPAN_CLOSED):
        return is_spaced
    word = token.rstrip(_CLOSERS)
    if not word:
        return False
    if _SHARE.fullmatch(word):
        return is_spaced
    if _IN_NAMES.search(word) or is_thai_abbreviation(word):
        return False
    if is_east_asian(word[-1]) or _HANGUL.match(word[-1]):
        return True
    if len(word) == 1:
        return word in ONE_LETTER_WORDS
    return _is_whole(text, at, word)


def _is_whole(text: str, at: int, word: str) -> bool:
    """Whether the word is neither an abbreviation nor a numeral."""
    before = word_before(text, at)
    if word in CALENDAR or _ROMAN.fullmatch(word) or (before and not word.isupper() and is_shortened(word)):
        return False
    if not is_abbreviation(text, at) or (
        word.isupper() and word not in CAPITAL_FORMS | TITLES | {"AM", "PM"}
    ):
        return True
    previous, small = before.lower(), word.lower()
    if small in ANSWERS:
        return not before or before.endswith(",") or previous in BEFORE_ANSWER
    return small in SHORT_TIMES and previous in BEFORE_SHORT_TIME
