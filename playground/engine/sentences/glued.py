"""Decides whether a capital letter that touches a stop begins a sentence ("Got it.Let me look") or continues a name."""

import re

from playground.engine.sentences.abbreviations import (
    ACKNOWLEDGEMENTS,
    FILE_ENDINGS,
    NEVER_LAST,
    STARTERS,
    TITLES,
)
from playground.engine.sentences.characters import BRACKETS_CLOSED, MARKUP, QUOTES_CLOSED, WORD
from playground.engine.sentences.periods import WAIT_CHARS, is_abbreviation, is_shortened, token_before

_CLOSERS = BRACKETS_CLOSED + QUOTES_CLOSED + MARKUP
_PLAIN = re.compile(r"[^\W\d_]{2,}(?:['’][^\W\d_]+)?")
_LONG_NUMBER = re.compile(r"\d{3,}|[$€£¥₽]\d[\d.,]*|\d[\d.,]*[%$€£¥₽]")
"""Numbers too long for a list item's, or with a sign that no version number has."""
_BEHIND_WORD = ",;:!?…'’\"”»)*—–"
_SURE_LETTERS = 4
"""A word with this many small letters is hardly an unlisted abbreviation."""


def glued_sentence_begins(text: str, at: int, after: int, *, final: bool) -> bool | None:
    """Whether the capital at ``text[after]``, with no space after the stop at ``at``, begins a sentence.

    Names of files, hosts and methods look alike ("report.Final.pdf", "handler.Method()"). None if more text is needed.
    """
    final = final or len(text) > at + WAIT_CHARS
    text = text[: at + 1 + WAIT_CHARS]
    token = token_before(text, at)
    before = token.rstrip(_CLOSERS)
    is_number = _LONG_NUMBER.fullmatch(before) is not None and text[:at].strip() != before
    if not is_number and not token.endswith("`") and not _PLAIN.fullmatch(before):
        return False
    match = WORD.match(text, after)
    word = match.group() if match else ""
    behind = after + len(word)
    if behind >= len(text) and not final:
        return None
    if not word or not (word[1:].islower() or len(word) == 1):
        return False
    if text[at] == "…" or text[at : at + 2] == "..":
        return len(word) > 1 or word.lower() in STARTERS
    if word.lower() in FILE_ENDINGS or before.lower() in NEVER_LAST or before in TITLES:
        return False
    is_starter = word.lower() in STARTERS
    is_sure = before == token and not is_number and _is_sure(text, at, before, word)
    if text[behind : behind + 1] == "." and not (is_starter and len(word) > 1):
        return _stop_ends_word(text, behind, final=final) if is_sure else False
    if behind < len(text) and not (text[behind].isspace() or text[behind] in _BEHIND_WORD + "."):
        return False
    return is_starter or (is_sure and len(word) > 2)


def _stop_ends_word(text: str, at: int, *, final: bool) -> bool | None:
    """Whether a space follows the stop at ``at``, so that no name goes on ("it.Done. Next", not "a.Final.pdf")."""
    if at + 1 >= len(text):
        return True if final else None
    return text[at + 1].isspace()


def _is_sure(text: str, at: int, before: str, word: str) -> bool:
    """Whether the word before the stop is complete and no part of a name, so that any capital may begin a sentence."""
    if is_abbreviation(text, at) or is_shortened(before):
        return False
    if before.islower():
        return len(before) >= _SURE_LETTERS or before in STARTERS
    if text[:at].strip() == before and before.lower() in ACKNOWLEDGEMENTS:
        return True
    return len(before) >= _SURE_LETTERS and not (before.isascii() and word.isascii())
