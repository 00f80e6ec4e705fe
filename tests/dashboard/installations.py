"""Data folders of their own for the commands that copy, replace or lock a whole one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker, Settings

from tests.dashboard.own_database import copy_migrated, sqlite_at, using

DATABASE = "greenroom.sqlite3"


@contextmanager
def at(folder: Path, settings: Settings) -> Iterator[Path]:
    """Let the settings and this thread's database be those of the installation in the folder."""
    settings.GREENROOM_DATA = folder
    settings.DATA_DIR = folder / "data"
    settings.KEYS_DIR = folder / "keys"
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with using(sqlite_at(settings.DATA_DIR / DATABASE)):
        yield folder


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below the folder with its content; the lock isn't one of them."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Path:
    """The file of a database with this version's tables and nothing in them."""
    path = tmp_path_factory.mktemp("empty") / DATABASE
    with django_db_blocker.unblock():
        copy_migrated(path)
    return path


@pytest.fixture
def installation(
    tmp_path: Path, empty_database: Path, settings: Settings, django_db_blocker: DjangoDbBlocker
) -> Iterator[Path]:
    """The folder of an installation with an empty database and a file beside it."""
    folder = tmp_path / "one"
    (folder / "data").mkdir(parents=True)
    shutil.copy(empty_database, folder / "data" / DATABASE)
    (folder / "data" / "site_url").write_text("http://one.example\n")
    with django_db_blocker.unblock(), at(folder, settings):
        yield folder
