"""The index by which words are found in what was said: FTS5 with SQLite, ``pg_trgm`` with PostgreSQL.

Both are of trigrams, so that both find the same: any three characters or more, in upper or lower case. Where neither
can be made, words are looked for in the newest waits alone (`playground.storage.find_words`).
"""

import logging
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from playground.failures import log_failure
from playground.models import CallersWait

logger = logging.getLogger(__name__)

INDEX = "playground_wait_text"
_TABLE = CallersWait._meta.db_table
_TRIGGERS = {
    f"{INDEX}_insert": f"""AFTER INSERT ON {_TABLE} BEGIN
        INSERT INTO {INDEX}(rowid, text) VALUES (new.id, new.text); END""",
    f"{INDEX}_delete": f"""AFTER DELETE ON {_TABLE} BEGIN
        INSERT INTO {INDEX}({INDEX}, rowid, text) VALUES ('delete', old.id, old.text); END""",
    f"{INDEX}_update": f"""AFTER UPDATE OF text ON {_TABLE} WHEN old.text IS NOT new.text BEGIN
        INSERT INTO {INDEX}({INDEX}, rowid, text) VALUES ('delete', old.id, old.text);
        INSERT INTO {INDEX}(rowid, text) VALUES (new.id, new.text); END""",
}


def make_text_index(using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Make what is missing of it. A receiver of ``post_migrate``: one that remakes the table drops its triggers."""
    database = connections[using]
    make = _make_with_sqlite if database.vendor == "sqlite" else _make_with_postgres
    try:
        with transaction.atomic(using=using):
            make(database)
    except DatabaseError as error:  # a SQLite without FTS5, a PostgreSQL without pg_trgm or the right to it
        log_failure(
            logger, error, doing="making the index of what was said; search looks at the newest alone"
        )
    has_text_index.cache_clear()


@cache
def has_text_index(vendor: str) -> bool:
    """Whether this installation's database has the index."""
    database = connections[DEFAULT_DB_ALIAS]
    catalogue = "sqlite_master WHERE name = %s" if vendor == "sqlite" else "pg_class WHERE relname = %s"
    with database.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {catalogue}", [INDEX])  # no value from outside
        return cursor.fetchone() is not None


def _make_with_sqlite(database: BaseDatabaseWrapper) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE %s", [f"{INDEX}%"])
        names = {name for (name,) in cursor.fetchall()}
        if INDEX not in names:
            cursor.execute(f"CREATE VIRTUAL TABLE {INDEX} USING fts5(text, content='', tokenize='trigram')")
            cursor.execute(f"INSERT INTO {INDEX}(rowid, text) SELECT id, text FROM {_TABLE}")
        for name, trigger in _TRIGGERS.items():
            if name not in names:
                cursor.execute(f"CREATE TRIGGER {name} {trigger}")


def _make_with_postgres(database: BaseDatabaseWrapper) -> None:
    with database.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute(
            f'CREATE INDEX IF NOT EXISTS {INDEX} ON {_TABLE} USING gin (UPPER("text"::text) gin_trgm_ops)'
        )
