"""Passing a request on to a server in another process: bytes in are bytes out, and it ends with its caller."""

import asyncio
import gzip
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.limits import MIB
from playground.inspectors.forwarding import ClientLeftError, Forwarding, PassedRequest, RawHeaders
from playground.inspectors.pass_on import forward_address, pass_on
from playground.inspectors.pass_on_limits import PassOnLimits
from tests.llm_server.fixture import LLMServerHandle
from tests.llm_server.mirrors import ODD_HEADERS, ODD_REASON
from tests.llm_server.openai_wire import TEXT

pytestmark = pytest.mark.usefixtures("loopback_is_open")

KEY = "sk-canary-0123456789abcdef"
SOON = PassOnLimits(connect_ms=500, begin_ms=300, gap_ms=300)


async def parts_of(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
        await asyncio.sleep(0)


def request(
    *parts: bytes, target: str = "/mirror/v1/x", headers: RawHeaders = (), method: str = "POST"
) -> PassedRequest:
    length = b"%d" % sum(map(len, parts))
    return PassedRequest(method, target, (*headers, (b"Content-Length", length)), parts_of(*parts))


@dataclass
class Answered:
    status: int
    reason: bytes
    headers: RawHeaders
    parts: list[bytes]

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)


async def answered(server: LLMServerHandle, passed: PassedRequest, **options: Any) -> Answered:
    async with pass_on(passed, Forwarding(server.url), **options) as answer:
        return Answered(
            answer.status, answer.reason, answer.headers, [part async for part in answer.aiter_bytes()]
        )


async def failure(passed: PassedRequest, url: str, **options: Any) -> UpstreamError:
    with pytest.raises(UpstreamError) as raised:
        async with pass_on(passed, Forwarding(url), **options) as answer:
            async for _ in answer.aiter_bytes():
                pass
    assert KEY not in f"{raised.value!r}"
    return raised.value


