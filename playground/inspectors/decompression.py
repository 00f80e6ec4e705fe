"""Decompresses what is kept of a body, because only plain text can be searched for secrets."""

import zlib
from collections.abc import Iterator

PLAIN = frozenset({"", "identity"})
UNDECLARED_GZIP = "gzip, undeclared"
UNDECLARED_ZLIB = "zlib, undeclared"
_READABLE = frozenset({"gzip", "x-gzip", "deflate", UNDECLARED_GZIP, UNDECLARED_ZLIB})
_WINDOW_OF_ANY = 32 + zlib.MAX_WBITS
"""Lets zlib tell gzip from zlib by their first bytes."""


MOST_MEMBERS = 32
"""Of how many gzip members a body is read (RFC 1952, 2.2); one of more counts as invalid."""
_GZIP_BEGINS = b"\x1f\x8b\x08"
_UNREADABLE_BEGINNINGS = (b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\x00", b"PK\x03\x04")
"""Of Zstandard, bzip2, xz and zip. Brotli and deflate alone have none: if undeclared, they are taken for plain."""
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
    values = [value for name, value in headers if name.lower() == b"content-encoding"]
    encoding = b",".join(values).decode("latin-1").strip().lower()
    return _undeclared(body) if encoding in PLAIN else encoding


def _undeclared(body: bytes) -> str:
    if body.startswith(_GZIP_BEGINS):
        return UNDECLARED_GZIP
    if _begins_as_zlib(body):
        return UNDECLARED_ZLIB
    return "undeclared" if body.startswith(_UNREADABLE_BEGINNINGS) else ""


def _begins_as_zlib(body: bytes) -> bool:
    """Whether it has the header of RFC 1950, and data behind it."""
    if len(body) < 3 or body[0] & 0x0F != zlib.DEFLATED or int.from_bytes(body[:2]) % 31:
        return False
    try:
        zlib.decompressobj().decompress(body[:_TRIED_BYTES])
    except zlib.error:
        return False
    return True
