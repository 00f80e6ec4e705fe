"""The moments of a request, as the transports mark them: over a real socket, because aiohttp alone knows some."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from playground.engine.events import RequestUnanswered, ResponseReceived
from playground.outgoing.phases import recorded_phases
from tests.llm_server.fixture import LLMServerHandle
from tests.playground.scripted_llm import DONE, text
from tests.playground.sending import completion, failure
from tests.playground.turn_harness import plan, run_turn

pytestmark = pytest.mark.usefixtures("loopback_is_open")


async def moments(url: str) -> list[str]:
    """Return the moments of a request for a completion, in their order."""
    started_at = asyncio.get_running_loop().time()
    with recorded_phases() as phases:
        await completion(url)
    times = phases.since(started_at)
    assert all(0 <= before <= after for (_, before), (_, after) in pairwise(times))
    return [name for name, _ in times]


async def test_a_new_connection_has_a_lookup_and_a_kept_one_has_none(llm_server: LLMServerHandle) -> None:
    url = llm_server.completions_url("ok").replace("127.0.0.1", "localhost")
    new = ["started", "lookup_started", "lookup_ended", "connect_started", "connected", "sent", "headers"]
    assert await moments(url) == new
    assert await moments(url) == ["started", "reused", "sent", "headers"]


@pytest.mark.usefixtures("tests_authority_is_trusted")
async def test_tls_begins_when_the_connection_is_there(llm_server: LLMServerHandle) -> None:
    marked = await moments(f"https://127.0.0.1:{llm_server.ports['tls']}/ok/v1/chat/completions")
    assert marked == ["started", "connect_started", "tls_started", "connected", "sent", "headers"]


async def test_a_request_that_fails_has_the_moments_it_came_to(llm_server: LLMServerHandle) -> None:
    with recorded_phases() as phases:
        await failure(f"http://127.0.0.1:{llm_server.ports['refused']}/v1/chat/completions")
    assert [str(moment) for moment in phases.moments] == ["started", "connect_started"]


async def test_this_apps_own_endpoint_has_no_connection(settings: Any) -> None:
    settings.ASGI_APPLICATION = "tests.playground.applications.tells"
    assert await moments("/demo/v1/chat/completions") == ["started", "in_process", "sent", "headers"]


def test_a_turn_tells_the_moments_of_each_request_once() -> None:
    answered = run_turn([text("Hello."), DONE], plan=plan(is_instant=True))
    (response,) = answered.of(ResponseReceived)
    assert response.phases[0] == ("started", response.t_ms)
    assert answered.of(RequestUnanswered) == []
    silent = run_turn([40.0, text("Hello."), DONE], plan=plan(is_instant=True), interrupt_at_s=1.0)
    assert len(silent.of(ResponseReceived)) + len(silent.of(RequestUnanswered)) == 1
