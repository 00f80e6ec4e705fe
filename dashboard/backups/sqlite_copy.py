"""Copies a SQLite database while a server writes to it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from dashboard.backups.errors import BackupError
from dashboard.schema_state import MigrationName

PAGES_AT_ONCE = 4096
"""How many pages are copied between two reports of the progress: 16 MiB."""
BUSY_S = 20.0
"""How long to wait for a database that another process has locked."""

Progress = Callable[[int, int], None]
"""Is given how many pages are copied, and of how many."""


def copy_online(source: Path, copy: Path, progress: Progress) -> None:
    """Copy the database as it is at one moment, into a file without a journal. Raises BackupError.

    The source is read in one transaction: writers go on, and what they write meanwhile is not copied.
    """
    try:
        with closing(_opened(source)) as reader, closing(sqlite3.connect(copy)) as writer:
            reader.execute("BEGIN")
            # A deferred transaction begins with its first read. Without it every write would begin the copy anew.
            reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            reader.backup(
                writer,
                pages=PAGES_AT_ONCE,
                progress=lambda _status, left, pages: progress(pages - left, pages),
            )
            writer.execute("PRAGMA journal_mode = DELETE")
            (finding,) = writer.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise BackupError(f"The database {source} cannot be copied ({type(error).__name__}).") from None
    if finding != "ok":
        raise BackupError(f"The database {source} is damaged: manage.py verify says where.")


def migrations_in(database: Path) -> tuple[MigrationName, ...]:
    """Return the migrations that have run on the database. Raises BackupError if it isn't Greenroom's."""
    try:
        with closing(_opened(database)) as connection:
            rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    except sqlite3.Error:
        raise BackupError(f"{database} is no database of Greenroom.") from None
    return tuple((str(app_label), str(name)) for app_label, name in rows)


def _opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)