ODD_BYTES = bytes(range(256)) * 2
BODIES = {
    "empty": (b"",),
    "odd": (ODD_BYTES,),
    "long": tuple(random.Random(7).randbytes(70_000) for _ in range(64)),
    "compressed": (gzip.compress(ODD_BYTES, mtime=0),),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("length", [True, False])
async def test_bytes_in_are_bytes_out_both_ways(llm_server: LLMServerHandle, name: str, length: bool) -> None:
    parts = BODIES[name]
    passed = request(*parts, target="/mirror/v1/x?length=1" if length else "/mirror/v1/x?bytes=99991")
    if not length:
        chunked = ((b"Transfer-Encoding", b"chunked"),)
        passed = PassedRequest("PUT", passed.target, chunked, passed.body)
    answer = await answered(llm_server, passed)
    assert answer.body == b"".join(parts)
    assert (answer.status, answer.reason) == (201, ODD_REASON.encode())


async def test_headers_go_on_and_come_back_in_order(llm_server: LLMServerHandle) -> None:
    headers = (
        (b"Host", b"inspector.example"),
        (b"x-One", b"a"),
        (b"conversation_id", b"c0123456789"),
        (b"X-one", "ü".encode()),
        (b"Authorization", f"Bearer {KEY}".encode()),
        (b"Connection", b"close"),
        (b"User-Agent", b"Tavus"),
    )
    answer = await answered(llm_server, request(b"{}", headers=headers, target="/mirror/v1/x%20y?a=%2F&&b"))
    (seen,) = llm_server.requests()
    assert seen["target"] == "/mirror/v1/x%20y?a=%2F&&b"
    assert seen["headers"] == [
        ["Host", f"127.0.0.1:{llm_server.port}"],
        ["x-One", "a"],
        ["conversation_id", "c0123456789"],
        ["X-one", "Ã¼"],
        ["Authorization", f"Bearer {KEY}"],
        ["User-Agent", "Tavus"],
        ["Content-Length", "2"],
        ["Via", "1.1 greenroom-inspector"],
    ]
    given = [(name.decode(), value.decode()) for name, value in answer.headers]
    assert given == [("Content-Type", "application/octet-stream"), *ODD_HEADERS]


async def test_a_request_without_a_body_has_none(llm_server: LLMServerHandle) -> None:
    await answered(llm_server, PassedRequest("GET", "/mirror/v1/models", (), parts_of()))
    (seen,) = llm_server.requests()
    assert (seen["method"], seen["body"]) == ("GET", "")
    assert {"content-length", "transfer-encoding"}.isdisjoint(name.lower() for name, _ in seen["headers"])


async def test_a_compressed_answer_comes_undecoded_and_the_callers_wish_goes_on(
    llm_server: LLMServerHandle,
) -> None:
    wish = ((b"Accept-Encoding", b"gzip, br;q=0.5"),)
    answer = await answered(llm_server, request(b"{}", headers=wish, target="/gzip-stream/v1/x"))
    assert (b"Content-Encoding", b"gzip") in answer.headers
    assert TEXT.rpartition(" ")[2].encode() in gzip.decompress(answer.body)
    (seen,) = llm_server.requests()
    assert ["Accept-Encoding", "gzip, br;q=0.5"] in seen["headers"]


async def test_redirects_and_refusals_come_back_as_they_are(llm_server: LLMServerHandle) -> None:
    moved = await answered(llm_server, request(b"{}", target="/redirect/v1/x?to=/mirror/v1/x"))
    assert (moved.status, moved.reason) == (307, b"Moved")
    assert (b"Location", b"/mirror/v1/x") in moved.headers
    refused = await answered(llm_server, request(b"{}", target="/rate-limited/v1/x"))
    assert refused.status == 429
    assert len(llm_server.requests()) == 2


async def test_parts_go_up_and_down_as_they_arrive(llm_server: LLMServerHandle) -> None:
    """The answer's first part is there while its server still waits; the request's rest comes after it went on."""
    goes_on = asyncio.Event()

    async def slow_caller() -> AsyncIterator[bytes]:
        yield b"first"
        async with asyncio.timeout(5):
            await goes_on.wait()
        yield b" and last"

    passed = PassedRequest(
        "POST", "/mirror/v1/x?bytes=5&ms=60000", ((b"Content-Length", b"14"),), slow_caller()
    )
    opening = pass_on(passed, Forwarding(llm_server.url))
    asyncio.get_running_loop().call_later(0.05, goes_on.set)
    async with opening as answer:
        assert await anext(answer.aiter_bytes()) == b"first"
    await llm_server.until_left()


async def test_a_server_that_dies_in_the_middle_is_no_end(llm_server: LLMServerHandle) -> None:
    error = await failure(request(b"{}", target="/dies/v1/x"), llm_server.url)
    assert error.code is Code.TRUNCATED


@pytest.mark.parametrize(
    ("target", "code"), [("/never/v1/x", Code.FIRST_CONTENT_TIMEOUT), ("/head-only/v1/x", Code.STALLED)]
)
async def test_a_server_that_falls_silent_is_left(
    llm_server: LLMServerHandle, target: str, code: Code
) -> None:
    error = await failure(request(b"{}", target=target), llm_server.url, limits=SOON)
    assert error.code is code
    await llm_server.until_left()


async def test_what_ends_the_request_ends_the_passing_on(llm_server: LLMServerHandle) -> None:
    async def leaves() -> AsyncIterator[bytes]:
        yield b"half"
        raise ClientLeftError

    passed = PassedRequest("POST", "/mirror/v1/x", ((b"Content-Length", b"9"),), leaves())
    with pytest.raises(ClientLeftError):
        await answered(llm_server, passed)


async def test_leaving_the_answer_closes_the_servers_connection(llm_server: LLMServerHandle) -> None:
    async with pass_on(request(b"{}", target="/endless/v1/x"), Forwarding(llm_server.url)) as answer:
        await anext(answer.aiter_bytes())
    await llm_server.until_left()


def until_it_stays(read: Callable[[], int], within_s: float = 10.0) -> int:
    """Return a number that did not change for 0.2 s."""
    last, since = read(), time.monotonic()
    deadline = since + within_s
    while time.monotonic() < min(since + 0.2, deadline):
        if last != (last := read()):
            since = time.monotonic()
    assert time.monotonic() < deadline, "It went on changing."
    return last


async def test_a_server_waits_while_nobody_reads(llm_server: LLMServerHandle) -> None:
    """What it could get rid of lies in the kernel's buffers, and little of it here."""
    async with pass_on(request(b"{}", target="/pours/v1/x?mib=256"), Forwarding(llm_server.url)) as answer:
        await anext(answer.aiter_bytes())
        sent = await asyncio.to_thread(until_it_stays, lambda: int(llm_server.said()[0][1] or 0))
        assert 0 < sent < 32 * MIB


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8765/inspect/abc",
        "http://LOCALHOST:8765/inspect/abc",
        "http://localhost.:8765/%69nspect/abc",
        "http://[::1]:8765/inspect/abc",
        "http://[::ffff:127.0.0.1]:8765/inspect/abc",
        "http://Greenroom.Example:8765/inspect/abc",
        "https://greenroom.example/inspect/abc",
        "http://127.9.9.9:8765/demo/../inspect/abc",
        "/inspect/abc",
        "/admin/",
    ],
)
async def test_this_sites_own_addresses_are_refused_in_any_spelling(url: str, settings: Any) -> None:
    settings.SITE_URL, settings.PORT = "https://greenroom.example", 8765
    settings.ALLOWED_HOSTS = ["greenroom.example", "*"]
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.9.9.9:*", *settings.OUTBOUND_PRIVATE_HOSTS]
    error = await failure(request(b"{}"), url)
    assert error.code is Code.BLOCKED_ADDRESS
    assert "Greenroom itself" in error.message


