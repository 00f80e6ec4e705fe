"""Two processes serve one site, sharing PostgreSQL and Redis. With real processes: each has its own memory."""

import asyncio
import json
import os
import signal
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from pytest_django import DjangoDbBlocker
from websockets.exceptions import ConnectionClosedError

from playground.engine.json_types import Json
from tests.browser.site import Site, serve_site
from tests.dashboard.filled_postgres import fill
from tests.dashboard.own_database import postgres_template
from tests.playground.away_database import AwayDatabase
from tests.playground.served_api import answer, new_conversation
from tests.playground.served_inspectors import make_inspector, read, watching
from tests.playground.socket_client import sign_in, viewing
from tests.services import name_of_postgres, new_postgres

NOTICED_S = 5.0
"""Within this time a killed process's turns are closed, and the viewers of the others told."""
LONGER_THAN_A_LEASE_MS = 6_000
STORED_WITHIN_MS = 1_000
"""What was told of a turn before is known after a crash."""
MERT = "Mert the Storyteller"
LONG = " ".join(f"This is sentence number {number} of a long announcement." for number in range(60))
TURN = "SELECT status, text FROM playground_turn WHERE conversation_id = %s"


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled database of which others are copies, and the folder and key of the servers that use one."""

    name: str
    data: Path
    key: str


@pytest.fixture(scope="module")
def filled(
    postgres_url: str,
    server_processes: None,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Filled]:
    data: Path = tmp_path_factory.mktemp("together")
    with django_db_blocker.unblock():
        template = postgres_template(postgres_url)
    with new_postgres(postgres_url, "filled", template) as url:
        yield Filled(name_of_postgres(url), data, fill(url, data))


@pytest.fixture(scope="module")
def database(postgres_url: str, filled: Filled) -> Iterator[AwayDatabase]:
    shared = AwayDatabase(postgres_url, filled.name)
    try:
        yield shared
    finally:
        shared.drop()


Serve = Callable[..., AbstractContextManager[Site]]


@pytest.fixture(scope="module")
def serve(redis_url: str, filled: Filled, database: AwayDatabase) -> Serve:
    """Return what starts a server; all share the database, the data folder and so the keys."""
    return partial(serve_site, filled.data, DATABASE_URL=database.url, REDIS_URL=redis_url)


@pytest.fixture(scope="module")
def sites(serve: Serve) -> Iterator[tuple[Site, Site]]:
    with serve() as one, serve() as other:
        yield one, other


@pytest.fixture(scope="module")
def cookies(sites: tuple[Site, Site]) -> tuple[str, str]:
    """The first admin's, at each process."""
    one, other = sites
    return sign_in(one), sign_in(other)


async def test_a_viewer_at_one_process_follows_a_turn_of_the_other(
    sites: tuple[Site, Site], cookies: tuple[str, str], filled: Filled
) -> None:
    one, other = sites
    conversation_id = new_conversation(one, filled.key, MERT)
    async with (
        viewing(one, conversation_id, cookies[0]) as speaker,
        viewing(other, conversation_id, cookies[1]) as listener,
    ):
        await listener.until("playground.snapshot")
        await speaker.send("conversation.respond", text="Tell me a story.", client_msg_id="1")
        spoken, followed = await speaker.until_closed(), await listener.until_closed()
    assert spoken["text"]
    assert followed["text"] == spoken["text"]


async def test_a_request_to_one_process_appears_in_the_list_at_the_other(
    sites: tuple[Site, Site], cookies: tuple[str, str]
) -> None:
    one, other = sites
    inspector = make_inspector(other, cookies[1])
    async with watching(other, inspector, cookies[1]) as viewer, asyncio.timeout(NOTICED_S):
        await asyncio.to_thread(read, f"{one.url}{inspector.path}/models", "")
        notice = json.loads(await viewer.recv())
    assert notice == {"numbers": [1]}
    page = read(f"{other.url}/inspectors/{inspector.id}/", cookies[1])
    assert f"/inspectors/{inspector.id}/requests/1/" in page


def heard_to(events: list[Json], t_ms: int) -> int:
    """Return up to which place of the text had been heard at a time of the turn."""
    speech = [event["properties"] for event in events if event["event_type"] == "playground.speech"]
    words = [word for told in speech if told["state"] == "playing" for word in told["segment"]["words"]]
    return max((end for _, end, at_ms in words if at_ms <= t_ms), default=0)


