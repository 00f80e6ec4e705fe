"""Decodes uploaded documents: untrusted bytes, as text."""

from personas.formats.nodes import FormatError
from personas.formats.tolerant import MAX_CHARS

MAX_BYTES = 4 * MAX_CHARS
"""UTF-8 needs at most four bytes a character."""

_ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"\x28\xb5\x2f\xfd",
)
"""The first bytes of zip, gzip, bzip2, xz, 7-Zip and zstd. Never unpacked: a small archive may expand endlessly."""


def text_of(data: bytes) -> str:
    """Return the file's text. Raises FormatError if it is too large, compressed, or not UTF-8."""
    if len(data) > MAX_BYTES:
        raise too_large()
    if data.startswith(_ARCHIVES):
        raise FormatError("The file is compressed: unpack it, and give the document itself.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise FormatError("The file is not UTF-8: save it as UTF-8 text.", line, column) from None


def too_large() -> FormatError:
    return FormatError(f"The file is too large: at most {MAX_BYTES:,} bytes can be read.")
