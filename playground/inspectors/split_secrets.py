"""Masks secrets that a stream spells over several of its deltas: no search of its bytes finds them."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from django.views.decorators.debug import sensitive_variables

from playground.engine.answer.body import BodyDecoder, BodyForm
from playground.engine.answer.decoder import AnswerDecoder, PayloadPiece, Piece
from playground.engine.answer.redaction import MASK
from playground.engine.limits import DEFAULT_LIMITS
from playground.inspectors.bounds import KEPT_ANSWER_BYTES

Parts = Sequence[tuple[int, bytes]]
"""``(t_ms, part)`` of an answer's body."""

_LIMITS = replace(DEFAULT_LIMITS, answer_chars=2 * KEPT_ANSWER_BYTES, cassette_bytes=2 * KEPT_ANSWER_BYTES)
"""Bounds within which every kept answer is read to its end."""
_BEGINNING_BYTES = 64
"""How much of the first part is read to tell what the answer is; one that begins odder than that counts as a stream."""


@sensitive_variables("secrets")
def without_split_secrets(parts: Parts, secrets: Collection[str]) -> Parts:
    """Return the parts as they are, unless what they add up to has a secret: then the stream's payloads without it.

    ``parts`` are already without those that stand in one piece.
    """
    if not secrets or not _may_be_stream(parts):
        return parts
    decoder = AnswerDecoder(secrets=secrets, limits=_LIMITS)
    payloads: list[tuple[int, str]] = []
    t_ms = 0
    for t_ms, part in parts:  # the last one's time is the end's
        payloads += _payloads(t_ms, decoder.feed(part))
        while decoder.is_behind:
            payloads += _payloads(t_ms, decoder.catch_up())
    payloads += _payloads(t_ms, decoder.leave())
    masked = sum(data.count(MASK) for _, data in payloads)
    if not decoder.is_stream or masked <= b"".join(part for _, part in parts).count(MASK.encode()):
        return parts
    return [(t_ms, _event(data)) for t_ms, data in payloads]


def _may_be_stream(parts: Parts) -> bool:
    """Whether they don't begin as one JSON or a page: much cheaper than decoding all of them."""
    beginnings = (part.lstrip()[:_BEGINNING_BYTES] for _, part in parts)
    decoder = BodyDecoder(_LIMITS)
    decoder.feed(next(filter(None, beginnings), b""))
    return decoder.form not in {BodyForm.JSON, BodyForm.MARKUP}


def _payloads(t_ms: int, pieces: list[Piece]) -> list[tuple[int, str]]:
    return [(t_ms, piece.data) for piece in pieces if isinstance(piece, PayloadPiece)]


def _event(data: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.split("\n"))
    return f"{lines}\n".encode(errors="replace")
