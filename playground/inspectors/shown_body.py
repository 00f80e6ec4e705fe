"""A recorded body as a page shows it: as text or in hex, with what is missing of it and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from playground.engine.limits import KIB
from playground.inspectors.decompression import NO_TEXT, UNDECLARED, begins_as_text, is_binary_type
from playground.models import InspectedRequest

SHOWN_CHARS = 200 * KIB
"""How much of a body stands in the page as text."""
SHOWN_BYTES = 4 * KIB
"""How many bytes of a body that is no text stand in the page in hex."""
BYTES_IN_A_LINE = 16
TYPE_CHARS = 80

Kept = InspectedRequest.Kept
_NOTHING = "Nothing of it is kept: "
_MISSING = {
    Kept.WHOLE: "",
    Kept.BROKEN_OFF: "The client left before all of it had come.",
    Kept.CUT: "Only its beginning is kept.",
    Kept.REFUSED: f"{_NOTHING}it was refused, for the reason that the answer gives.",
    Kept.SPELT: f"{_NOTHING}a secret stands in it in a way that can't be masked.",
}
_UNSEARCHABLE = {
    NO_TEXT: (
        "it is no text, and its Content-Type doesn't say what else, so it can't be searched for secrets. Under their "
        "own types msgpack, CBOR, protobuf, images, audio, video, PDF and multipart bodies are kept."
    ),
    UNDECLARED: "it begins like compressed data, which can't be searched for secrets.",
}


@dataclass(frozen=True, slots=True)
class ShownBody:
    size: str
    """How many bytes came, and what Content-Length said if it was something else."""
    content_type: str
    compression: str
    text: str
    hexadecimal: str
    """The bytes of a body that is no text; empty: it is text, or nothing is kept."""
    is_cut: bool
    """Whether more is kept than is shown."""
    missing: str
    """What isn't kept and why, in a sentence; empty: all is kept."""


def shown_body(
    body: bytes, headers: Iterable[tuple[str, str]], *, size: int, kept: Kept, encoding: str
) -> ShownBody:
    """Return a body of ``size`` bytes, of which ``body`` is kept; ``encoding`` is as in `InspectedRequest`."""
    pairs = [(name.lower(), value) for name, value in headers]
    content_type = next((value for name, value in pairs if name == "content-type"), "")
    announced = next((value for name, value in pairs if name == "content-length"), "")
    is_text = begins_as_text(body) and b"\0" not in body and not is_binary_type(content_type)
    most = SHOWN_CHARS if is_text else SHOWN_BYTES
    return ShownBody(
        size=_size(size, announced),
        content_type=content_type[:TYPE_CHARS],
        compression="" if encoding in _UNSEARCHABLE else encoding,
        text=body.decode("utf-8", "replace")[:most] if is_text else "",
        hexadecimal="" if is_text else "\n".join(_hex_lines(body[:most])),
        is_cut=len(body) > most,
        missing=_missing(kept, encoding),
    )


def _size(size: int, announced: str) -> str:
    is_length = announced.isascii() and announced.isdecimal() and len(announced) < 20
    if is_length and int(announced) > size:
        return f"{size:,} of {int(announced):,} announced bytes"
    return "1 byte" if size == 1 else f"{size:,} bytes"


def _missing(kept: Kept, encoding: str) -> str:
    if kept is not Kept.UNSEARCHABLE:
        return _MISSING[kept]
    return _NOTHING + _UNSEARCHABLE.get(
        encoding, f"its compression ({encoding}) can't be undone here, so it can't be searched for secrets."
    )


def _hex_lines(body: bytes) -> Iterator[str]:
    """Yield lines of an offset, the bytes, and what of them is ASCII."""
    for start in range(0, len(body), BYTES_IN_A_LINE):
        line = body[start : start + BYTES_IN_A_LINE]
        ascii_only = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in line)
        yield f"{start:08x}  {line.hex(' '):<{3 * BYTES_IN_A_LINE - 1}}  {ascii_only}"
