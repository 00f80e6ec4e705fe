"""Decompresses what is kept of a body, because only plain text can be searched for secrets."""

import codecs
import zlib
from collections.abc import Iterator

from playground.inspectors.lossless_text import STEP

PLAIN = frozenset({"", "identity", "utf-8", "utf8", "none"})
"""Content-Encodings that compress nothing; some clients name the charset there."""
UNDECLARED = "undeclared"
NO_TEXT = "perhaps: no text"
UNDECLARED_GZIP = "gzip, undeclared"
UNDECLARED_ZLIB = "zlib, undeclared"
_READABLE = frozenset({"gzip", "x-gzip", "deflate", UNDECLARED_GZIP, UNDECLARED_ZLIB})
_WINDOW_OF_ANY = 32 + zlib.MAX_WBITS
"""Lets zlib tell gzip from zlib by their first bytes."""


MOST_MEMBERS = 32
"""Of how many gzip members a body is read (RFC 1952, 2.2); one of more counts as invalid."""
_GZIP_BEGINS = b"\x1f\x8b\x08"
_UNREADABLE_BEGINNINGS = (b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\x00", b"PK\x03\x04")
"""Of Zstandard, bzip2, xz and zip. Brotli and deflate alone have none: they are told by being no text."""
_BINARY_TYPES = (
    "image/", "audio/", "video/", "font/", "multipart/", "application/pdf", "application/msgpack",
    "application/x-msgpack", "application/vnd.msgpack", "application/cbor", "application/protobuf",
    "application/x-protobuf", "application/vnd.google.protobuf",
)  # fmt: skip
"""What is no text by its Content-Type, and is kept as it is: the last ones hold their texts as UTF-8, in one piece."""
_CONTROLS = bytes(sorted({*range(1, 32), 127} - set(b"\b\t\n\f\r\x1b")))
_ASCII = bytes(range(128))
_BYTES_TO_A_CONTROL = 16
"""Text has at most one control character in so many bytes; of compressed bytes every ninth is one."""
_TRIED_BYTES = 512
"""How much of a body is decompressed to tell whether it is zlib's: words may begin as that does."""


class Decompressor:
    """Decompresses parts of a body as far as ``most`` bytes; what follows is dropped."""

    def __init__(self, encoding: str, most: int) -> None:
        self._left = most
        self._inflate = None if encoding in PLAIN else zlib.decompressobj(_WINDOW_OF_ANY)
        self._members = 1
        self.is_cut = False
        self.has_failed = False
        """What came is no valid data of this encoding."""

    def feed(self, part: bytes) -> bytes:
        if self.has_failed or self.is_cut:
            return b""
        if self._inflate is None:
            return self._bounded(part)
        try:
            return b"".join(self._inflated(part))
        except zlib.error:
            self.has_failed = True
            return b""

    def _inflated(self, part: bytes) -> Iterator[bytes]:
        while part and not self.is_cut:
            assert self._inflate is not None
            if self._inflate.eof:
                self._begin_member()
            yield self._bounded(self._inflate.decompress(part, self._left + 1))
            part = self._inflate.unused_data

    def _begin_member(self) -> None:
        """Raise zlib.error with more members than are read."""
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise zlib.error
        self._inflate = zlib.decompressobj(_WINDOW_OF_ANY)

    def _bounded(self, plain: bytes) -> bytes:
        kept = plain[: self._left]
        self._left -= len(kept)
        self.is_cut = self.is_cut or len(kept) < len(plain)
        return kept


def is_readable(encoding: str) -> bool:
    """Whether a body of this Content-Encoding can be decompressed here."""
    return encoding in PLAIN or encoding in _READABLE


def encoding_of(headers: tuple[tuple[bytes, bytes], ...], body: bytes = b"") -> str:
    """Return the Content-Encoding in lower case; without one, what the body begins with; empty for plain text."""
    encoding = _values_of(headers, b"content-encoding")
    if encoding not in PLAIN:
        return encoding
    undeclared = _undeclared(body)
    is_binary = is_binary_type(_values_of(headers, b"content-type"))
    return undeclared if undeclared or is_binary or begins_as_text(body) else NO_TEXT


def is_binary_type(content_type: str) -> bool:
    """Whether this Content-Type is one of no text that is kept as it is."""
    return content_type.lower().startswith(_BINARY_TYPES)


def _values_of(headers: tuple[tuple[bytes, bytes], ...], lowered: bytes) -> str:
    values = [value for name, value in headers if name.lower() == lowered]
    return b",".join(values).decode("latin-1").strip().lower()


def _undeclared(body: bytes) -> str:
    if body.startswith(_GZIP_BEGINS):
        return UNDECLARED_GZIP
    if _begins_as_zlib(body):
        return UNDECLARED_ZLIB
    return UNDECLARED if body.startswith(_UNREADABLE_BEGINNINGS) else ""


def begins_as_text(body: bytes) -> bool:
    """Whether it begins as text in UTF-8, in UTF-16, or mostly in ASCII; what it ends within counts as whole."""
    beginning = body[:STEP]
    controls = len(beginning) - len(beginning.translate(None, _CONTROLS))
    if _is_of(beginning, "utf-8"):
        return controls * _BYTES_TO_A_CONTROL <= len(beginning)
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _is_of(beginning, "utf-16")
    beyond_ascii = len(beginning.translate(None, _ASCII))
    odd = 2 * beyond_ascii + _BYTES_TO_A_CONTROL * (controls + beginning.count(0))
    return odd <= len(beginning) and not _is_deflate(beginning)


def _is_of(beginning: bytes, charset: str) -> bool:
    try:
        codecs.getincrementaldecoder(charset)().decode(beginning)
    except UnicodeDecodeError:
        return False
    return True


def _begins_as_zlib(body: bytes) -> bool:
    """Whether it has the header of RFC 1950, and data behind it."""
    has_header = len(body) >= 3 and body[0] & 0x0F == zlib.DEFLATED and not int.from_bytes(body[:2]) % 31
    return has_header and _inflated(body, zlib.MAX_WBITS) is not None


def _is_deflate(body: bytes) -> bool:
    """Whether it is data of RFC 1951 alone: short words may begin as such, but don't end so."""
    inflated = _inflated(body, -zlib.MAX_WBITS)
    return inflated is not None and (inflated.eof or len(body) > _TRIED_BYTES)


def _inflated(body: bytes, window: int) -> "zlib._Decompress | None":
    """Return what has decompressed the beginning of a body; None if it can't."""
    inflate = zlib.decompressobj(window)
    try:
        inflate.decompress(body[:_TRIED_BYTES])
    except zlib.error:
        return None
    return inflate
