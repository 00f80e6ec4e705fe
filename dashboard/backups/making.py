"""Makes a backup: the database and what lies beside it, in one archive, while the server runs."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from dashboard.backups import archive, postgres
from dashboard.backups.errors import BackupError
from dashboard.backups.manifest import Manifest
from dashboard.backups.space import require_space, shown
from dashboard.backups.sqlite_copy import copy_online, migrations_in
from dashboard.schema_state import applied_migrations

DATABASE = "database.sqlite3"
"""The database's name in the archive."""
DATA = "data"
"""The folder of the other files in the archive."""
JOURNALS = ("-wal", "-shm", "-journal")
"""What SQLite writes beside a database; a copy needs none of them."""
STEP_PERCENT = 10
"""How much more of a database is copied between two sentences about the progress."""

Say = Callable[[str], None]
"""Is given a sentence for the operator."""


def database_path() -> Path | None:
    """Return the path of the SQLite database; None for PostgreSQL."""
    return Path(connection.settings_dict["NAME"]).absolute() if connection.vendor == "sqlite" else None


def make_backup(target: Path, say: Say) -> None:
    """Write the backup, at first under another name beside it. Raises BackupError, OSError."""
    target = target.absolute()
    refuse_place(target)
    database = database_path()
    if database is not None and not database.exists():
        raise BackupError(f"There is no database yet: {database} does not exist.")
    beside = list(_files_beside(database))
    require_space(target.parent, _needed_bytes(beside, database))
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as name:
        folder = Path(name)
        manifest, copies = _copies(database, beside, folder, say)
        archive.write(folder / "archive", manifest, copies)
        refuse_place(target)
        (folder / "archive").rename(target)
    _store_name(target)
    say(
        f"The backup is in {target}: {shown(target.stat().st_size)}, with {shown(manifest.size)} of data in "
        f"{len(manifest.files)} file{'' if len(manifest.files) == 1 else 's'}."
    )
    if database is None:
        say(
            "The database is PostgreSQL, and not in the backup. Save it at the same time with:\n\n  "
            f"{postgres.dump_command(connection.settings_dict, f'{target}.dump')}\n\n{postgres.PASSWORD}"
        )


def refuse_place(target: Path) -> None:
    """Raise BackupError where no backup may be written: over a file, or into the data folder."""
    if target.exists() or target.is_symlink():
        raise BackupError(f"{target} exists already: nothing is overwritten.")
    if not target.parent.is_dir():
        raise BackupError(f"There is no folder {target.parent}.")
    if target.resolve().is_relative_to(settings.DATA_DIR.resolve()):
        raise BackupError(f"A backup in {settings.DATA_DIR} would be lost with it: name another folder.")


def _copies(
    database: Path | None, beside: list[Path], folder: Path, say: Say
) -> tuple[Manifest, dict[str, Path]]:
    """Copy everything into the folder; return the manifest, and the copies by their names in the archive."""
    made_at = datetime.now(UTC)
    copies = {}
    if database is None:
        migrations = tuple(applied_migrations())
    else:
        copies[DATABASE] = _copied_database(database, folder / DATABASE, say)
        migrations = migrations_in(copies[DATABASE])
    copies |= _copied(beside, folder)
    files = tuple(archive.described(name, path) for name, path in copies.items())
    return Manifest(made_at.isoformat(timespec="seconds"), connection.vendor, migrations, files), copies


def _store_name(path: Path) -> None:
    """Let the file's name survive a loss of power, as its content does."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _files_beside(database: Path | None) -> Iterator[Path]:
    """Yield what lies in the data folder beside the database."""
    own = {database, *(Path(f"{database}{ending}") for ending in JOURNALS)} if database else set()
    for path in sorted(settings.DATA_DIR.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.absolute() not in own:
            yield path


def _needed_bytes(beside: Iterable[Path], database: Path | None) -> int:
    """Return the most that the copies and the archive of them take."""
    sources = list(beside)
    if database is not None:
        sources += [path for path in (database, Path(f"{database}{JOURNALS[0]}")) if path.exists()]
    return 2 * sum(path.stat().st_size for path in sources)


def _copied_database(database: Path, copy: Path, say: Say) -> Path:
    say(f"Copying the database {database}")
    reported_percent = 0

    def progress(done: int, pages: int) -> None:
        nonlocal reported_percent
        percent = 100 * done // max(pages, 1)
        if done < pages and percent >= reported_percent + STEP_PERCENT:
            reported_percent = percent
            say(f"  {percent} %")

    copy_online(database, copy, progress)
    return copy


def _copied(files: list[Path], folder: Path) -> dict[str, Path]:
    """Copy the files and return the copies by their names in the archive; one that is gone by now is left out."""
    copies = {}
    for path in files:
        name = f"{DATA}/{path.relative_to(settings.DATA_DIR).as_posix()}"
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, copy)
        except FileNotFoundError:
            continue
        copies[name] = copy
    return copies
