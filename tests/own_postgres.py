"""A PostgreSQL database in place of the tests' SQLite, for what the two do differently: locks above all."""

from collections.abc import Iterator
from contextlib import contextmanager

import dj_database_url
from django.db import connections

from dashboard.postgres import connection_options
from tests.dashboard.own_database import migrated_postgres

ALIAS = "default"


@contextmanager
def database_on_postgres(server_url: str, *, lock_s: float = 3.0) -> Iterator[str]:
    """Yield the address of a database with this version's tables, used by this thread and those begun in the block."""
    sqlite, settings = connections[ALIAS], connections.settings[ALIAS]
    with migrated_postgres(server_url, "locks") as url:
        own = connections.configure_settings({ALIAS: dj_database_url.parse(url)})[ALIAS]
        connections.settings[ALIAS] = own | {
            "TEST": settings["TEST"],
            "OPTIONS": connection_options({}, lock_s=lock_s),
        }
        del connections[ALIAS]
        try:
            yield url
            connections[ALIAS].close()
        finally:
            connections.settings[ALIAS] = settings
            connections[ALIAS] = sqlite
