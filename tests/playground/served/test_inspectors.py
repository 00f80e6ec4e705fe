"""Inspectors over real sockets, under Daphne and under uvicorn: only a server knows how a request was spelled.

With raw bytes, OpenAI's own client and curl, which people point at them.
"""

import base64
import json
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest

from tests.browser.site import Site, rows

DEADLINE_S = 10.0
TEXT = "Thanks for calling. Goodbye."
KEY = "sk-of-the-caller-alone-123456"
CHAT: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}
INSERT = """
INSERT INTO playground_inspector (id, address_token, maker_id, name, expires_at, most_requests, most_kept_bytes, answer,
  answer_settings, forward_url, callers_key_digest, last_number, lost_busy, lost_fast, lost_unstored, created_at,
  updated_at)
SELECT ?, ?, min(id), 'Mine', '2126-01-01', 100, 9000000, ?, ?, '', '', 0, 0, 0, 0, '2026-01-01', '2026-01-01'
FROM auth_user
"""
COLUMNS = (
    "method", "path", "query", "http_version", "headers", "headers_as_sent", "body", "body_kept", "body_parts",
    "client_address", "conversation_id", "authentication", "server", "answer_status", "answer_body", "answer_parts",
    "timings", "ended",
)  # fmt: skip


@dataclass
class Inspected:
    """An inspector of a served site."""

    site: Site
    token: str

    @property
    def path(self) -> str:
        return f"/inspect/{self.token}"

    @property
    def url(self) -> str:
        return f"{self.site.url}{self.path}"

    def newest(self, number: int = 1) -> dict[str, Any]:
        """Return the row of the request of this number, once its answer has ended."""
        query = f"SELECT {', '.join(COLUMNS)} FROM playground_inspectedrequest WHERE inspector_id = ? AND number = ?"
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            for row in rows(self.site.data, query, f"i{self.token[:8]}", str(number)):
                request = dict(zip(COLUMNS, row, strict=True))
                if request["ended"]:
                    return {
                        name: json.loads(str(value))
                        if name in ("headers", "body_parts", "answer_parts")
                        else value
                        for name, value in request.items()
                    }
            time.sleep(0.02)
        raise AssertionError("Nothing was recorded.")

    def send(self, *parts: bytes, pause_s: float = 0.0) -> bytes:
        """Send the parts of a request, and return all bytes of the answer until the server closes."""
        address = urlsplit(self.site.url)
        with socket.create_connection((address.hostname, address.port), timeout=DEADLINE_S) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for part in parts:
                connection.sendall(part)
                time.sleep(pause_s)
            answer = b""
            while received := connection.recv(65_536):
                answer += received
        return answer


@pytest.fixture(params=["Daphne", "uvicorn"])
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def site(server: str, request: pytest.FixtureRequest) -> Site:
    served: Site = request.getfixturevalue("served_site" if server == "Daphne" else "uvicorn_site")
    return served


def inspector(site: Site, answer: str = "text", **settings: object) -> Inspected:
    token = base64.urlsafe_b64encode(time.time_ns().to_bytes(24, "little")).decode()
    given = json.dumps({"text": TEXT, "first_delta_ms": 0, "delta_ms": 0} | settings)
    rows(site.data, INSERT, f"i{token[:8]}", token, answer, given)
    return Inspected(site, token)


def test_a_request_is_recorded_as_it_was_spelled(site: Site, server: str) -> None:
    """Order, case, repetition, and names with underscores, which Daphne and Django drop."""
    inspected = inspector(site)
    headers = [
        ["Host", urlsplit(site.url).netloc],
        ["conversation_id", "c123456"],
        ["X-TWICE", "one"],
        ["Content-type", "application/json"],
        ["x-twice", "caf\xe9"],
        ["Transfer-Encoding", "chunked"],
        ["Connection", "close"],
    ]
    head = f"POST {inspected.path}/v1/chat/completions?a=%20&b=2 HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in headers
    )
    body = json.dumps(CHAT | {"stream": True}).encode()
    chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:20], body[20:])]
    answer = inspected.send(head.encode("latin-1") + b"\r\n", *chunks, b"0\r\n\r\n", pause_s=0.05)
    assert answer.startswith(b"HTTP/1.1 200 ")
    request = inspected.newest()
    assert request["headers"] == headers
    assert request["headers_as_sent"] == 1
    assert (request["path"], request["query"]) == ("/v1/chat/completions", "a=%20&b=2")
    assert (request["method"], request["http_version"], request["server"]) == ("POST", "1.1", server)
    assert (request["conversation_id"], request["client_address"]) == ("c123456", "127.0.0.1")
    assert request["body"] == body
    (first_ms, first), (second_ms, second) = request["body_parts"]
    assert (first, second) == (20, len(body) - 20)
    assert second_ms > first_ms
    assert (
        second_ms <= json.loads(request["timings"])["body_ms"] <= json.loads(request["timings"])["status_ms"]
    )


