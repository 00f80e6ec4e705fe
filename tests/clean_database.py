"""Brings the tests' database back to what `migrate` has left, after a test whose changes no transaction undoes."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from playground.models import RightsVersion

CREATED: tuple[type[Model], ...] = (ContentType, Permission, Group, Group.permissions.through)
"""What `migrate` fills, beside the one row of the rights' version, which triggers replace."""


class Cleaner:
    """Takes the place of both halves of Django's flush, which empties every table and creates those rows anew."""

    def __init__(self, database: BaseDatabaseWrapper) -> None:
        """``database`` is as `migrate` has left it."""
        version = RightsVersion._meta.db_table
        tables = database.introspection.django_table_names(only_existing=True, include_views=False)
        with database.cursor() as cursor:
            self._rows = {
                table: _rows(cursor, table) for table in (model._meta.db_table for model in CREATED)
            }
            self._version = {version: _rows(cursor, version)}
        self._filled = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})"
            for table in sorted({*tables} - {*self._rows, version})
        )

    def statements(self, _style: object, database: BaseDatabaseWrapper, **_options: object) -> list[str]:
        """Return the statements that empty what is filled, and the rows of the beginning if they have changed."""
        with database.cursor() as cursor:
            cursor.execute(self._filled)
            tables = [table for (table,) in cursor.fetchall()]
            is_changed = any(_rows(cursor, table) != rows for table, rows in self._rows.items())
            if is_changed or not all(_rows(cursor, table) for table in self._version):
                tables += self._rows
        return [f"DELETE FROM {table}" for table in tables]

    def restore(self, _verbosity: int, _interactive: bool, using: str, **_options: object) -> None:
        with connections[using].cursor() as cursor:
            for table, rows in (self._rows | self._version).items():
                if not _rows(cursor, table):
                    places = ", ".join(["%s"] * len(rows[0]))
                    cursor.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


def _rows(cursor: CursorWrapper, table: str) -> list[tuple[Any, ...]]:
    cursor.execute(f"SELECT * FROM {table}")
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
