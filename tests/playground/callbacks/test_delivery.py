"""How one callback is sent, over a real socket, and what is made of the answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from playground.callbacks.delivery import deliver
from playground.engine.callback_events import NotDelivered
from playground.engine.callback_schedule import Attempt
from playground.engine.webhook_signature import written_key
from playground.storage.due_callbacks import DueCallback
from tests.playground.callbacks.receiver import HANGS, RESETS, Receiver, receiving, status

KEY, FORMER = written_key(b"k" * 32), written_key(b"f" * 32)
BODY = '{"event_type":"system.shutdown","text":"Красная \\u0000"}'.encode()


@pytest.fixture(autouse=True)
def open_loopback(loopback_is_open: None) -> Iterator[None]:
    yield


def due(url: str, *keys: str) -> DueCallback:
    return DueCallback(1, 1, "c1", "msg_1", url, BODY, 1, "lease", keys)


async def sent(receiver: Receiver, *keys: str, answer_s: float = 5) -> Attempt:
    return await deliver(due(receiver.url, *keys), at=datetime.now(UTC), answer_s=answer_s)


async def test_a_success_is_signed_over_the_raw_bytes() -> None:
    async with receiving() as receiver:
        attempt = await sent(receiver, KEY, FORMER)
    (got,) = receiver.received
    assert (attempt.status, attempt.problem, got.body) == (204, None, BODY)
    for key in (KEY, FORMER):
        assert Webhook(key).verify(got.body, got.headers)["event_type"] == "system.shutdown"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"] == "Greenroom"


async def test_without_a_key_it_has_its_id_alone() -> None:
    async with receiving() as receiver:
        await sent(receiver)
    assert receiver.received[0].webhook_id == "msg_1"
    assert "webhook-signature" not in receiver.received[0].headers


async def test_a_redirect_is_a_failure_and_is_not_followed() -> None:
    """W3."""
    async with (
        receiving() as elsewhere,
        receiving(status("307 See", f"Location: {elsewhere.url}")) as receiver,
    ):
        attempt = await sent(receiver)
    assert (attempt.status, attempt.problem, elsewhere.received) == (307, NotDelivered.REDIRECT, [])


@pytest.mark.parametrize(
    ("answer", "problem", "retry_after_ms"),
    [
        (status("410 Gone"), NotDelivered.GONE, None),
        (status("400 Bad Request"), NotDelivered.REFUSED, None),
        (status("404 Not Found", "Retry-After: 5"), NotDelivered.REFUSED, None),
        (status("429 Too Many", "Retry-After: 7"), NotDelivered.REFUSED, 7_000),
        (status("503 Away", "Retry-After: 120"), NotDelivered.REFUSED, 120_000),
        (RESETS, NotDelivered.UNREACHABLE, None),
    ],
)
async def test_whatever_is_no_success_is_a_failure(
    answer: str, problem: NotDelivered, retry_after_ms: int | None
) -> None:
    async with receiving(answer) as receiver:
        attempt = await sent(receiver)
    assert (attempt.problem, attempt.retry_after_ms) == (problem, retry_after_ms)
    assert attempt.message


async def test_a_receiver_that_hangs_is_left_in_time() -> None:
    async with receiving(HANGS) as receiver:
        attempt = await sent(receiver, answer_s=0.05)
    assert attempt.problem is NotDelivered.TIMEOUT


async def test_nothing_listens_there() -> None:
    async with receiving() as receiver:
        pass
    assert (await sent(receiver)).problem is NotDelivered.UNREACHABLE


async def test_only_the_beginning_of_an_answer_is_read() -> None:
    """A hundred megabytes would be as good: the connection is closed behind the beginning."""
    async with receiving(status("200 OK", body=b"x" * 3_000_000)) as receiver:
        attempt = await sent(receiver)
    assert (attempt.problem, len(attempt.answer)) == (None, 8 * 1024)


async def test_a_success_that_is_compressed_is_a_success() -> None:
    async with receiving(status("200 OK", "Content-Encoding: gzip", body=b"\x1f\x8b")) as receiver:
        attempt = await sent(receiver)
    assert (attempt.status, attempt.problem, attempt.answer) == (200, None, b"")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://[::1]:{port}/",
        "http://2130706433:{port}/",
        "http://127.1:{port}/",
        "http://169.254.169.254/latest/",
        "http://metadata.google.internal/",
        "http://10.0.0.1/",
        "http://[64:ff9b::7f00:1]:{port}/",
        "http://a@127.0.0.1:{port}/",
        "file:///etc/passwd",
        "http://testserver/admin/",
        "http://testserver/conversations/",
    ],
)
async def test_a_blocked_address_gets_nothing(url: str, settings: Any) -> None:
    """S13, and the pages of this site."""
    settings.OUTBOUND_PRIVATE_HOSTS = []
    async with receiving() as receiver:
        callback = replace(due(receiver.url), url=url.format(port=receiver.port))
        attempt = await deliver(callback, at=datetime.now(UTC))
    assert (attempt.problem, attempt.status, receiver.received) == (NotDelivered.BLOCKED_ADDRESS, None, [])
    assert attempt.message


async def test_an_inspector_of_this_site_is_reached_in_process(settings: Any) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = []
    requests: list[dict[str, Any]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        requests.append(scope | {"body": (await receive())["body"]})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"kept"})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("playground.outgoing.client._application", lambda: application)
        attempt = await deliver(due("http://testserver/inspect/i1/hook?x=1"), at=datetime.now(UTC))
    assert (attempt.status, attempt.answer, attempt.problem) == (200, b"kept", None)
    assert (requests[0]["path"], requests[0]["query_string"]) == ("/inspect/i1/hook", b"x=1")
    assert requests[0]["body"] == BODY
