"""The spoken text of a sentence: without its markup, each word aligned to its raw text.

A caller hears code and JSON (platforms pass text to the voice), so they are spoken, timed and noted; only a fence and
its info string are silent. Digits that the raw text separates are never joined.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from playground.engine.events import Sentence
from playground.engine.limits import DEFAULT_LIMITS, KIB
from playground.engine.sentences.blocks import CODE, HEADING, LIST_ITEM, TABLE_ROW, list_opening
from playground.engine.speech.emphasis import Run
from playground.engine.speech.markup import DelayTag, Line, Node, Piece, SpeakingStyle
from playground.engine.speech.tags import DEFAULT_TAGS, SpeechTags
from playground.engine.speech.word_breaks import coarse_groups, word_groups

CODE_HEARD = "Code was read aloud: platforms pass an answer's text to the voice, code too. Ask the model for sentences."
JSON_HEARD = "JSON was read aloud: platforms pass an answer's text to the voice, JSON too. Ask the model for sentences."


EXACT_CODE_CHARS = 4 * KIB
"""Longer code is aligned in groups of words: word by word it would block every other turn of the process."""
_GROUP_CHARS = 16
"""The fewest characters of such a group."""


class SpokenWord(NamedTuple):
    """A spoken word. ``start`` and ``end`` are offsets in the raw answer, including the markup at the word."""

    text: str
    start: int
    end: int
    at: int = 0
    """Its offset in the spoken text; of a group of words in long code, that of its last character."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A tag that delays the words after ``offset`` characters of the spoken text."""

    offset: int
    ms: int
    is_silence: bool = True
    """False for a sound, such as a laugh, which delays them without being silent."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the spoken text, as offsets in it, that a tag speeds up, slows down or spells."""

    start: int
    end: int
    pace: float = 1.0
    is_spelled: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """``text`` is "" if there is nothing to say: a rule, a table's delimiter row, only emoji, only a break.

    Otherwise the words cover the sentence, from its first character to its last.
    """

    text: str
    words: tuple[SpokenWord, ...]
    pauses: tuple[Pause, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    notes: tuple[str, ...] = ()
    """Notes for the author of the prompt, one sentence each."""


def spoken(sentence: Sentence, tags: SpeechTags = DEFAULT_TAGS) -> Spoken:
    """Return what a voice that reads ``tags`` says of ``sentence``."""
    if sentence.kind == CODE and len(sentence.text) > EXACT_CODE_CHARS:
        return _long_code(sentence)
    nodes, notes = _code(sentence) if sentence.kind == CODE else _line(sentence, tags)
    if nodes == [Piece(sentence.text, 0, len(sentence.text))] and _is_tight(sentence.text):
        return _verbatim(sentence, notes)
    return _aligned(sentence, nodes, notes)


def _is_tight(text: str) -> bool:
    """Whether the text says something, and its white space is only single spaces between words."""
    return _TIGHT.fullmatch(text) is not None and _HEARD.search(text) is not None


def _verbatim(sentence: Sentence, notes: tuple[str, ...]) -> Spoken:
    """As `_aligned` for a sentence that is spoken as it is written: each word stands in it where it is spoken."""
    offset = sentence.start
    words = (
        SpokenWord(word, offset + start, offset + end, start)
        for word, start, end in word_groups(sentence.text)
    )
    return Spoken(sentence.text, tuple(words), notes=notes)


def _aligned(sentence: Sentence, nodes: Iterable[Node], notes: tuple[str, ...]) -> Spoken:
    utterance = _Utterance()
    for node in nodes:
        utterance.add(node)
    utterance.end_styles()
    text = utterance.text
    if _HEARD.search(text) is None:
        silences = (Pause(0, pause.ms, pause.is_silence) for pause in utterance.pauses)
        return Spoken("", (), tuple(silences))
    words = _widened(sentence, utterance.places(word_groups(text)), utterance.delays)
    return Spoken(text, tuple(words), tuple(utterance.pauses), tuple(utterance.stretches), notes)


_HEARD = re.compile(r"[^\W_]")
_FENCE = re.compile(r"(?P<mark>`{3,}|~{3,})[^\n]*(?:\n|\Z)")
_FENCE_END = re.compile(r"(?:\n|\A)[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*\Z")
_HEADING_MARK = re.compile(r"#{1,6}\s+")
_QUOTE_MARK = re.compile(r"(?:>\s?)+")
_DELIMITER_ROW = re.compile(r"[\s|:-]+")
_DEFINITION = re.compile(
    r"\[[^\[\]^][^\[\]]*\]:\s*<?(?:[a-z][a-z0-9+.-]*:|www\.|[/#.])\S*>?(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*",
    re.IGNORECASE,
)
_HARD_BREAK = re.compile(r"\\\Z")


def _long_code(sentence: Sentence) -> Spoken:
    """Return code in at most as many groups of words as a segment has words with times.

    A group counts as heard with its last character, so that no text counts as heard too early.
    """
    begin, end, note = _code_body(sentence.text)
    size = max(_GROUP_CHARS, -(-(end - begin) // DEFAULT_LIMITS.segment_words))
    parts: list[str] = []
    words: list[SpokenWord] = []
    length, last = 0, begin
    for start, stop in coarse_groups(sentence.text, begin, end, size):
        group = " ".join(sentence.text[start:stop].split())
        if parts and start > last:
            parts.append(" ")
            length += 1
        parts.append(group)
        length += len(group)
        words.append(SpokenWord(group, sentence.start + start, sentence.start + stop, length - 1))
        last = stop
    text = "".join(parts)
    if _HEARD.search(text) is None:
        return Spoken("", ())
    words[0] = words[0]._replace(start=sentence.start)
    words[-1] = words[-1]._replace(end=sentence.start + len(sentence.text))
    return Spoken(text, tuple(words), notes=(note,))


def _code(sentence: Sentence) -> tuple[list[Node], tuple[str, ...]]:
    """Return the nodes of code, spoken verbatim, and its notes."""
    begin, end, note = _code_body(sentence.text)
    return [Piece(sentence.text[begin:end], begin, end)], (note,)


def _code_body(text: str) -> tuple[int, int, str]:
    """Return the offsets of a unit's spoken code, without its fence, and the note about it."""
    opened = _FENCE.match(text)
    if opened is None:
        return 0, len(text), JSON_HEARD
    begin = opened.end()
    closed = _FENCE_END.search(text, max(begin - 1, len(text) - _FENCE_CHARS))
    end = closed.start() if closed and text[closed.end("mark") - 1] == opened["mark"][0] else len(text)
    return begin, max(begin, end), CODE_HEARD


_FENCE_CHARS = 200
"""The longest line that may close a fence."""


def _line(sentence: Sentence, tags: SpeechTags) -> tuple[list[Node], tuple[str, ...]]:
    line = Line(sentence.text, sentence.kind, tags)
    line.read(*_body(sentence))
    return line.nodes, tuple(line.notes)


def _body(sentence: Sentence) -> tuple[int, int]:
    """Return the offsets of the sentence's text after the marks of its line."""
    text, begin, end = sentence.text, 0, len(sentence.text)
    if sentence.kind == HEADING and (mark := _HEADING_MARK.match(text)):
        return mark.end(), _end_of_heading(text)
    if sentence.kind == TABLE_ROW and _DELIMITER_ROW.fullmatch(text):
        return end, end
    if quote := _QUOTE_MARK.match(text):
        begin = quote.end()
    if sentence.kind == LIST_ITEM and (item := list_opening(text, begin)):
        begin = item.body
    if _DEFINITION.fullmatch(text, begin):
        return end, end
    if hard_break := _HARD_BREAK.search(text, begin):
        end = hard_break.start()
    return begin, end


def _end_of_heading(text: str) -> int:
    """Return the offset of a heading's closing marks (` ##`) and the space before them, or else of its end."""
    whole = text.rstrip()
    words = whole.rstrip("#")
    has_marks = len(words) < len(whole) and words[-1:].isspace()
    return len(words.rstrip()) if has_marks else len(text)


class _Chunk(NamedTuple):
    """A part of the spoken text whose white space is unchanged, and its raw text."""

    at: int
    until: int
    start: int
    end: int

    @property
    def is_exact(self) -> bool:
        """Whether it maps to the raw text character by character; else only as a whole."""
        return self.until - self.at == self.end - self.start


class _PlacedWord(NamedTuple):
    """A word, its offset in the spoken text, and its raw text without the markup around it."""

    text: str
    at: int
    start: int
    end: int


_TIGHT = re.compile(r"\S+(?: \S+)*+")
"""Text whose white space is only single spaces, as spoken text has them."""


class _Utterance:
    """Builds spoken text: collapses white space, keeps digits apart, and maps each character to its raw offset."""

    def __init__(self) -> None:
        self.pauses: list[Pause] = []
        self.stretches: list[Stretch] = []
        self.delays: list[int] = []
        """The raw offsets of the tags that delay the words."""
        self._parts: list[str] = []
        self._chunks: list[_Chunk] = []
        self._length = 0
        self._is_spaced = False
        self._styles: list[tuple[SpeakingStyle, int]] = []

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def add(self, node: Node) -> None:
        match node:
            case Piece():
                self._say(node)
            case Run():
                start, end = node.text
                self._say(Piece(node.mark * (end - start), start, end))
            case DelayTag():
                self.pauses.append(Pause(self._length, node.ms, node.is_silence))
                self.delays.append(node.start)
                self._is_spaced = True
            case SpeakingStyle(ends=False):
                self._styles.append((node, self._length))
            case SpeakingStyle():
                self._end_style(node.name)

    def end_styles(self) -> None:
        """End all open styles at the end of the sentence."""
        while self._styles:
            self._stretch(*self._styles.pop())

    def places(self, words: Iterable[tuple[str, int, int]]) -> Iterator[_PlacedWord]:
        """Yield the text's ``words``, given in order, with their raw offsets."""
        chunks = iter(self._chunks)
        chunk = _Chunk(0, 0, 0, 0)
        for word, begin, end in words:
            while chunk.until <= begin:
                chunk = next(chunks)
            start = chunk.start + begin - chunk.at if chunk.is_exact else chunk.start
            while chunk.until < end:
                chunk = next(chunks)
            yield _PlacedWord(
                word, begin, start, chunk.start + end - chunk.at if chunk.is_exact else chunk.end
            )

    def _say(self, piece: Piece) -> None:
        is_exact = len(piece.text) == piece.end - piece.start
        at = 0
        for tight in _TIGHT.finditer(piece.text):
            self._is_spaced |= tight.start() > at
            at = tight.end()
            if is_exact:
                self._append(tight.group(), piece.start + tight.start(), piece.start + at)
            else:
                self._append(tight.group(), piece.start, piece.end)
        self._is_spaced |= at < len(piece.text)

    def _append(self, text: str, start: int, end: int) -> None:
        if self._parts and (self._is_spaced or self._joins_digits(text[0], start)):
            self._parts.append(" ")
            self._length += 1
        self._is_spaced = False
        self._parts.append(text)
        self._chunks.append(_Chunk(self._length, self._length + len(text), start, end))
        self._length += len(text)

    def _joins_digits(self, following: str, start: int) -> bool:
        """Whether ``following`` would join two digits that the raw text separates."""
        return self._chunks[-1].end != start and _is_digit(following) and _is_digit(self._parts[-1][-1])

    def _end_style(self, name: str) -> None:
        for place in range(len(self._styles) - 1, -1, -1):
            if self._styles[place][0].name == name:
                self._stretch(*self._styles.pop(place))
                return

    def _stretch(self, style: SpeakingStyle, start: int) -> None:
        if start < self._length and (style.is_spelled or style.pace != 1.0):
            self.stretches.append(Stretch(start, self._length, style.pace, style.is_spelled))


def _is_digit(character: str) -> bool:
    return character.isdigit() or (character.isnumeric() and not character.isalpha())


def _widened(sentence: Sentence, words: Iterator[_PlacedWord], delays: list[int]) -> Iterator[SpokenWord]:
    """Extend words over the silent markup that touches them, and the outer words to the sentence's ends.

    Text from a delaying tag on belongs to the word after it.
    """
    text, offset = sentence.text, sentence.start
    begin, passed = 0, 0
    for word, following in pairwise([*words, _PlacedWord("", 0, len(text), len(text))]):
        while passed < len(delays) and delays[passed] < word.end:
            passed += 1
        limit = min(following.start, delays[passed]) if passed < len(delays) else following.start
        end = word.end
        while end < limit and not text[end].isspace():
            end += 1
        if not following.text:
            end = len(text)
        elif end == following.start:
            end = word.end
        yield SpokenWord(word.text, offset + begin, offset + end, word.at)
        begin = end
        while begin < following.start and text[begin].isspace():
            begin += 1