def test_each_process_says_that_it_is_well(sites: tuple[Site, Site]) -> None:
    for site in sites:
        with urllib.request.urlopen(f"{site.url}/health/", timeout=10) as answer:
            assert set(json.load(answer).values()) == {"ok"}


async def test_a_killed_process_is_noticed_and_the_viewers_of_the_other_are_told(
    sites: tuple[Site, Site], cookies: tuple[str, str], serve: Serve, filled: Filled
) -> None:
    other = sites[1]
    with serve() as one:
        conversation_id = new_conversation(one, filled.key, MERT, speech="realtime")
        start_child(one, filled.key)
        async with viewing(other, conversation_id, cookies[1]) as listener:
            await listener.until("playground.snapshot")
            async with viewing(one, conversation_id, sign_in(one)) as speaker:
                await speaker.send("conversation.respond", text="Tell me a story.", client_msg_id="1")
                await listener.until("playground.speech", where=lambda told: told["t_ms"] > 4_000)
                killed_at = monotonic()
                os.kill(one.process_id, signal.SIGKILL)
                closed = await listener.until_closed()
                noticed_s = monotonic() - killed_at
                with pytest.raises(ConnectionClosedError):
                    await speaker.until_closed()
            assert closed["error"]["code"] == "cancelled"
            assert noticed_s <= NOTICED_S
            assert len(closed["heard_text"]) >= heard_to(listener.events, 4_000 - STORED_WITHIN_MS) > 0
            assert closed["text"].startswith(closed["heard_text"])
            snapshot = await listener.until("playground.snapshot")
            assert snapshot["turns"][-1]["status"] == "interrupted"
            assert snapshot["turns"][-1]["text"] == closed["text"] != ""
            same_port = one.url.rpartition(":")[2]
            with serve(PORT=same_port) as again:
                assert again.url == one.url
            await listener.send("conversation.respond", text="Go on.", client_msg_id="2")
            await listener.until("playground.sentence")
        seqs = [event["seq"] for event in listener.events if event["seq"] > snapshot["seq"]]
        assert seqs[-1] == listener.events[-1]["seq"] > snapshot["seq"]


def start_child(site: Site, key: str) -> None:
    """Have a document read, in a process of its own that waits for the next one."""
    answer(site, key, "POST", "/v2/personas", '{"persona_name": "Ada", "system_prompt": "You are Ada."}')


async def test_a_turn_goes_on_while_the_database_is_away_for_longer_than_a_lease(
    sites: tuple[Site, Site], cookies: tuple[str, str], database: AwayDatabase, filled: Filled
) -> None:
    one, other = sites
    conversation_id = new_conversation(one, filled.key, MERT, speech="realtime")
    async with (
        viewing(one, conversation_id, cookies[0]) as speaker,
        viewing(other, conversation_id, cookies[1]) as listener,
    ):
        await listener.until("playground.snapshot")
        await speaker.send("conversation.echo", text=LONG, client_msg_id="1")
        await speaker.until("playground.speech")
        await asyncio.to_thread(database.go_away)
        try:
            away_from_ms = (await speaker.until("playground.speech"))["t_ms"]
            back_ms = away_from_ms + LONGER_THAN_A_LEASE_MS
            await speaker.until("playground.speech", where=lambda told: told["t_ms"] > back_ms)
        finally:
            await asyncio.to_thread(database.come_back)
        judged_ms = back_ms + LONGER_THAN_A_LEASE_MS
        await speaker.until("playground.speech", where=lambda told: told["t_ms"] > judged_ms)
        with psycopg.connect(database.url) as connection:
            ((status, _),) = connection.execute(TURN, [conversation_id]).fetchall()
        assert status in ("pending", "streaming")
        await speaker.send("conversation.interrupt")
        closed, told = await speaker.until_closed(), await listener.until_closed()
    assert (told["text"], told["error"]) == (closed["text"], None)
    assert "playground.turn.interrupted" in [event["event_type"] for event in listener.events]
    with psycopg.connect(database.url) as connection:
        ((status, text),) = connection.execute(TURN, [conversation_id]).fetchall()
    assert (status, text) == ("interrupted", closed["text"])
