"""Attacks on the served site, over real sockets: while each runs, /health/ answers everyone else in time."""

import socket
import threading
import time
import urllib.error
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from playground.close_codes import CloseCode
from playground.core.open_turns import DEFAULT_OPEN_TURNS
from tests.browser.site import Site, serve_site
from tests.dashboard.attacking import DEADLINE_S, HEALTH_MS, bystander, exchange, memory_mib
from tests.playground.served_api import ask, new_conversation, new_key

MIB = 1024 * 1024
FORM = b"Content-Type: application/x-www-form-urlencoded"
CHUNKED = b"Transfer-Encoding: chunked"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve_site(tmp_path_factory.mktemp("attacked")) as served:
        yield served


def post(path: str, *headers: bytes) -> bytes:
    lines = (f"POST {path} HTTP/1.1".encode(), b"Host: 127.0.0.1", b"Connection: close", *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def test_a_form_of_48_mib_is_refused_and_stops_nobody(site: Site) -> None:
    body = b"a&" * (24 * MIB)
    before_mib = memory_mib(site)
    with bystander(site) as watching:
        answer = exchange(site, post("/sign-in/", FORM, b"Content-Length: %d" % len(body)), body)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"at most 65,536 bytes are taken" in answer
    assert watching.delay_ms < HEALTH_MS
    assert memory_mib(site) - before_mib < 16


def test_a_body_without_a_declared_length_is_counted(site: Site) -> None:
    chunk = b"10000\r\n" + b"a&" * 0x8000 + b"\r\n"
    before_mib = memory_mib(site)
    with bystander(site) as watching:
        answer = exchange(site, post("/sign-in/", FORM, CHUNKED), *[chunk] * 768)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert watching.delay_ms < HEALTH_MS
    assert memory_mib(site) - before_mib < 16


def test_a_mebibyte_in_chunks_of_a_byte_is_refused(site: Site) -> None:
    with bystander(site) as watching:
        answer = exchange(site, post("/v2/personas", CHUNKED), b"1\r\na\r\n" * MIB, b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"too many small chunks" in answer
    assert watching.delay_ms < HEALTH_MS


def test_many_bodies_of_the_limit_at_once_stop_nobody(site: Site) -> None:
    body = b"a&" * (32 * 1024)
    head = post("/sign-in/", FORM, b"Content-Length: %d" % len(body))
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda: answers.append(exchange(site, head, body))) for _ in range(20)]
    with bystander(site) as watching:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {answer.partition(b"\r\n")[0] for answer in answers} <= {
        b"HTTP/1.1 400 Bad Request",
        b"HTTP/1.1 403 Forbidden",
    }
    assert watching.delay_ms < HEALTH_MS


MERT = "Mert the Storyteller"
TURNS = 150
OTHERS_START_S = 1.0
"""How much later than at rest a turn of someone else may begin during the attack."""
BOB = "from django.contrib.auth.models import User; User.objects.create_superuser('bob')"


def test_150_turns_of_one_key_at_once_stop_nobody(site: Site) -> None:
    key, bobs = new_key(site), other_key(site)
    conversations = [new_conversation(site, key, MERT, speech="realtime") for _ in range(TURNS)]
    at_rest, during = (new_conversation(site, bobs, MERT, speech="realtime") for _ in range(2))
    idle_s = seconds_to_begin(site, bobs, at_rest)
    statuses: Counter[int] = Counter()
    threads = [
        threading.Thread(target=lambda one=one: statuses.update([begin_turn(site, key, one)]))
        for one in conversations
    ]
    with bystander(site) as watching:
        for thread in threads:
            thread.start()
        bobs_start_s = seconds_to_begin(site, bobs, during)
        for thread in threads:
            thread.join()
    assert statuses == {200: DEFAULT_OPEN_TURNS.of_key, 409: TURNS - DEFAULT_OPEN_TURNS.of_key}
    assert bobs_start_s - idle_s < OTHERS_START_S
    assert watching.delay_ms < HEALTH_MS


def seconds_to_begin(site: Site, key: str, conversation: str) -> float:
    began = time.perf_counter()
    assert begin_turn(site, key, conversation) == 200
    return time.perf_counter() - began


def begin_turn(site: Site, key: str, conversation: str) -> int:
    """The status; the client leaves with the first event, and the turn goes on."""
    path = f"/v2/greenroom/conversations/{conversation}/respond"
    try:
        with ask(site, key, "POST", path, '{"text": "Tell me a story."}') as answer:
            answer.readline()
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def other_key(site: Site) -> str:
    site.manage("shell", "--no-imports", "-c", BOB)
    return site.manage("create_api_key", "another script", "--user", "bob").splitlines()[-1]


MASKED = b"\x80\x00\x00\x00\x00"
"""What follows the first byte of a frame from a client that holds nothing."""
FLOODS = {
    "pings": (b"", b"\x89" + MASKED),
    "fragments": (b"\x01" + MASKED, b"\x00" + MASKED),
    "messages": (b"", b"\x81" + MASKED),
}
FLOODED_SOCKETS = 6
FLOOD_BYTES = 384 * 1024


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_of_tiny_frames_is_ended_and_stops_nobody(site: Site, kind: str) -> None:
    first, frame = FLOODS[kind]
    key = new_key(site)
    conversation = new_conversation(site, key, MERT)
    upgrade = b"\r\n".join(
        (
            f"GET /ws/conversations/{conversation}/ HTTP/1.1".encode(),
            b"Host: 127.0.0.1",
            b"x-api-key: " + key.encode(),
            b"Connection: Upgrade",
            b"Upgrade: websocket",
            b"Sec-WebSocket-Version: 13",
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        )
    )
    answers: list[bytes] = []

    def attack() -> None:
        answers.append(flood(site, upgrade, first + frame * (FLOOD_BYTES // len(frame))))

    threads = [threading.Thread(target=attack) for _ in range(FLOODED_SOCKETS)]
    with bystander(site) as watching:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    closed = CloseCode.TOO_MANY_MESSAGES.to_bytes(2, "big")
    assert [closed in answer for answer in answers] == [True] * FLOODED_SOCKETS
    assert watching.delay_ms < HEALTH_MS


def flood(site: Site, upgrade: bytes, frames: bytes) -> bytes:
    """What comes back until the server closes; the frames are sent once the socket stands."""
    address = urlsplit(site.url)
    answer = b""
    with socket.create_connection((address.hostname, address.port), timeout=DEADLINE_S) as connection:
        connection.sendall(upgrade)
        connection.recv(len("HTTP/1.1 101"))
        with suppress(ConnectionError):
            connection.sendall(frames)
        with suppress(ConnectionError):
            while received := connection.recv(65_536):
                answer += received
    return answer
