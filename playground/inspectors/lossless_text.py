"""Bodies as text that keeps each of their bytes, made step by step: one call for all of it would stop other threads."""

import codecs
from typing import Literal

from playground.engine.limits import KIB

STEP = 64 * KIB
"""How many bytes or characters one call converts."""


def decode_lossless(body: bytes, errors: Literal["surrogateescape", "replace"] = "surrogateescape") -> str:
    """Return UTF-8 as text; ``surrogateescape`` keeps bytes that are none, ``replace`` doesn't."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors)
    texts = [decoder.decode(body[start : start + STEP]) for start in range(0, len(body), STEP)]
    return "".join((*texts, decoder.decode(b"", final=True)))


def encode_lossless(text: str) -> bytes:
    """Return the body of a text that `decode_lossless` made."""
    return b"".join(
        text[start : start + STEP].encode("utf-8", "surrogateescape") for start in range(0, len(text), STEP)
    )
