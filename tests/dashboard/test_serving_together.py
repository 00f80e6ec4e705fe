"""Two processes serve one site, sharing PostgreSQL and Redis. With real processes: each has its own memory."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.site import Site, run_site
from tests.playground.served_api import new_conversation, new_key
from tests.playground.socket_client import sign_in, viewing
from tests.services import new_postgres


@pytest.fixture(scope="module")
def database_url(postgres_url: str) -> Iterator[str]:
    with new_postgres(postgres_url, "served") as url:
        yield url


@pytest.fixture(scope="module")
def sites(
    database_url: str,
    redis_url: str,
    server_processes: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Site, Site]]:
    """Yield both processes, which share one data folder and so the keys."""
    data: Path = tmp_path_factory.mktemp("together")
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    with run_site(data, **settings) as one, run_site(data, **settings) as other:
        yield one, other


async def test_a_viewer_at_one_process_follows_a_turn_of_the_other(sites: tuple[Site, Site]) -> None:
    one, other = sites
    conversation_id = new_conversation(one, new_key(one), "Mert the Storyteller")
    async with (
        viewing(one, conversation_id, sign_in(one)) as speaker,
        viewing(other, conversation_id, sign_in(other)) as listener,
    ):
        await listener.until("playground.snapshot")
        await speaker.send("conversation.respond", text="Tell me a story.", client_msg_id="1")
        spoken, followed = await speaker.until_closed(), await listener.until_closed()
    assert spoken["text"]
    assert followed["text"] == spoken["text"]


def test_each_process_says_that_it_is_well(sites: tuple[Site, Site]) -> None:
    for site in sites:
        with urllib.request.urlopen(f"{site.url}/health/", timeout=10) as answer:
            assert set(json.load(answer).values()) == {"ok"}
