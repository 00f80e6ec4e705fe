"""The manifest of a backup: the first member of the archive, which says what the others are."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.backups.errors import BackupError
from dashboard.schema_state import MigrationName

FORMAT = 1
"""Increases when an older version could misread the archive."""


@dataclass(frozen=True, slots=True)
class BackedUpFile:
    name: str
    """The path within the archive."""
    size: int
    """In bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    made_at: str
    """The time of the copy, ISO 8601 in UTC."""
    database: str
    """Django's name of its kind: ``sqlite``, which is in the archive, or ``postgresql``, which is not."""
    migrations: tuple[MigrationName, ...]
    """The migrations that had run on the database."""
    files: tuple[BackedUpFile, ...]
    format: int = FORMAT

    @property
    def size(self) -> int:
        """The size of all files in bytes."""
        return sum(file.size for file in self.files)

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()


def read_manifest(text: bytes) -> Manifest:
    """Read what `Manifest.to_json` wrote. Raises BackupError for another text, or a newer format."""
    try:
        fields = json.loads(text)
        form = int(fields["format"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _unreadable() from None
    if form > FORMAT:
        raise BackupError("The backup was made by a newer version of Greenroom: restore it with that one.")
    try:
        return _manifest(fields)
    except (ValueError, TypeError, KeyError):
        raise _unreadable() from None


def _manifest(fields: Mapping[str, Any]) -> Manifest:
    return Manifest(
        made_at=str(fields["made_at"]),
        database=str(fields["database"]),
        migrations=tuple((str(app_label), str(name)) for app_label, name in fields["migrations"]),
        files=tuple(
            BackedUpFile(str(file["name"]), int(file["size"]), str(file["sha256"]))
            for file in fields["files"]
        ),
        format=int(fields["format"]),
    )


def _unreadable() -> BackupError:
    return BackupError("The file is no backup of Greenroom: its manifest cannot be read.")
