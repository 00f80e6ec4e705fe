"""Splits spoken text into words, also in scripts without spaces."""

import re
from collections.abc import Iterator

_HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HIRAGANA = "\u3041-\u309f"
_KATAKANA = "\u30a0-\u30ff\uff66-\uff9f"
_UNSPACED_ALPHABETS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese, Khmer."""
_DEPENDENT = (
    "\u0300-\u036f\u0e30-\u0e3a\u0e45\u0e47-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ecd"
    "\u102b-\u103e\u1056-\u1059\u17b4-\u17d3"
)
"""Vowels and tones of those alphabets, which can't begin a group."""
_OPENING = re.escape("「『（《〈【“‘([")
_GROUP = re.compile(
    rf"[{_OPENING}]*(?:"
    rf"[{_HAN}]{{1,2}}[{_HIRAGANA}]{{0,3}}"
    rf"|[{_KATAKANA}]{{1,8}}[{_HIRAGANA}]?"
    rf"|[{_HIRAGANA}]{{1,4}}"
    rf"|[{_UNSPACED_ALPHABETS}]{{1,4}}[{_DEPENDENT}]*"
    rf"|[^\s{_OPENING}{_HAN}{_HIRAGANA}{_KATAKANA}{_UNSPACED_ALPHABETS}]+)"
    rf"|[{_OPENING}]+"
)
_TOKEN = re.compile(r"\S+")
_HEARD = re.compile(r"[^\W_]")
_TAKES_MARKS_INSIDE = re.compile(
    f"[{_HAN}{_HIRAGANA}{_KATAKANA}{_UNSPACED_ALPHABETS}\u1100-\u11ff\uac00-\ud7a3]"
)
_UNSPACED = re.compile(f"[{_HAN}{_HIRAGANA}{_KATAKANA}{_UNSPACED_ALPHABETS}]")


def word_groups(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word with its offsets in ``text``: text between spaces, or a group of a few characters.

    A mark without a letter or a digit ("—", "。") belongs to the group before it; an opening mark, to the next.
    """
    begin, end, has_word = 0, 0, False
    for start, stop in _spans(text):
        is_heard = _HEARD.search(text, start, stop) is not None
        if is_heard and has_word:
            yield text[begin:end], begin, end
            begin = start
        elif not end:
            begin = start
        end = stop
        has_word |= is_heard
    if end:
        yield text[begin:end], begin, end


def coarse_groups(text: str, begin: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield the offsets of groups of words in ``text[begin:end]``, each of ``size`` to twice as many characters.

    A group ends between words if one of them ends in time. The groups cover all but the white space between them.
    """
    groups = re.compile(rf"\S(?s:.{{0,{size - 1}}})\S{{0,{size}}}")
    for group in groups.finditer(text, begin, end):
        yield group.start(), group.start() + len(group.group().rstrip())


def is_unspaced(character: str) -> bool:
    """Whether the character's script joins words, or words and endings, without a space or an apostrophe."""
    return _TAKES_MARKS_INSIDE.match(character) is not None


def _spans(text: str) -> Iterator[tuple[int, int]]:
    is_ascii = text.isascii()
    for token in _TOKEN.finditer(text):
        if is_ascii or _UNSPACED.search(token.group()) is None:
            yield token.span()
        else:
            yield from (group.span() for group in _GROUP.finditer(text, *token.span()))
