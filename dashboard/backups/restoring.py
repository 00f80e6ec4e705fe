"""Restores a backup: everything is unpacked, checked and migrated beside the data folder, which then is exchanged."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from dashboard.backups import archive
from dashboard.backups.errors import BackupError
from dashboard.backups.making import DATA, DATABASE, Say, database_path
from dashboard.backups.manifest import Manifest
from dashboard.backups.space import require_space
from dashboard.schema_state import pending_migrations, unknown_migrations
from personas.secrets import unreadable_names
from playground.failures import log_failure
from playground.storage.leases import close_left_turns

logger = logging.getLogger(__name__)


def fitting_manifest(backup: Path) -> Manifest:
    """Return the backup's manifest. Raises BackupError if this installation can't take the backup."""
    manifest = archive.manifest_of(backup)
    unknown = unknown_migrations(manifest.migrations)
    if unknown:
        app_label, name = unknown[0]
        raise BackupError(
            f"The backup was made by a newer version of Greenroom ({app_label}.{name}): restore it with that one."
        )
    if manifest.database != connection.vendor:
        raise BackupError(
            f"The backup is of an installation on {manifest.database}, and DATABASE_URL names {connection.vendor}."
        )
    database = database_path()
    if database is not None and not database.is_relative_to(settings.DATA_DIR):
        raise BackupError(
            f"DATABASE_URL names a file outside {settings.DATA_DIR}: restore without it, and move the database then."
        )
    return manifest


def is_in_use(folder: Path) -> bool:
    """Whether anything is in the folder."""
    return folder.exists() and any(folder.iterdir())


@contextmanager
def unpacked(backup: Path, manifest: Manifest) -> Iterator[Path]:
    """Unpack and check the backup into a folder on the same disk, whose DATA becomes the data folder.

    What still stands in it at the block's end is deleted. Raises BackupError, OSError.
    """
    require_space(settings.GREENROOM_DATA, manifest.size)
    with tempfile.TemporaryDirectory(dir=settings.GREENROOM_DATA, prefix=".restore-") as name:
        folder = Path(name)
        archive.extract(backup, folder)
        data_folder = folder / DATA
        data_folder.mkdir(exist_ok=True)
        data_folder.chmod(settings.DATA_DIR.stat().st_mode & 0o777)
        database = database_path()
        if database is not None:
            place = data_folder / database.relative_to(settings.DATA_DIR)
            place.parent.mkdir(parents=True, exist_ok=True)
            (folder / DATABASE).rename(place)
        yield folder


def bring_up_to_date(data_folder: Path, encryption_keys: tuple[str, ...], say: Say) -> None:
    """Migrate the unpacked database, close the turns that were open in it, and say what its secrets need.

    Raises BackupError, DatabaseError.
    """
    database = database_path()
    if database is None:
        return
    with _database_at(data_folder / database.relative_to(settings.DATA_DIR)):
        pending = pending_migrations()
        if pending:
            say(f"It was made by an older version: {_counted(len(pending), 'migration')} to run")
            _migrate()
        left = close_left_turns()
        if left:
            say(
                f"{_counted(left, 'turn')} went on while the backup was made: closed, with the text stored by then."
            )
        unreadable = list(unreadable_names(encryption_keys))
    if unreadable:
        say(
            f"{_counted(len(unreadable), 'token secret')} can't be decrypted with the keys in use: "
            f"{', '.join(unreadable)}. Put the keys of that installation back (restore --keys FILE, or "
            "ENCRYPTION_KEYS), or enter the values again."
        )


def exchange(folder: Path, new: Path) -> Path | None:
    """Put the new folder in the place of ``folder``. Return where the old one is kept, None if it was empty.

    Raises OSError, and leaves the old one in its place.
    """
    os.sync()  # What is new must outlive a loss of power before it takes the place of what is old.
    if not is_in_use(folder):
        new.replace(folder)
        return None
    kept = folder.with_name(f"{folder.name}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    folder.rename(kept)
    try:
        new.rename(folder)
    except OSError:
        kept.rename(folder)
        raise
    return kept


def _migrate() -> None:
    """Run the migrations, which may fail in any way. Raises BackupError."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except Exception as error:
        log_failure(logger, error, doing="migrating a backup")
        raise BackupError(f"The database of the backup can't be migrated ({type(error).__name__}).") from None


@contextmanager
def _database_at(path: Path) -> Iterator[None]:
    """Let this thread use another SQLite database in the block."""
    connection.close()
    ContentType.objects.clear_cache()
    name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        ContentType.objects.clear_cache()


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
