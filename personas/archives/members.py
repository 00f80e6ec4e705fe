"""Reads the files of an untrusted archive, or of a folder that one was unpacked into, within bounds."""

import stat
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

from personas.archives.layout import (
    ARCHIVE_BYTES,
    FILE_BYTES,
    MANIFEST,
    MOST_FILES,
    NAME_BYTES,
    UNPACKED_BYTES,
    ArchiveRefusedError,
)
from personas.formats.rules import printable

_SIGNATURE = b"PK\x03\x04"
_ENTRY = b"PK\x01\x02"
"""The beginning of each file's entry in the directory of a zip."""
_ENCRYPTED = 0x1
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNPACKING_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    IndexError,
)
"""What zipfile raises for an archive that was cut, or has wrong offsets or an empty name."""
_UNREADABLE = "The archive is damaged: it can't be unpacked."


def is_archive(data: bytes) -> bool:
    """Whether the bytes begin as a zip does."""
    return data.startswith(_SIGNATURE)


def files_of_archive(data: bytes) -> dict[str, bytes]:
    """Return each file's bytes by its name. Raises ArchiveRefusedError."""
    if len(data) > ARCHIVE_BYTES:
        raise ArchiveRefusedError(f"The archive is too large: at most {ARCHIVE_BYTES:,} bytes are read.")
    # Counted before zipfile makes an object of each.
    if data.count(_ENTRY) > MOST_FILES:
        raise _too_many()
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _unpacked(archive)
    except ArchiveRefusedError:
        raise
    except _UNPACKING_ERRORS:
        raise ArchiveRefusedError(_UNREADABLE) from None


def is_archive_folder(folder: Path) -> bool:
    """Whether an archive was unpacked there."""
    return (folder / MANIFEST).is_file()


def files_of_folder(folder: Path) -> dict[str, bytes]:
    """Return the files of an unpacked archive by their names in it. Raises ArchiveRefusedError, OSError."""
    paths = sorted(path for path in folder.rglob("*.json") if path.is_file() and not path.is_symlink())
    if len(paths) > MOST_FILES:
        raise _too_many()
    files: dict[str, bytes] = {}
    room = UNPACKED_BYTES
    for path in paths:
        name = path.relative_to(folder).as_posix()
        with path.open("rb") as file:
            files[name] = file.read(min(FILE_BYTES, room) + 1)
        room = _room_after(name, files[name], room)
    return files


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    room = UNPACKED_BYTES
    for info in archive.infolist():
        if info.is_dir():
            continue
        if reason := _refusal(info, files):
            raise ArchiveRefusedError(f"{printable(info.filename)}: {reason}")
        with archive.open(info) as member:
            # The directory may lie about the size.
            files[info.filename] = member.read(min(FILE_BYTES, room) + 1)
        room = _room_after(info.filename, files[info.filename], room)
    return files


def _refusal(info: zipfile.ZipInfo, files: dict[str, bytes]) -> str:
    """Return why a file is not read; empty if it is."""
    if info.flag_bits & _ENCRYPTED:
        return "It is encrypted."
    if info.compress_type not in _PACKINGS:
        return "It is packed in a way that isn't read here: use deflate, or none."
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "It is no plain file, but a link or a device."
    if len(info.filename.encode("utf-8", "replace")) > NAME_BYTES or not _stays_inside(info.filename):
        return "Its name leads out of the archive, or is no name of a file."
    if info.filename in files:
        return "The archive has two files of this name."
    return ""


def _stays_inside(name: str) -> bool:
    parts = name.split("/")
    return "\\" not in name and ":" not in name and all(part not in ("", ".", "..") for part in parts)


def _room_after(name: str, content: bytes, room: int) -> int:
    """Return how many bytes remain for other files. Raises ArchiveRefusedError."""
    if len(content) > FILE_BYTES:
        raise ArchiveRefusedError(
            f"{printable(name)}: The file is too large: at most {FILE_BYTES:,} bytes are read."
        )
    if len(content) > room:
        raise ArchiveRefusedError(f"The archive is too large: at most {UNPACKED_BYTES:,} bytes are unpacked.")
    return room - len(content)


def _too_many() -> ArchiveRefusedError:
    return ArchiveRefusedError(f"The archive has too many files: at most {MOST_FILES:,} are read.")
