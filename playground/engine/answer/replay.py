"""Tells what each stored payload of an answer became, by the decoder that reads answers."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from playground.engine.answer.chunks import read_chunk
from playground.engine.answer.decoder import AnswerDecoder
from playground.engine.answer.notes import TurnNotes
from playground.engine.answer.payloads import parse_payload
from playground.engine.answer.pieces import ContentPiece, NotePiece, Piece, ReasoningPiece, SentencePiece

DONE = "[DONE]"


class Became(StrEnum):
    """What a payload, or the end of the answer, turned into."""

    DELTA = "delta"
    REASONING = "reasoning"
    SENTENCE = "sentence"
    CALL = "call"
    """A fragment of a tool call."""
    FINISH = "finish"
    USAGE = "usage"
    NOTE = "note"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class ReadPayload:
    """A payload with its arrival in ms from the turn's start, None for the end of the answer."""

    t_ms: int | None
    data: str
    became: tuple[tuple[Became, str], ...]


class Replay:
    """Reads the payloads of a completion's cassette again: ``[[t_ms, data]]``, in their order."""

    def __init__(self, *, functions: Collection[str] = ()) -> None:
        """``functions``: the names offered to the model."""
        self._decoder = AnswerDecoder(functions=functions)
        self._finish_reason = ""
        self._usage: dict[str, object] = {}
        self._has_failed = False

    @property
    def text(self) -> str:
        """The answer's text, as far as its payloads are kept."""
        return self._decoder.text

    def read(self, payloads: Sequence[tuple[int, str]]) -> Iterator[ReadPayload]:
        """Yield each payload, and last what the end of the answer brought, if it brought anything."""
        send = _as_body if len(payloads) == 1 else _as_event
        for t_ms, data in payloads:
            pieces = self._decoder.feed(send(data).encode(errors="replace"))
            calls = [(Became.CALL, fragment) for fragment in _fragments(data)]
            yield ReadPayload(t_ms, data, (*self._became(pieces), *calls))
        end = tuple(self._became(self._decoder.close()))
        if end:
            yield ReadPayload(None, "", end)

    def _became(self, pieces: list[Piece]) -> Iterator[tuple[Became, str]]:
        for piece in pieces:
            if isinstance(piece, ContentPiece):
                yield Became.DELTA, piece.text
            elif isinstance(piece, ReasoningPiece):
                yield Became.REASONING, piece.text
            elif isinstance(piece, SentencePiece):
                yield Became.SENTENCE, piece.sentence.text
            elif isinstance(piece, NotePiece):
                yield Became.NOTE, piece.note
        yield from self._changes()

    def _changes(self) -> Iterator[tuple[Became, str]]:
        decoder = self._decoder
        if decoder.finish_reason != self._finish_reason:
            self._finish_reason = decoder.finish_reason
            yield Became.FINISH, self._finish_reason
        if decoder.usage != self._usage:
            self._usage = dict(decoder.usage)
            yield Became.USAGE, ", ".join(f"{name} {count}" for name, count in self._usage.items())
        if decoder.failure is not None and not self._has_failed:
            self._has_failed = True
            yield Became.FAILURE, decoder.failure.message


def _as_event(data: str) -> str:
    lines = "".join(f"data: {line}\n" for line in data.split("\n"))
    return f"{lines}\n"


def _as_body(data: str) -> str:
    """A lone payload was the whole body: a stream has another one, which ends it."""
    return data


def _fragments(data: str) -> list[str]:
    """Return the tool call fragments of a payload, as ``name(arguments`` each."""
    if data == DONE:
        return []
    try:
        payload = parse_payload(data.encode(errors="replace"))
    except ValueError:
        return []
    chunk = read_chunk(payload, TurnNotes()) if isinstance(payload, dict) else None
    return (
        [f"{call.name}({call.arguments}" if call.name else call.arguments for call in chunk.calls]
        if chunk
        else []
    )
