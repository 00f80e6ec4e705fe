"""Two processes serve one site, with PostgreSQL and Redis between them."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.browser.site import Site, serve_site
from tests.playground.served_api import new_conversation, new_key
from tests.playground.socket_client import sign_in, viewing

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture(scope="module")
def database_url(postgres_url: str) -> Iterator[str]:
    """An empty database, dropped at the end."""
    database = "greenroom_served_" + uuid4().hex[:12]
    name = sql.Identifier(database)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield urlsplit(postgres_url)._replace(path=f"/{database}").geturl()
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture(scope="module")
def sites(
    database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Site]]:
    """Both processes have one data folder, hence one set of keys."""
    data: Path = tmp_path_factory.mktemp("together")
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    with serve_site(data, **settings) as one, serve_site(data, **settings) as other:
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