def test_openais_client_talks_to_it(site: Site) -> None:
    inspected = inspector(site)
    with openai.OpenAI(base_url=inspected.url, api_key=KEY, max_retries=0, timeout=DEADLINE_S) as client:
        models = [model.id for model in client.models.list()]
        whole = client.chat.completions.create(**CHAT)
        streamed = client.chat.completions.create(**CHAT, stream=True)
        text = "".join(chunk.choices[0].delta.content or "" for chunk in streamed)
    assert models == ["inspector"]
    assert (whole.choices[0].message.content, text) == (TEXT, TEXT)
    request = inspected.newest(3)
    assert ["authorization", "Bearer [secret]"] in request["headers"]
    assert (request["authentication"], request["ended"]) == ("unknown", "complete")
    assert json.loads(request["body"]) == CHAT | {"stream": True}
    assert sum(size for _, size in request["answer_parts"]) == len(request["answer_body"])


async def test_openais_asynchronous_client_reads_a_tool_call(site: Site) -> None:
    inspected = inspector(site, "tool_call", function="book", arguments='{"table": 7}')
    async with openai.AsyncOpenAI(base_url=inspected.url, api_key=KEY, timeout=DEADLINE_S) as client:
        streamed = await client.chat.completions.create(**CHAT, stream=True)
        calls = [call async for chunk in streamed for call in chunk.choices[0].delta.tool_calls or []]
    assert calls[0].function is not None
    assert calls[0].function.name == "book"
    assert "".join(call.function.arguments or "" for call in calls if call.function) == '{"table": 7}'


def test_curl_talks_to_it_by_any_method(site: Site) -> None:
    inspected = inspector(site)
    command = ["curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", str(DEADLINE_S)]
    done = subprocess.run(
        [*command, "-X", "PATCH", "-d", "a=1", "-H", "Expect: 100-continue", f"{inspected.url}/any?x=1"],
        capture_output=True,
        check=True,
    )
    assert b"Recorded" in done.stdout
    request = inspected.newest()
    assert (request["method"], request["path"], request["body"]) == ("PATCH", "/any", b"a=1")


def test_an_answer_that_dies_is_seen_as_incomplete(site: Site) -> None:
    """And leaves no failure in the log."""
    inspected = inspector(site, "fault", fault="dies_midway", delta_ms=5)
    client = openai.OpenAI(base_url=inspected.url, api_key=KEY, max_retries=0, timeout=DEADLINE_S)
    with client, pytest.raises(openai.APIError):
        for _ in client.chat.completions.create(**CHAT, stream=True):
            pass
    assert inspected.newest()["ended"] == "fault"
    assert "inspect" not in (site.data / "server.log").read_text().lower()


def test_a_client_that_hangs_up_is_noticed(site: Site) -> None:
    inspected = inspector(site, "fault", fault="never_answers")
    client = openai.OpenAI(base_url=inspected.url, api_key=KEY, max_retries=0, timeout=0.3)
    with client, pytest.raises(openai.APITimeoutError):
        client.chat.completions.create(**CHAT)
    request = inspected.newest()
    assert (request["ended"], request["answer_status"]) == ("client_left", None)


def test_a_body_over_the_limit_is_refused_and_recorded(site: Site) -> None:
    inspected = inspector(site)
    head = f"POST {inspected.path}/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99000000\r\n\r\n"
    answer = inspected.send(head.encode())
    assert answer.startswith(b"HTTP/1.1 413 ")
    request = inspected.newest()
    assert (request["body_kept"], request["ended"]) == ("refused", "refused")
