"""Start and shutdown of the served site, and who may open a socket. Over real sockets: these are the server's work."""

import asyncio
import os
import re
import shutil
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from dashboard.lifetime import lifespan
from tests.browser.site import Site, prepare, rows, run_site, serve_site
from tests.dashboard.processes import DEPLOYED, manage
from tests.playground.served_api import new_conversation, prepared_key
from tests.playground.socket_client import sign_in, viewing

NOT_SIGNED_IN = 4401
NOT_FOUND = 4404
COUNT = "SELECT (SELECT count(*) FROM personas_persona), (SELECT count(*) FROM auth_user)"
TURNS = "SELECT status, text FROM playground_turn ORDER BY rowid"
Rows = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def served(server_processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve_site(tmp_path_factory.mktemp("served")) as site:
        yield site


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
        return body


def socket_url(site: Site, host: str = "") -> str:
    address = urlsplit(site.url)
    return f"ws://{host or address.hostname}:{address.port}/ws/conversations/c000000000000/"


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "https://127.0.0.1:{port}"])
async def test_a_socket_is_opened_from_this_sites_pages_alone(served: Site, origin: str | None) -> None:
    named = origin.format(port=urlsplit(served.url).port) if origin else None
    with pytest.raises(InvalidStatus) as refused:
        async with connect(socket_url(served), origin=Origin(named) if named else None):
            pass
    assert refused.value.response.status_code in (400, 403)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_this_machine_may_be_called_by_either_name(served: Site, host: str) -> None:
    origin = f"http://{host}:{urlsplit(served.url).port}"
    async with connect(socket_url(served, host), origin=Origin(origin)) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    assert socket.close_code == NOT_SIGNED_IN


