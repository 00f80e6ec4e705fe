"""What always holds of the database itself, and of all that is stored in it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from dashboard.schema_state import applied_migrations, pending_migrations, unknown_migrations
from personas import invariants as of_personas
from personas.invariants import Invariant
from playground.inspectors import invariants as of_inspectors
from playground.storage import invariants as of_the_playground


def foreign_schema() -> Iterator[str]:
    """Yield migrations that have not run, and those of a newer version."""
    for app_label, name in pending_migrations():
        yield f"The migration {app_label}.{name} has not run: run manage.py migrate."
    for app_label, name in unknown_migrations(applied_migrations()):
        yield f"The migration {app_label}.{name} is of a newer version: this one may not use the database."


def damaged_pages() -> Iterator[str]:
    """Yield what SQLite finds damaged; PostgreSQL checks what it reads by itself."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        for (finding,) in cursor:
            if finding != "ok":
                yield f"SQLite finds the database damaged: {finding}."


def dangling_references() -> Iterator[str]:
    """Yield rows whose foreign key names no row; PostgreSQL lets none be stored."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        for table, row_id, referred, _ in cursor:
            yield f"Row {row_id} of {table} refers to a row of {referred} that does not exist."


MIGRATED = Invariant("The database has the tables of this version.", foreign_schema)
"""Comes first: without it the others would ask for columns that don't exist."""

INVARIANTS = (
    Invariant("The database is not damaged.", damaged_pages),
    Invariant("Every row that is referred to exists.", dangling_references),
    *of_personas.INVARIANTS,
    *of_the_playground.INVARIANTS,
    *of_inspectors.INVARIANTS,
)


_READ_ONLY = {
    "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    "postgresql": ("SET default_transaction_read_only = on", "RESET default_transaction_read_only"),
}


@contextmanager
def read_only() -> Iterator[None]:
    """Let the database refuse every write of this thread in the block."""
    forbid, allow = _READ_ONLY[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(forbid)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(allow)
