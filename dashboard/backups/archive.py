"""The archive of a backup: a gzipped tar whose first member is the manifest."""

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dashboard.backups.errors import BackupError
from dashboard.backups.manifest import BackedUpFile, Manifest, read_manifest
from dashboard.backups.private_files import private_file

MANIFEST = "manifest.json"
MANIFEST_BYTES = 1024 * 1024
"""The longest manifest that is read."""
COMPRESSION = 6
"""Of gzip: the next levels take three times as long for a few percent."""
CHUNK_BYTES = 1024 * 1024
"""How much is read at a time."""

_BROKEN = (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error)


def described(name: str, path: Path) -> BackedUpFile:
    """Return the file's entry of the manifest."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return BackedUpFile(name, path.stat().st_size, digest.hexdigest())


def write(archive: Path, manifest: Manifest, paths: Mapping[str, Path]) -> None:
    """Write an archive that its owner alone may read; ``paths`` has a file for each name of the manifest."""
    text = manifest.to_json()
    with (
        private_file(archive) as file,
        tarfile.open(fileobj=file, mode="w:gz", compresslevel=COMPRESSION) as tar,
    ):
        tar.addfile(_member(MANIFEST, len(text)), io.BytesIO(text))
        for each in manifest.files:
            with paths[each.name].open("rb") as content:
                tar.addfile(_member(each.name, each.size), content)


def manifest_of(archive: Path) -> Manifest:
    """Return the archive's manifest. Raises BackupError if the file is no backup."""
    with _opened(archive) as tar:
        return _first_member(tar)


def extract(archive: Path, folder: Path) -> None:
    """Extract all files into the folder.

    Raises BackupError if they aren't exactly those of the manifest, byte for byte.
    """
    with _opened(archive) as tar:
        missing = {file.name: file for file in _first_member(tar).files}
        while (member := tar.next()) is not None:
            file = missing.pop(member.name, None)
            if file is None or not member.isreg() or member.size != file.size:
                raise BackupError(f"The backup is damaged: {member.name} is not what the manifest says.")
            tar.extract(member, folder, filter="data")
            if described(file.name, folder / file.name) != file:
                raise BackupError(f"The backup is damaged: {file.name} has another checksum than it had.")
        _read_to_end(tar)
    if missing:
        raise BackupError(f"The backup is not complete: {', '.join(sorted(missing))} is missing.")


def _first_member(tar: tarfile.TarFile) -> Manifest:
    member = tar.next()
    content = _content(tar, member) if member is not None and member.name == MANIFEST else None
    if content is None:
        raise BackupError("The file is no backup of Greenroom: it doesn't begin with a manifest.")
    return read_manifest(content.read(MANIFEST_BYTES))


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes] | None:
    """Return the content of a file; None for anything else, such as a link, which tarfile would follow."""
    return tar.extractfile(member) if member.isreg() else None


def _read_to_end(tar: tarfile.TarFile) -> None:
    """Read what follows the last member: gzip's own length and checksum come last."""
    assert tar.fileobj is not None
    while tar.fileobj.read(CHUNK_BYTES):
        pass


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    """Open the archive. Raises BackupError where it is no archive of this kind, or cut off, also while it is read."""
    try:
        with tarfile.open(archive, mode="r:gz") as tar:
            yield tar
    except FileNotFoundError:
        raise BackupError(f"There is no file {archive}.") from None
    except _BROKEN:
        raise BackupError(f"{archive} is no backup of Greenroom, or it was cut off.") from None


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    return member
