"""Direct speech: decides whether the text after a quotation names its speaker, and so belongs to its sentence."""

import re

from playground.engine.sentences.abbreviations import SPEECH_VERBS, STARTERS
from playground.engine.sentences.characters import NEWLINES, QUOTATION_MARKS, STOPS

_SPEAKER = re.compile(r"(?:I|(?:[A-Z][\w'’-]*\.?)(?: [A-Z][\w'’-]*\.?){0,2}) (?P<verb>[a-z]+)(?=\W)")
_PARTIAL_SPEAKER = re.compile(r"(?:[A-Z][\w'’-]*\.?(?: |\Z)){1,3}[a-z]*\Z")
_FIRST_WORD = re.compile(r"[A-Za-z]+(?=[^A-Za-z.])|[A-Za-z]{2,}(?=\.)")
"""A complete word, not an initial."""
_REACH_CHARS = 40
"""How far after a quotation its verb is searched for."""


def opens_with_quotation(text: str, at: int) -> bool:
    """Whether the quotation that closes after ``at`` begins the sentence: a later one follows its speaker."""
    opened = text.lstrip("*_ ")[:1]
    return opened in QUOTATION_MARKS and text.count(opened, 0, at) == 1


def names_speaker(text: str, at: int, after: int, *, final: bool) -> bool | None:
    """Whether ``text[after:]`` names the speaker of the quotation that closes after ``at`` (“Run!” Tom shouted.).

    A small letter after a quotation continues the sentence anyway; this handles names, and scripts without capitals, in
    which only another quotation or a new line ends the sentence. None if more text is needed.
    """
    if not opens_with_quotation(text, at):
        return False
    first = text[after]
    if first.isalpha() and not first.isupper():
        return True
    if first in QUOTATION_MARKS or first in STOPS or first in NEWLINES or not first.isascii():
        return False
    if not first.isupper():
        return False
    word = _FIRST_WORD.match(text, after)
    if word is not None and word.group() != "I" and word.group().lower() in STARTERS:
        return False
    match = _SPEAKER.match(text, after)
    if match is not None:
        return match["verb"] in SPEECH_VERBS
    grows = _PARTIAL_SPEAKER.match(text, after) is not None
    return None if grows and not final and len(text) - after < _REACH_CHARS else False
