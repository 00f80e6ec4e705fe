"""A SQLite database without room for another page: SQLite itself answers that it is full."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from playground.storage import database_thread

MOST_PAGES = 1_073_741_823
"""SQLite's own bound."""


def _bound(connection: BaseDatabaseWrapper, pages: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {pages}")


def _take_room() -> None:
    """Leave no free page in the file either."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    _bound(connection, 1)


def _give_room() -> None:
    _bound(connection, MOST_PAGES)


def _without_room(sender: object, connection: BaseDatabaseWrapper, **_: Any) -> None:
    _bound(connection, 1)


@contextmanager
def full_database() -> Iterator[None]:
    """Let the database thread, and every thread that connects in the block, have the pages that there are."""
    connection_created.connect(_without_room)
    database_thread._thread.submit(_take_room).result()
    try:
        yield
    finally:
        connection_created.disconnect(_without_room)
        database_thread._thread.submit(_give_room).result()
