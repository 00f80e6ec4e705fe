"""Fixtures for every test (users, services), and the check that no test leaves an asyncio task behind."""

import asyncio
import gc
import inspect
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from django.contrib.auth.models import Permission, User
from django.core.management.commands import flush
from django.db import connection
from django.test import Client
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from playground.realtime.presented_key import presented_key
from playground.storage.right_at_effect import right_at_effect
from tests import services
from tests.browser.site import ALLOWED, PREPARED
from tests.clean_database import Cleaner
from tests.dashboard.own_database import copy_migrated, drop_postgres_template, migrated_sqlite
from tests.scheduling import pytest_collection_modifyitems, pytest_xdist_make_scheduler

__all__ = ["pytest_collection_modifyitems", "pytest_xdist_make_scheduler"]

hypothesis_settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis_settings.register_profile("search", deadline=None, max_examples=2_000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def pytest_configure(config: pytest.Config) -> None:
    """The process that starts the others makes the folder that all of them share, unless `make test` has made it."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    if not os.environ.get(PREPARED):
        os.environ[PREPARED] = tempfile.mkdtemp(prefix="greenroom-prepared-")
        config.add_cleanup(partial(shutil.rmtree, os.environ[PREPARED], ignore_errors=True))
    config.add_cleanup(drop_postgres_template)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep the thousands of collected tests out of every garbage collection."""
    gc.disable()
    yield
    gc.collect()
    gc.freeze()
    gc.collect()  # Without the frozen objects: a full collection waits for a quarter of those counted last.
    gc.enable()


@pytest_asyncio.fixture
async def tasks_are_ended() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(0)
    ended = {*before, asyncio.current_task()}
    leaked = [task for task in asyncio.all_tasks() if task not in ended]
    assert not leaked, f"Tasks that nobody cancelled and awaited: {leaked}"


@pytest.fixture(autouse=True)
def every_task_has_an_end(request: pytest.FixtureRequest) -> None:
    """An async test fails when a task that began in it still runs after it."""
    if inspect.iscoroutinefunction(request.function):
        request.getfixturevalue("tasks_are_ended")


@pytest.fixture(autouse=True)
def no_key_is_presented() -> None:
    """Reset the presented key and its right: a test's client and commands share a context, which requests don't."""
    presented_key.set("")
    right_at_effect.set(None)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker) -> bool:
    """Lay out this process's database from the one that was migrated for all: it's found, and goes with its folder."""
    with django_db_blocker.unblock():
        copy_migrated(Path(connection.settings_dict["TEST"]["NAME"]))
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a flush undo only what a test has done: emptying and filling every table takes many times as long."""
    with django_db_blocker.unblock():
        cleaner = Cleaner(connection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", cleaner.statements)
        patch.setattr(flush, "emit_post_migrate_signal", cleaner.restore)
        yield
    with django_db_blocker.unblock():
        connection.close()


def make_user(username: str, *permissions: str) -> User:
    """Return a user with these permissions (``app_label.codename``) and an unusable password."""
    user = User.objects.create_user(username)
    for name in permissions:
        app_label, codename = name.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app_label, codename=codename)
        )
    return user


REHEARSE = (
    "personas.view_persona",
    "personas.add_persona",
    "personas.change_persona",
    "personas.delete_persona",
    "personas.view_fillerconfig",
    "personas.add_fillerconfig",
    "personas.change_fillerconfig",
    "personas.delete_fillerconfig",
    "playground.add_conversation",
    "playground.view_conversation",
    "playground.change_conversation",
)
"""What someone needs who edits personas and talks to them, and does not manage secrets."""


@pytest.fixture
def user(db: None) -> User:
    """Alice: edits personas and rehearses."""
    return make_user("alice", *REHEARSE)


@pytest.fixture
def other_user(db: None) -> User:
    """Bob: may do what Alice may, and owns none of her conversations."""
    return make_user("bob", *REHEARSE)


@pytest.fixture
def stranger(db: None) -> User:
    """Charlie: signs in, and may do nothing."""
    return make_user("charlie")


@pytest.fixture
def admin_user(db: None) -> User:
    """The first admin, as `manage.py run` makes one."""
    admin = User(username="admin", is_staff=True, is_superuser=True)
    admin.set_unusable_password()
    admin.save()
    return admin


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def user_client(user: User) -> Client:
    return signed_in(user)


@pytest.fixture
def admin_client(admin_user: User) -> Client:
    return signed_in(admin_user)


@pytest.fixture(scope="session")
def server_processes(django_db_blocker: DjangoDbBlocker) -> None:
    """Allow this process to start servers, on copies of a migrated database.

    Whatever fixture or test starts one asks for this.

    That is how a test is marked `served` (see `tests.scheduling`): one that starts a server without it fails in
    `make test-fast`.
    """
    with django_db_blocker.unblock():
        migrated_sqlite()
    os.environ[ALLOWED] = "1"


@pytest.fixture(scope="session")
def postgres_url() -> str:
    return services.postgres_url()


@pytest.fixture(scope="session")
def redis_url() -> str:
    return services.redis_url()
