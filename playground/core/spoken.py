"""What a voice says of a sentence: its markup taken off, each word aligned to the raw text it stands for."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from playground.core.events import Sentence
from playground.core.sentences_blocks import CODE, HEADING, LIST_ITEM, TABLE_ROW, list_opening
from playground.core.sentences_chars import EMOJI
from playground.core.spoken_words import word_groups


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word as it is heard. ``start`` and ``end`` are offsets in the raw answer, with the markup at the word."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """``text`` is "" where there is nothing to say: code, a rule, a table's delimiter row, emoji alone.

    Otherwise the words cover the sentence: the first begins where it begins, the last ends where it ends.
    """

    text: str
    words: tuple[SpokenWord, ...]


SILENT = Spoken("", ())


def spoken(sentence: Sentence) -> Spoken:
    """What is said of ``sentence``."""
    if sentence.kind == CODE:
        return SILENT
    pieces = list(_pieces(sentence.text, _body(sentence), sentence.kind))
    text = _said(pieces)
    if not any(character.isalnum() for character in text):
        return SILENT
    return Spoken(text, _aligned(sentence, pieces))


class _Piece(NamedTuple):
    """Spoken text and the raw text that it stands for, as offsets in the sentence; raw text that is silent has none."""

    text: str
    start: int
    end: int


_URL = r"(?:https?://|www\.)[^\s<>\[\]()\"'`*]*(?:\([^\s()]*\)[^\s<>\[\]()\"'`*]*)*(?<![.,;:!?])"
_MARKUP = re.compile(
    "|".join(
        [
            r"(?P<escape>\\[\\`*_{}\[\]()#+\-.!|~>])",
            r"(?P<code>`+)(?P<coded>[^`]+)(?P=code)",
            r"!?\[(?P<label>[^\[\]]*)\]\((?P<target>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)",
            rf"<?(?P<url>{_URL})>?",
            r"(?P<reference>\[\^?\d{1,3}\])",
            r"(?P<tag></?[A-Za-z][^<>]{0,80}>)",
            r"(?P<entity>&(?:[A-Za-z]{2,8}|\#\d{1,6});)",
            rf"(?P<emoji>[0-9#*]?\ufe0f?\u20e3|[{EMOJI}]+)",
            r"(?P<emphasis>(?<=\S)[*~]+|[*~]+(?=\S)|(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)|`+)",
            r"(?P<cell>\s*\|\s*)",
        ]
    )
)
_HEADING_MARK = re.compile(r"#{1,6}\s+")
_HEADING_END = re.compile(r"\s+#+\s*\Z")
_QUOTE_MARK = re.compile(r"(?:>\s?)+")
_DELIMITER_ROW = re.compile(r"[\s|:-]+")
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([^/?#\s]+)")


def _body(sentence: Sentence) -> tuple[int, int]:
    """The part of the sentence's text behind the marks of its line."""
    text, begin, end = sentence.text, 0, len(sentence.text)
    if sentence.kind == HEADING and (mark := _HEADING_MARK.match(text)):
        closing = _HEADING_END.search(text)
        return mark.end(), closing.start() if closing else end
    if sentence.kind == TABLE_ROW and _DELIMITER_ROW.fullmatch(text):
        return end, end
    if quote := _QUOTE_MARK.match(text):
        begin = quote.end()
    if sentence.kind == LIST_ITEM and (item := list_opening(text, begin)):
        begin = item.body
    return begin, end


def _pieces(text: str, body: tuple[int, int], kind: str) -> Iterator[_Piece]:
    at, end = body
    for found in _MARKUP.finditer(text, at, end):
        yield from _plain(text, at, found.start())
        at = found.end()
        yield from _marked(text, found, kind)
    yield from _plain(text, at, end)


def _plain(text: str, start: int, end: int) -> Iterator[_Piece]:
    if start < end:
        yield _Piece(text[start:end], start, end)


def _marked(text: str, found: re.Match[str], kind: str) -> Iterator[_Piece]:
    """What is said of one piece of markup; nothing where it is silent."""
    match found.lastgroup:
        case "escape":
            yield _Piece(found.group()[1], found.start() + 1, found.end())
        case "coded" | "code":
            yield from _plain(text, *found.span("coded"))
        case "target" | "label":
            yield from _pieces(text, found.span("label"), kind)
        case "url":
            host = _HOST.match(found["url"])
            yield _Piece(host.group(1) if host else found["url"], found.start(), found.end())
        case "entity":
            yield _Piece(html.unescape(found.group()), found.start(), found.end())
        case "tag" if not _TAG.match(found.group()):
            yield from _plain(text, *found.span())
        case "cell":
            outer = found.start() == 0 or found.end() == len(text)
            said = ", " if kind == TABLE_ROW else text[found.start() : found.end()]
            if not (kind == TABLE_ROW and outer):
                yield _Piece(said, found.start(), found.end())
        case _:
            return


_TAG = re.compile(
    r"</?(?:a|b|i|u|s|p|br|hr|em|strong|sub|sup|code|pre|span|div|ul|ol|li|small|mark|del|ins|h[1-6])\b",
    re.IGNORECASE,
)


def _said(pieces: list[_Piece]) -> str:
    return " ".join("".join(piece.text for piece in pieces).split())


def _aligned(sentence: Sentence, pieces: list[_Piece]) -> tuple[SpokenWord, ...]:
    raw = [place for piece in pieces for place in _places(piece)]
    words = [
        _Piece(" ".join(word.split()), raw[begin][0], raw[end - 1][1])
        for word, begin, end in word_groups("".join(piece.text for piece in pieces))
    ]
    return tuple(_widened(sentence, words))


def _places(piece: _Piece) -> Iterator[tuple[int, int]]:
    """The raw span of each spoken character."""
    if len(piece.text) == piece.end - piece.start:
        yield from ((at, at + 1) for at in range(piece.start, piece.end))
    else:
        yield from ((piece.start, piece.end) for _ in piece.text)


def _widened(sentence: Sentence, words: list[_Piece]) -> Iterator[SpokenWord]:
    """Give silent markup to the word that it touches, and what is silent at either end to the outer words."""
    text, offset = sentence.text, sentence.start
    begin = 0
    for word, following in pairwise([*words, _Piece("", len(text), len(text))]):
        end = word.end
        while end < following.start and not text[end].isspace():
            end += 1
        if not following.text:
            end = len(text)
        elif end == following.start:
            end = word.end
        yield SpokenWord(word.text, offset + begin, offset + end)
        begin = end
        while begin < following.start and text[begin].isspace():
            begin += 1
