"""Two processes serve one site, sharing PostgreSQL and Redis. With real processes: each has its own memory."""

import asyncio
import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from websockets.exceptions import ConnectionClosedError

from playground.engine.json_types import Json
from tests.browser.site import Site, run_site
from tests.playground.away_database import AwayDatabase
from tests.playground.served_api import answer, new_conversation, new_key
from tests.playground.socket_client import sign_in, viewing
from tests.services import new_postgres

NOTICED_S = 5.0
"""Within this time a killed process's turns are closed, and the viewers of the others told."""
LONGER_THAN_A_LEASE_MS = 6_000
STORED_WITHIN_MS = 1_000
"""What was told of a turn before is known after a crash."""
MERT = "Mert the Storyteller"
LONG = " ".join(f"This is sentence number {number} of a long announcement." for number in range(60))
TURN = "SELECT status, text FROM playground_turn WHERE conversation_id = %s"


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
    postgres_url: str, redis_url: str, server_processes: None, tmp_path: Path
) -> None:
    with (
        new_postgres(postgres_url, "killed") as url,
        run_site(tmp_path, DATABASE_URL=url, REDIS_URL=redis_url) as one,
        run_site(tmp_path, DATABASE_URL=url, REDIS_URL=redis_url) as other,
    ):
        key = new_key(one)
        conversation_id = new_conversation(one, key, MERT, speech="realtime")
        start_child(one, key)
        cookies = sign_in(other)
        async with viewing(other, conversation_id, cookies) as listener:
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
            with run_site(
                tmp_path, DATABASE_URL=url, REDIS_URL=redis_url, PORT=one.url.rpartition(":")[2]
            ) as again:
                assert again.url == one.url
            await listener.send("conversation.respond", text="Go on.", client_msg_id="2")
            await listener.until("playground.sentence")
        seqs = [event["seq"] for event in listener.events if event["seq"] > snapshot["seq"]]
        assert seqs[-1] == listener.events[-1]["seq"] > snapshot["seq"]


def start_child(site: Site, key: str) -> None:
    """Have a document read, in a process of its own that waits for the next one."""
    answer(site, key, "POST", "/v2/personas", '{"persona_name": "Ada", "system_prompt": "You are Ada."}')


async def test_a_turn_goes_on_while_the_database_is_away_for_longer_than_a_lease(
    postgres_url: str, redis_url: str, server_processes: None, tmp_path: Path
) -> None:
    database = AwayDatabase(postgres_url)
    settings = {"DATABASE_URL": database.url, "REDIS_URL": redis_url}
    try:
        with run_site(tmp_path, **settings) as one, run_site(tmp_path, **settings) as other:
            conversation_id = new_conversation(one, new_key(one), MERT, speech="realtime")
            async with (
                viewing(one, conversation_id, sign_in(one)) as speaker,
                viewing(other, conversation_id, sign_in(other)) as listener,
            ):
                await listener.until("playground.snapshot")
                await speaker.send("conversation.echo", text=LONG, client_msg_id="1")
                await speaker.until("playground.speech")
                await asyncio.to_thread(database.go_away)
                away_from_ms = (await speaker.until("playground.speech"))["t_ms"]
                back_ms = away_from_ms + LONGER_THAN_A_LEASE_MS
                await speaker.until("playground.speech", where=lambda told: told["t_ms"] > back_ms)
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
    finally:
        database.drop()
