"""Helpers for the tests of the decoders: encode payloads as answers of LLM servers, and decode them."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from playground.engine.answer.decoder import (
    AnswerDecoder,
    ContentPiece,
    NotePiece,
    PayloadPiece,
    Piece,
    ReasoningPiece,
    SentencePiece,
)
from playground.engine.limits import DEFAULT_LIMITS, Limits

DONE = b"data: [DONE]\n\n"


def event(payload: object) -> bytes:
    """One payload as a server-sent event."""
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n\n"


def chunk(finish_reason: str | None = None, **delta: object) -> dict[str, object]:
    """Return a payload in OpenAI's shape whose delta has the given fields."""
    return {
        "id": "chatcmpl-9",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "some-model",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    }


def stream(*payloads: object) -> bytes:
    """The payloads as an event stream, with its ``[DONE]``."""
    return b"".join(map(event, payloads)) + DONE


def answer(*texts: str) -> bytes:
    """An ordinary answer: a role, the given content deltas, a finish reason, ``[DONE]``."""
    deltas = [chunk(content=text) for text in texts]
    return stream(chunk(role="assistant", content=""), *deltas, chunk("stop"))


def called(**call: object) -> dict[str, object]:
    """Return a payload whose delta has one fragment of a tool call."""
    return chunk(tool_calls=[call])


@dataclass
class Decoded:
    """A closed decoder, and all its pieces."""

    decoder: AnswerDecoder
    pieces: list[Piece]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, ContentPiece))

    @property
    def reasoning(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, ReasoningPiece))

    @property
    def sentences(self) -> list[str]:
        return [piece.sentence.text for piece in self.pieces if isinstance(piece, SentencePiece)]

    @property
    def payloads(self) -> list[str]:
        return [piece.data for piece in self.pieces if isinstance(piece, PayloadPiece)]

    @property
    def notes(self) -> list[str]:
        return [piece.note for piece in self.pieces if isinstance(piece, NotePiece)]

    @property
    def calls(self) -> list[tuple[str, str, str]]:
        return [(call.id, call.name, call.arguments) for call in self.decoder.tool_calls]

    @property
    def code(self) -> str:
        """The verdict's code; an empty string if the answer is complete."""
        verdict = self.decoder.verdict()
        return str(verdict.code) if verdict else ""

    @property
    def everything(self) -> tuple[object, ...]:
        """Everything that must not depend on how the bytes are split."""
        return (
            self.text,
            self.reasoning,
            self.sentences,
            self.payloads,
            sorted(self.notes),
            self.calls,
            [call.extra for call in self.decoder.tool_calls],
            self.decoder.finish_reason,
            self.decoder.usage,
            self.code,
        )


def decode_pieces(
    pieces: Iterable[bytes], *, secrets: Collection[str] = (), limits: Limits = DEFAULT_LIMITS
) -> Decoded:
    decoder = AnswerDecoder(secrets=secrets, limits=limits)
    decoded: list[Piece] = []
    for piece in pieces:
        decoded += decoder.feed(piece)
    decoded += decoder.close()
    return Decoded(decoder, decoded)


def decode(data: bytes, *, secrets: Collection[str] = (), limits: Limits = DEFAULT_LIMITS) -> Decoded:
    """Decode a whole body at once."""
    return decode_pieces([data], secrets=secrets, limits=limits)


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """Split the data before each of the places."""
    ends = sorted({min(place, len(data)) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]
