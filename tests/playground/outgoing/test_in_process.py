"""Requests to this app itself: streamed without a socket, and ended when their client leaves."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.limits import DEFAULT_LIMITS
from playground.engine.wire_request import WireRequest
from playground.outgoing.completion import open_completion
from playground.outgoing.transports import in_process
from tests.playground import applications
from tests.playground.sending import BODY, KEY, completion, failure, wire

URL = "/demo/v1/chat%20completions?model=a%20b&x"

Answers = Callable[[str], None]


@pytest.fixture
def answers(settings: Any) -> Iterator[Answers]:
    """Lets an application of `tests.playground.applications` stand for the app itself."""
    settings.SITE_URL = "https://greenroom.example:8443"
    applications.log.clear()

    def use(name: str) -> None:
        settings.ASGI_APPLICATION = f"tests.playground.applications.{name}"

    yield use
    applications.log.clear()


async def test_the_application_gets_the_request_as_a_server_would_hand_it_over(answers: Answers) -> None:
    answers("tells")
    await completion(URL)
    scope, message, _ = applications.log
    assert (scope["type"], scope["method"], scope["scheme"]) == ("http", "POST", "https")
    assert (scope["path"], scope["raw_path"]) == ("/demo/v1/chat completions", b"/demo/v1/chat%20completions")
    assert scope["query_string"] == b"model=a%20b&x"
    assert scope["server"] == ("greenroom.example", 8443)
    assert message == {"type": "http.request", "body": BODY, "more_body": False}
    headers = dict(scope["headers"])
    assert headers[b"host"] == b"greenroom.example:8443"
    assert headers[b"authorization"] == f"Bearer {KEY}".encode()
    assert headers[b"conversation_id"] == b"c0123456789"
    assert headers[b"content-length"] == str(len(BODY)).encode()


async def test_the_answer_comes_whole_with_its_status_and_headers(answers: Answers) -> None:
    answers("tells")
    async with open_completion(wire(URL), limits=DEFAULT_LIMITS) as response:
        assert (response.status, response.http_version) == (200, "HTTP/1.1")
        assert response.headers == (("Content-Type", "text/event-stream"),)
        assert [piece async for piece in response.aiter_bytes()] == [b"one", b"two"]


async def test_pieces_come_while_the_application_still_runs_and_leaving_ends_it(answers: Answers) -> None:
    answers("waits")
    async with open_completion(wire(URL), limits=DEFAULT_LIMITS) as response:
        assert await anext(response.aiter_bytes()) == b"one"
        assert applications.log == []
    assert applications.log == ["http.disconnect"]


async def test_an_application_that_never_answers_learns_that_its_client_has_left(answers: Answers) -> None:
    answers("never_answers")
    task = asyncio.create_task(completion(URL))
    for _ in range(100):
        await asyncio.sleep(0)
    assert applications.log == ["http.request"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert applications.log == ["http.request", "http.disconnect"]


async def test_an_application_waits_while_nobody_reads(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_process, "CLOSING_S", 0.05)
    answers("pours")
    async with open_completion(wire(URL), limits=DEFAULT_LIMITS):
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(applications.log) <= in_process.QUEUED_MESSAGES + 1


async def test_an_application_that_never_looks_is_cancelled(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_process, "CLOSING_S", 0.05)
    answers("is_deaf")
    async with open_completion(wire(URL), limits=DEFAULT_LIMITS):
        pass
    assert applications.log == ["cancelled"]


async def test_the_callers_context_does_not_reach_the_application(answers: Answers) -> None:
    answers("tells")
    applications.marker.set("the caller's")
    await completion(URL)
    assert applications.log[2] == ""


async def test_a_refusal_is_told_as_any_servers(answers: Answers) -> None:
    answers("refuses")
    error = await failure(URL)
    assert (error.code, error.excerpt) == (Code.AUTH_FAILED, "No such key")
    assert error.message.startswith("Greenroom's own endpoint refused the key")


async def test_an_application_that_fails_before_it_answers(
    answers: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    answers("fails")
    error = await failure(URL)
    assert error.code is Code.UPSTREAM_5XX
    assert "canary" not in error.message
    assert "LookupError doing=an in-process request" in caplog.text


@pytest.mark.parametrize("name", ["breaks_off", "stops_short"])
async def test_an_application_that_stops_in_the_middle_keeps_what_it_said(
    answers: Answers, name: str
) -> None:
    answers(name)
    received = []
    with pytest.raises(UpstreamError) as raised:
        async with open_completion(wire(URL), limits=DEFAULT_LIMITS) as response:
            async for piece in response.aiter_bytes():
                received.append(piece)
    assert raised.value.code is Code.TRUNCATED
    assert received == [b"one"]


def demo(model: str, *, is_streamed: bool = True) -> WireRequest:
    body = {
        "model": model,
        "messages": [{"role": "user", "content": "Tell me a story."}],
        "stream": is_streamed,
    }
    return WireRequest(
        "POST",
        "/demo/v1/chat/completions",
        (("Authorization", f"Bearer {settings.DEMO_LLM_KEY}"), ("conversation_id", "c0123456789")),
        json.dumps(body).encode(),
    )


async def test_the_demo_llm_is_reached_through_the_whole_app_with_every_header() -> None:
    async with open_completion(demo("demo-echo", is_streamed=False), limits=DEFAULT_LIMITS) as response:
        assert response.status == 200
        body = b"".join([piece async for piece in response.aiter_bytes()])
    assert b"conversation_id" in body
    assert b"c0123456789" in body


async def test_leaving_the_demo_llm_in_mid_answer_leaves_nothing_behind() -> None:
    async with open_completion(demo("demo"), limits=DEFAULT_LIMITS) as response:
        async with asyncio.timeout(5):
            await anext(response.aiter_bytes())
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not {task for task in others if "in-process" in task.get_name()}
