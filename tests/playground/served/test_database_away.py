"""The database fails under a live socket and comes back. On a served site: its connection and threads are real."""

import asyncio
from collections.abc import Iterator

import pytest

from playground.realtime.close_codes import CloseCode
from tests.browser.site import Site, run_site
from tests.dashboard.attacks.attacking import bystander
from tests.playground.away_database import AwayDatabase
from tests.playground.served.test_socket import closed_with
from tests.playground.served_api import new_conversation
from tests.playground.socket_client import sign_in, viewing

MERT = "Mert the Storyteller"
SEATS = 2


@pytest.fixture(scope="module")
def database(postgres_url: str) -> Iterator[AwayDatabase]:
    made = AwayDatabase(postgres_url)
    yield made
    made.drop()


@pytest.fixture(scope="module")
def site(
    database: AwayDatabase, server_processes: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("away")
    with run_site(folder, DATABASE_URL=database.url, SESSION_SOCKETS_PER_USER=str(SEATS)) as served:
        yield served


async def test_a_command_fails_while_the_database_is_away_and_the_next_one_works(
    site: Site, database: AwayDatabase
) -> None:
    """Five such failures refused every socket of the user until a restart; none is lost."""
    cookies = await asyncio.to_thread(sign_in, site)
    script = await asyncio.to_thread(site.manage, "create_api_key", "a script")
    conversation = await asyncio.to_thread(new_conversation, site, script.splitlines()[-1], MERT)
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
