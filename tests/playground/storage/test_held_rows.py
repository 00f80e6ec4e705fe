"""A row that another connection holds stops a job for a while; then the job is refused. With PostgreSQL and SQLite."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from pytest_django import DjangoDbBlocker

from playground.engine.errors.codes import Code, CommandError
from playground.models import Conversation
from playground.storage import conversation_edits, database_thread
from playground.storage.database_jobs import database_job
from tests.own_postgres import database_on_postgres
from tests.playground.rehearsals import make_conversation

LOCK_S = 0.2
HOLD = "SELECT id FROM playground_conversation FOR UPDATE"


@pytest.fixture
def database(postgres_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), database_on_postgres(postgres_url, lock_s=LOCK_S) as url:
        yield url


@pytest.fixture
def own_thread(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadPoolExecutor]:
    """The database thread, on a connection to that database."""
    thread = database_thread.new_thread()
    monkeypatch.setattr(database_thread, "_thread", thread)
    yield thread
    thread.submit(database_thread.close_connection).result()
    thread.shutdown()


@pytest.fixture
def conversation(database: str) -> Conversation:
    return make_conversation(User.objects.create_user("alice"))


async def test_a_row_that_is_held_refuses_the_command_and_the_thread_goes_on(
    conversation: Conversation, database: str, own_thread: ThreadPoolExecutor
) -> None:
    append = database_job(conversation_edits.append_context)
    with psycopg.connect(database) as other:
        other.execute(HOLD)
        with pytest.raises(CommandError) as refused:
            await append(conversation.pk, "It rains.")
        assert refused.value.code is Code.BUSY
    assert (await append(conversation.pk, "It pours.")).context == "It pours."


def test_a_statement_of_a_kept_connection_has_a_bound(own_thread: ThreadPoolExecutor) -> None:
    def bounds() -> tuple[str, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
            found: tuple[str, str] = cursor.fetchone()
        return found

    assert own_thread.submit(bounds).result() == ("200ms", "20s")


@pytest.mark.django_db(transaction=True)
async def test_a_sqlite_database_that_is_held_refuses_the_command(tmp_path: object) -> None:
    def held() -> None:
        with (
            closing(sqlite3.connect(f"{tmp_path}/x.sqlite3", timeout=0)) as one,
            closing(sqlite3.connect(f"{tmp_path}/x.sqlite3", timeout=0)) as other,
        ):
            one.execute("BEGIN IMMEDIATE")
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise OperationalError from error

    with pytest.raises(CommandError) as refused:
        await database_job(held)()
    assert refused.value.code is Code.BUSY
