"""Rows that another connection holds, with PostgreSQL: waited for briefly, so that they keep nothing else back.

With SQLite it is the whole file that is held, and `dashboard/sqlite.py` bounds the wait for it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import OperationalError, connection, transaction

from playground.storage.database_trouble import Trouble, trouble_of

Row = TypeVar("Row")

TOGETHER_MS = 500
"""How long rows that are changed together are waited for, before each is tried for itself."""
EACH_MS = 50
"""How long one of them is waited for then."""


@contextmanager
def briefly_waiting(within_ms: int) -> Iterator[None]:
    """Run the block in a transaction that fails if a row is held for longer. Raises OperationalError."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{within_ms}ms"])
        yield


def is_held_row(error: BaseException) -> bool:
    return connection.vendor == "postgresql" and trouble_of(error) is Trouble.HELD


def each_unless_held(rows: Iterable[Row], change: Callable[[Row], object]) -> list[Row]:
    """Call ``change`` with each row in a transaction of its own; return the rows that are held."""
    held = []
    for row in rows:
        try:
            with briefly_waiting(EACH_MS):
                change(row)
        except OperationalError as error:
            if not is_held_row(error):
                raise
            held.append(row)
    return held
