"""The pieces of a decoded answer, in reading order. Values: they are not frozen, which would double what each costs."""

from dataclasses import dataclass

from playground.engine.events import Sentence


@dataclass(slots=True)
class ContentPiece:
    """New text of the answer; ``offset`` in code points of the raw text."""

    offset: int
    text: str


@dataclass(slots=True)
class ReasoningPiece:
    """New reasoning, never spoken and never sent back; ``offset`` in code points of the reasoning."""

    offset: int
    text: str


@dataclass(slots=True)
class SentencePiece:
    sentence: Sentence


@dataclass(slots=True)
class PayloadPiece:
    """One redacted payload for the cassette; it precedes the pieces read from it."""

    data: str


@dataclass(slots=True)
class NotePiece:
    """An oddity of the answer, in one sentence for a person; each note comes once."""

    note: str


Piece = ContentPiece | ReasoningPiece | SentencePiece | PayloadPiece | NotePiece