def test_static_files_are_hashed_and_kept_by_the_browser_for_ever(served: Site) -> None:
    page = fetch(f"{served.url}/sign-in/").decode()
    (script,) = re.findall(r'src="(/static/js/app\.[0-9a-f]{12}\.js)"', page)
    with urllib.request.urlopen(served.url + script, timeout=10) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path", ["/.git/config", "/static/../manage.py", "/.greenroom/keys/secret_key", "/.env"]
)
def test_nothing_of_the_machine_is_served(served: Site, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetch(served.url + path)


@pytest.mark.parametrize(
    ("path", "shape", "words"),
    [
        ("/nowhere/%00", "<h1>", "NUL character"),
        ("/?q=%00", "<h1>", "NUL character"),
        ("/v2/personas?limit=%00", '{"error":', '"field": "limit"'),
        ("/demo/v1/%00", '{"error":', "NUL character"),
    ],
)
def test_a_nul_in_an_address_is_400_in_the_shape_of_its_path(
    served: Site, path: str, shape: str, words: str
) -> None:
    headers = {"x-api-key": prepared_key(served)} if path.startswith("/v2/") else {}
    with pytest.raises(urllib.error.HTTPError, match="400") as refused:
        urllib.request.urlopen(urllib.request.Request(served.url + path, headers=headers), timeout=10)
    body = refused.value.read().decode()
    assert shape in body
    assert words in body


async def test_an_unknown_socket_is_closed_as_not_found_and_logs_no_failure(served: Site) -> None:
    log = served.data / "server.log"
    before = log.read_text().count("Traceback")
    for path in ("", "nowhere/", "conversations/", "conversations/%00/", "conversations/a%00b/", "%FF/"):
        url = served.url.replace("http", "ws", 1) + "/ws/" + path
        async with connect(url, origin=Origin(served.url)) as socket:
            with pytest.raises(ConnectionClosed):
                await socket.recv()
        assert socket.close_code == NOT_FOUND, path
    assert log.read_text().count("Traceback") == before


@dataclass(frozen=True, slots=True)
class TwoRuns:
    """The content of a data folder during two consecutive servers."""

    data: Path
    counts: list[Rows]
    """The numbers of personas and users, during each run."""
    keys: list[dict[str, str]]
    turns: list[Rows]
    """Status and text of each turn: after the kill, during the second run, after the stop."""
    first_url: str
    health: bytes
    """What the first run answers to a health check."""
    second_url: str
    link_status: int
    """The response to the second run's sign-in link."""


@pytest.fixture(scope="module")
def two_runs(served: Site, tmp_path_factory: pytest.TempPathFactory) -> TwoRuns:
    """Kill the first server in the middle of a turn, and stop the second one in the middle of another.

    The first is told the port at which another site is served. The folder is one that `make run` has filled before.
    """
    data = tmp_path_factory.mktemp("two-runs")
    prepare(data)
    counts, keys, turns = [], [], []

    def look() -> None:
        counts.append(rows(data, COUNT))
        keys.append({path.name: path.read_text() for path in (data / "keys").iterdir()})

    with run_site(data, "--debug", PORT=str(urlsplit(served.url).port)) as first:
        look()
        health = fetch(f"{first.url}/health/")
        key, cookies = prepared_key(first), sign_in(first)
        asyncio.run(begin_a_turn(first, key, cookies))
        os.kill(first.process_id, signal.SIGKILL)
    turns.append(rows(data, TURNS))
    with run_site(
        data, "--debug", PORT=str(urlsplit(first.url).port)
    ) as second:  # same port, so that the browser sends its cookies
        look()
        turns.append(rows(data, TURNS))
        with urllib.request.urlopen(second.link, timeout=10) as signed_in:
            link_status = signed_in.status
        asyncio.run(begin_a_turn(second, key, cookies))
    turns.append(rows(data, TURNS))
    return TwoRuns(data, counts, keys, turns, first.url, health, second.url, link_status)


async def begin_a_turn(site: Site, key: str, cookies: str) -> None:
    """Start a turn; return while it is being answered."""
    conversation_id = new_conversation(site, key, "Mert the Storyteller", speech="realtime")
    async with viewing(site, conversation_id, cookies) as client:
        await client.send("conversation.respond", text="Tell me a story.", client_msg_id="1")
        await client.until("playground.delta")


def test_a_second_site_takes_the_next_port(served: Site, two_runs: TwoRuns) -> None:
    assert two_runs.first_url != served.url
    assert b'"ok"' in two_runs.health


def test_a_killed_server_leaves_no_turn_open(two_runs: TwoRuns) -> None:
    after_the_kill, later = two_runs.turns[0], two_runs.turns[1]
    assert [status for status, _ in after_the_kill] != ["interrupted"]
    assert [status for status, _ in later] == ["interrupted"]


def test_a_stopped_server_stores_the_text_of_its_turns(two_runs: TwoRuns) -> None:
    (_, (status, text)) = two_runs.turns[2]
    assert status == "interrupted"
    assert text


def test_a_second_run_finds_everything_in_place(two_runs: TwoRuns) -> None:
    assert two_runs.counts[0] == two_runs.counts[1]
    assert two_runs.keys[0] == two_runs.keys[1] != {}
    assert two_runs.link_status == 200
    assert (two_runs.data / "data" / "site_url").read_text().strip() == two_runs.second_url


def test_serve_asks_for_the_static_files(server_processes: None, tmp_path: Path) -> None:
    prepare(tmp_path)
    shutil.rmtree(tmp_path / "static")
    refused = manage(tmp_path, DEPLOYED, "serve")
    assert refused.returncode == 1
    assert "run manage.py collectstatic" in refused.stderr


@pytest.mark.django_db(transaction=True)
async def test_the_lifespan_protocol_is_spoken_to_its_end() -> None:
    requests = iter(({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))
    responses: list[Mapping[str, Any]] = []

    async def receive() -> Any:
        return next(requests)

    async def send(message: Any) -> None:
        responses.append(message)

    await lifespan({"type": "lifespan", "asgi": {"spec_version": "2.0", "version": "3.0"}}, receive, send)
    assert responses == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]
