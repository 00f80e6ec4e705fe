"""What a failed statement leaves behind with SQLite is no trap for the thread that collects it."""

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections, transaction
from pytest_django import DjangoDbBlocker

from dashboard.sqlite import without_waiting_for_file
from tests.dashboard.own_database import new_sqlite

WAITED_MS = 20_000
"""Longer than the test waits for the thread that holds the file."""
SOON_S = 5.0


@pytest.fixture
def without_collections() -> Iterator[None]:
    """Nothing is collected but by the test."""
    gc.disable()
    yield
    gc.enable()


def fail_for_the_file() -> None:
    """Fail to begin a transaction, as everything that doesn't wait does while another thread writes."""
    with without_waiting_for_file(), pytest.raises(OperationalError), transaction.atomic():
        raise AssertionError("the file isn't held")


def wait_for_the_file(waits: threading.Event) -> None:
    connection.connection.set_trace_callback(lambda _statement: waits.set())
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {WAITED_MS}")
    waits.clear()
    with transaction.atomic():
        pass


@pytest.mark.usefixtures("without_collections")
def test_a_thread_that_writes_collects_what_failed_in_one_that_waits(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    waits, collected = threading.Event(), threading.Event()

    def hold_and_collect(other: ThreadPoolExecutor) -> None:
        with transaction.atomic():
            other.submit(fail_for_the_file).result()
            other.submit(wait_for_the_file, waits)
            assert waits.wait(SOON_S)
            gc.collect()
            collected.set()
        connection.close()

    with (
        django_db_blocker.unblock(),
        new_sqlite(tmp_path / "held.sqlite3"),
        ThreadPoolExecutor(1) as other,
        ThreadPoolExecutor(1) as holder,
    ):
        held = holder.submit(hold_and_collect, other)
        assert collected.wait(SOON_S)
        held.result()
        other.submit(connections.close_all).result()