@pytest.mark.parametrize("url", ["http://169.254.169.254/v1", "http://10.1.2.3/v1", "http://0.0.0.0:9/v1"])
async def test_the_guard_holds(url: str) -> None:
    error = await failure(request(b"{}"), url)
    assert error.code is Code.BLOCKED_ADDRESS


async def test_the_demo_llm_may_be_passed_on_to(settings: Any) -> None:
    headers = ((b"Authorization", f"Bearer {settings.DEMO_LLM_KEY}".encode()),)
    passed = PassedRequest("GET", "/models", headers, parts_of())
    async with pass_on(passed, Forwarding("/demo/v1")) as answer:
        assert (answer.status, answer.reason) == (200, b"OK")
        assert b'"demo"' in b"".join([part async for part in answer.aiter_bytes()])


@pytest.mark.parametrize(
    ("url", "target", "went"),
    [
        ("https://llm.example/v1", "/chat/completions", "/v1/chat/completions"),
        ("https://llm.example/v1/", "/chat/completions?a=1", "/v1/chat/completions?a=1"),
        ("https://llm.example/v1", "/x/..%2F", "/v1/x/..%2F"),
        ("https://llm.example", "/../x", "/../x"),
        ("https://llm.example/v1?b=2", "?a=1&key=sk-1", "/v1?b=2&a=1&key=sk-1"),
        ("https://llm.example/v1", "", "/v1"),
    ],
)
def test_a_target_is_appended_byte_for_byte(url: str, target: str, went: str) -> None:
    assert forward_address(url, target).target == went


@pytest.mark.parametrize(
    ("url", "target", "headers"),
    [
        ("", "/x", ()),
        ("https://llm.example/v1", "/../admin", ()),
        ("https://llm.example/v1", "/x/%2e%2e/.%2E;a/admin", ()),
        ("https://llm.example/v1", "/x/..%5c..%252fadmin", ()),
        ("https://llm.example", "/ü", ()),
        ("https://llm.example", "/a b", ()),
        ("https://llm.example", "/x", ((b"X-Odd", b"\xff\xfe"),)),
    ],
)
async def test_what_cannot_be_sent_is_said(url: str, target: str, headers: RawHeaders) -> None:
    error = await failure(request(b"{}", target=target, headers=headers), url)
    assert error.code is Code.BAD_REQUEST
