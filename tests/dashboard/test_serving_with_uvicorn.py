"""`manage.py serve --server uvicorn`: the limits and the end that it shares with Daphne. Over real sockets."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest
from django.core.management import CommandError, call_command

from dashboard.management.commands import serve
from playground.realtime.close_codes import CloseCode
from tests.browser.site import Site, rows, serve_site
from tests.dashboard.attacks.attacking import FLOODS, exchange, flood, head, upgrade
from tests.dashboard.processes import DEPLOYED, manage
from tests.playground.long_conversations import add_turns
from tests.playground.served_api import new_conversation, prepared_key
from tests.playground.socket_client import sign_in, viewing

MERT = "Mert the Storyteller"
MIB = 1024 * 1024
FLOOD_BYTES = 384 * 1024
CHUNKED = b"Transfer-Encoding: chunked"


@pytest.fixture(scope="module")
def site(server_processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve_site(tmp_path_factory.mktemp("uvicorn"), server="uvicorn") as served:
        yield served


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    return prepared_key(site)


@pytest.fixture(scope="module")
def cookies(site: Site) -> str:
    return sign_in(site)


async def test_a_turn_is_told_to_its_end(site: Site, key: str, cookies: str) -> None:
    conversation = await asyncio.to_thread(new_conversation, site, key, MERT)
    async with viewing(site, conversation, cookies) as client:
        await client.send("conversation.respond", text="Tell me about the wolf.")
        closed = await client.until_closed()
    assert client.events[-1]["event_type"] == "playground.turn.completed"
    assert closed["text"]


async def test_an_event_of_a_mebibyte_is_sent(site: Site, key: str, cookies: str) -> None:
    """The limit on messages is for those that come in."""
    conversation = await asyncio.to_thread(new_conversation, site, key, MERT)
    await asyncio.to_thread(add_turns, site, conversation, 1)
    query = "UPDATE playground_turn SET user_text = ? WHERE conversation_id = ?"
    await asyncio.to_thread(rows, site.data, query, "a" * MIB, conversation)
    async with viewing(site, conversation, cookies) as client:
        (turn,) = (await client.until("playground.snapshot"))["turns"]
    assert len(turn["user_text"]) == MIB


def test_a_body_over_the_limit_of_its_path_is_refused(site: Site) -> None:
    body = b"a&" * MIB
    declared = exchange(site, head("POST", "/sign-in/", b"Content-Length: %d" % len(body)), body)
    chunk = b"10000\r\n" + b"a&" * 0x8000 + b"\r\n"
    counted = exchange(site, head("POST", "/sign-in/", CHUNKED), *[chunk] * 32)
    assert declared.startswith(b"HTTP/1.1 413 ")
    assert counted.startswith(b"HTTP/1.1 413 ")


def test_a_client_that_sends_all_before_it_reads_gets_its_refusal(site: Site) -> None:
    connection = HTTPConnection(site.url.removeprefix("http://"), timeout=30)
    with closing(connection):
        connection.request("POST", "/sign-in/", b"a&" * MIB * 10)
        assert connection.getresponse().status == 413


def test_a_body_in_chunks_of_a_byte_is_refused(site: Site) -> None:
    answer = exchange(site, head("POST", "/v2/personas", CHUNKED), b"1\r\na\r\n" * 100_000, b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"too many small chunks" in answer


def test_headers_over_16_kib_are_refused(site: Site) -> None:
    answer = exchange(site, head("POST", "/health/", b"X-Long: " + b"a" * 17_000))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"at most 16,384 bytes" in answer


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_of_tiny_frames_is_ended(site: Site, key: str, kind: str) -> None:
    first, frame = FLOODS[kind]
    conversation = new_conversation(site, key, MERT)
    handshake = upgrade(f"/ws/conversations/{conversation}/", b"x-api-key: " + key.encode())
    answer = flood(site, handshake, first + frame * (FLOOD_BYTES // len(frame)))
    assert CloseCode.TOO_MANY_MESSAGES.to_bytes(2, "big") in answer


def test_a_flood_leaves_no_error_in_the_log(site: Site, key: str) -> None:
    """The application told its viewer of the flood's messages, and uvicorn called that its mistake, twice."""
    conversation = new_conversation(site, key, MERT)
    handshake = upgrade(f"/ws/conversations/{conversation}/", b"x-api-key: " + key.encode())
    _, frame = FLOODS["pings"]
    flood(site, handshake, frame * (FLOOD_BYTES // len(frame)))
    log = (site.data / "server.log").read_text()
    assert "RuntimeError" not in log


def test_a_handshake_of_too_many_headers_is_answered(site: Site) -> None:
    """The library reads 128 headers; beyond, the connection stayed open without an answer."""
    answer = exchange(site, upgrade("/ws/conversations/c/", *[b"X-%d: y" % number for number in range(200)]))
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_taken_port_is_named(site: Site) -> None:
    port = site.url.rpartition(":")[2]
    settings = {**DEPLOYED, "SITE_URL": site.url, "ALLOWED_HOSTS": "127.0.0.1"}
    refused = manage(site.data, settings, "serve", "--server", "uvicorn", "--port", port)
    assert refused.returncode == 1
    assert f"Nothing can be served at 127.0.0.1:{port}" in refused.stderr


@pytest.mark.django_db
def test_without_uvicorn_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda name: None if name == "uvloop" else object())
    with pytest.raises(
        CommandError, match=r"\(uvloop missing\): run pip install -r requirements-uvicorn\.txt"
    ):
        call_command("serve", server="uvicorn", skip_checks=True)
