"""What a server asks of its connections to a SQLite file: to wait for it no longer than useful, and to create none."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def close_failed_cursors(*, connection: BaseDatabaseWrapper, **_: object) -> None:
    """Let the new connection close each cursor whose statement fails, in its own thread.

    The exception keeps such a cursor in a cycle. Whichever thread collects that resets the statement, and for this it
    waits until the cursor's connection is at rest: in vain, if that waits for a file that the same thread holds.
    """
    if connection.vendor == "sqlite" and _closing_if_it_fails not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _closing_if_it_fails)


def _closing_if_it_fails(
    execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]
) -> Any:
    try:
        return execute(sql, parameters, many, context)
    except Exception:
        with suppress(sqlite3.Error):  # a connection that was closed meanwhile has reset all its statements
            context["cursor"].close()
        raise


def create_no_file() -> None:
    """Let this process's new connections fail while the file is missing; SQLite would begin an empty one there."""
    if connection.vendor == "sqlite":
        database = connections.settings[DEFAULT_DB_ALIAS]
        database["NAME"] = existing_only(Path(database["NAME"]))


def existing_only(file: Path) -> str:
    """Return the name under which SQLite opens the file, or fails (sqlite.org/uri.html)."""
    return f"{file.absolute().as_uri()}?mode=rw"


@contextmanager
def without_waiting_for_file() -> Iterator[None]:
    """Let what writes in the block fail at once while the SQLite file is held; PostgreSQL has no such file."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        (usual_ms,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {usual_ms}")
