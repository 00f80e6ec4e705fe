"""A separate database for a test's threads: SQLite in a file, or PostgreSQL, with the product's settings."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dj_database_url
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections
from django.db.utils import load_backend

from playground.storage import database_thread
from tests.browser.site import MIGRATED, PREPARED
from tests.services import drop_postgres, make_postgres, name_of_postgres, new_postgres

POSTGRES_TEMPLATE = "postgres-template"
"""The file of the folder that all processes of a run share, with the address of the server and the template's name."""


def sqlite_at(path: Path) -> dict[str, Any]:
    """Return the settings of a SQLite database as in `dashboard.settings`."""
    default = settings.DATABASES["default"]
    return {"ENGINE": default["ENGINE"], "NAME": str(path), "OPTIONS": default["OPTIONS"]}


def postgres_at(url: str) -> dict[str, Any]:
    return dict(dj_database_url.parse(url)) | {"CONN_HEALTH_CHECKS": True}


def copy_migrated(path: Path) -> None:
    """Make the file a SQLite database with this version's tables."""
    shutil.copy(migrated_sqlite(), path)


def migrated_sqlite() -> Path:
    """Return the file of which others are copies; the first process of a run migrates it for all."""
    prepared = Path(os.environ[PREPARED])
    template, unfinished = prepared / MIGRATED, prepared / "unfinished.sqlite3"
    with (prepared / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            with migrated(sqlite_at(unfinished)):
                pass
            unfinished.rename(template)
    return template


def postgres_template(server_url: str) -> str:
    """Return the name of a PostgreSQL database with this version's tables, of which others are copies.

    The first process of a run migrates it for all, and the one that started them drops it: `drop_postgres_template`.
    """
    prepared = Path(os.environ[PREPARED])
    noted = prepared / POSTGRES_TEMPLATE
    with (prepared / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not noted.exists():
            url = make_postgres(server_url, "template")
            noted.write_text(f"{server_url}\n{name_of_postgres(url)}")
            with migrated(postgres_at(url)):
                pass
    return noted.read_text().splitlines()[1]


def drop_postgres_template() -> None:
    noted = Path(os.environ[PREPARED]) / POSTGRES_TEMPLATE
    if noted.exists():
        drop_postgres(*noted.read_text().splitlines())
        noted.unlink()


@contextmanager
def migrated_postgres(server_url: str, purpose: str) -> Iterator[str]:
    """Yield the address of a PostgreSQL database with this version's tables, dropped at the end."""
    with new_postgres(server_url, purpose, postgres_template(server_url)) as url:
        yield url


@contextmanager
def new_sqlite(path: Path) -> Iterator[None]:
    """Like `using`, of a new file with this version's tables."""
    copy_migrated(path)
    with using(sqlite_at(path)):
        yield


@contextmanager
def migrated(database: dict[str, Any]) -> Iterator[None]:
    """Like `using`, with this version's tables."""
    with using(database):
        call_command("migrate", verbosity=0, interactive=False)
        yield


@contextmanager
def using(database: dict[str, Any]) -> Iterator[None]:
    """Let this thread, and those started in the block, use this database, without a surrounding transaction."""
    ordinary, described_before = connections["default"], connections.settings["default"]
    described = connections.configure_settings({"default": database | {"CONN_MAX_AGE": None}})["default"]
    own = load_backend(described["ENGINE"]).DatabaseWrapper(described, "default")
    ContentType.objects.clear_cache()
    connections["default"], connections.settings["default"] = own, described
    ordinary_thread, database_thread._thread = database_thread._thread, database_thread.new_thread()
    try:
        yield
    finally:
        own.close()
        database_thread._thread.submit(database_thread.close_connection).result()
        database_thread._thread.shutdown()
        database_thread._thread = ordinary_thread
        connections["default"], connections.settings["default"] = ordinary, described_before
        ContentType.objects.clear_cache()
