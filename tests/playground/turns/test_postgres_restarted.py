"""PostgreSQL is killed and started again in the middle of a turn: a cluster of its own, as no other may be killed."""

import asyncio
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker

from dashboard.postgres import connection_options
from dashboard.socket_users import credential_of_key
from playground.engine.errors.codes import Code, CommandError
from playground.engine.json_types import Json
from playground.models import Conversation, Turn
from playground.realtime.rights import Credential, authorise
from playground.storage import record_writer
from playground.storage.database_jobs import database_job
from playground.storage.database_trouble import Trouble
from tests.api import key_for
from tests.conftest import signed_in
from tests.dashboard.own_database import migrated, postgres_at
from tests.playground.rehearsals import Watcher, make_conversation, running, watch
from tests.playground.scripted_llm import END, Step, text
from tests.soak.services import Postgres

P = ParamSpec("P")
T = TypeVar("T")

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,  # Makes a PostgreSQL cluster and migrates it.
]

PARTS = ("Once upon a time. ", "There was a girl. ", "She lived at the edge of a forest. ")


@pytest.fixture
def postgres(django_db_blocker: DjangoDbBlocker) -> Iterator[Postgres]:
    cluster = Postgres()
    try:
        cluster.start()
        database = postgres_at(cluster.url) | {"OPTIONS": connection_options({}, lock_s=3.0)}
        with django_db_blocker.unblock(), migrated(database):
            yield cluster
    finally:
        cluster.close()


@pytest.fixture
def owner(postgres: Postgres) -> User:
    return User.objects.create_superuser("alice")


@pytest.fixture
def conversation(owner: User) -> Conversation:
    return make_conversation(owner)


@pytest.fixture
def browser(owner: User) -> Client:
    client = signed_in(owner)
    client.raise_request_exception = False
    return client


async def in_own_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return the work's result. The thread that async queries share stays with the other tests' database."""

    def closing() -> T:
        try:
            return work(*args, **kwargs)
        finally:
            connection.close()

    return await asyncio.to_thread(closing)


async def notice(watcher: Watcher) -> bool:
    """Return whether the next notice says that nothing is stored."""
    told: Json = await watcher.until(lambda event: event["event_type"] == "playground.notice")
    is_on: bool = told["properties"]["is_on"]
    return is_on


async def assert_refused(credential: Credential, conversation: Conversation, browser: Client) -> None:
    with pytest.raises(CommandError) as refused:  # Not in a transaction, whose end would drop the connection.
        await database_job(authorise)(credential, conversation.pk)
    assert (refused.value.code, refused.value.message) == (Code.NOT_STORED, Trouble.AWAY)
    page = await in_own_thread(browser.get, "/personas/")
    assert (page.status_code, Trouble.AWAY in page.content.decode()) == (503, True)


async def test_the_turn_goes_on_and_whatever_comes_next_works(
    postgres: Postgres,
    conversation: Conversation,
    owner: User,
    browser: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(record_writer, "RETRY_S", 0.05)
    credential = credential_of_key(await in_own_thread(key_for, owner))
    is_away, is_back = asyncio.Event(), asyncio.Event()
    script: list[Step] = [text(PARTS[0]), is_away, text(PARTS[1]), is_back, text(PARTS[2]), END]
    async with running(script, [text("Hello."), END]) as runner:
        watcher = watch(runner, conversation)
        turn_id = await runner.respond(conversation.pk, "Tell me a story.")
        await watcher.until(lambda event: event["event_type"] == "playground.sentence")
        postgres.kill()
        is_away.set()
        assert await notice(watcher) is True
        await assert_refused(credential, conversation, browser)
        await asyncio.to_thread(postgres.start)
        assert (await in_own_thread(browser.get, "/personas/")).status_code == 200
        right = await database_job(authorise)(credential, conversation.pk)
        assert right.version == await runner.rights.version()
        await runner.append_context(conversation.pk, "It pours.")
        assert await notice(watcher) is False
        is_back.set()
        assert (await watcher.until_closed())["properties"]["text"] == "".join(PARTS)
        stored = await in_own_thread(Turn.objects.get, pk=turn_id)
        assert (stored.status, stored.text, stored.error) == (Turn.Status.COMPLETED, "".join(PARTS), None)
        await runner.respond(conversation.pk, "And then?")
        await watcher.until_closed()
    assert await in_own_thread(Turn.objects.filter(status=Turn.Status.COMPLETED).count) == 2
