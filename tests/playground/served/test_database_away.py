"""The database fails under a live socket and comes back. On a served site: its connection and threads are real."""

import asyncio
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from playground.realtime.close_codes import CloseCode
from tests.browser.site import Site, serve_site
from tests.dashboard.attacks.attacking import bystander
from tests.dashboard.filled_postgres import fill
from tests.dashboard.own_database import postgres_template
from tests.playground.away_database import AwayDatabase
from tests.playground.served.test_socket import closed_with
from tests.playground.served_api import new_conversation
from tests.playground.socket_client import sign_in, viewing

MERT = "Mert the Storyteller"
SEATS = 2


@pytest.fixture(scope="module")
def database(postgres_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[AwayDatabase]:
    with django_db_blocker.unblock():
        made = AwayDatabase(postgres_url, postgres_template(postgres_url))
    yield made
    made.drop()


@pytest.fixture(scope="module")
def served_away(
    database: AwayDatabase, server_processes: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, str]]:
    """Yield the served site and an API key of its first admin."""
    folder = tmp_path_factory.mktemp("away")
    key = fill(database.url, folder)
    with serve_site(folder, DATABASE_URL=database.url, SESSION_SOCKETS_PER_USER=str(SEATS)) as served:
        yield served, key


async def test_a_command_fails_while_the_database_is_away_and_the_next_one_works(
    served_away: tuple[Site, str], database: AwayDatabase
) -> None:
    """Five such failures refused every socket of the user until a restart; none is lost."""
    site, key = served_away
    cookies = await asyncio.to_thread(sign_in, site)
    conversation = await asyncio.to_thread(new_conversation, site, key, MERT)
    async with viewing(site, conversation, cookies) as client:
        await client.until("playground.snapshot")
        with bystander(site) as watching:
            await asyncio.to_thread(database.go_away)
            try:
                for _ in range(5):
                    await client.send("conversation.append_llm_context", context="x")
                    assert (await client.until("playground.error"))["code"] == "not_stored"
                async with viewing(site, conversation, cookies) as refused:
                    assert await closed_with(refused) == CloseCode.FAILED
            finally:
                await asyncio.to_thread(database.come_back)
        await client.send("conversation.append_llm_context", context="y")
        assert (await client.until("playground.context"))["conversational_context"] == "y"
    for _ in range(SEATS):
        async with viewing(site, conversation, cookies) as one, viewing(site, conversation, cookies) as other:
            await one.until("playground.snapshot")
            await other.until("playground.snapshot")
    watching.assert_served_in_time()
