"""Servers that answer, but not with a completion: what is told, what is not shown, what is never followed."""

import asyncio
import time
from dataclasses import replace

import pytest

from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.limits import DEFAULT_LIMITS
from playground.outgoing.completion import Response, open_completion
from playground.outgoing.transports.sockets import SocketBody
from tests.llm_server.bodies import WEB_PAGE
from tests.llm_server.fixture import LLMServerHandle
from tests.playground.sending import KEY, completion, failure, wire

pytestmark = pytest.mark.usefixtures("loopback_is_open")


async def test_a_refusal_is_told_by_its_status_and_its_body(llm_server: LLMServerHandle) -> None:
    error = await failure(llm_server.completions_url("unauthorised"))
    assert (error.code, error.may_retry) == (Code.AUTH_FAILED, False)
    assert error.excerpt.startswith("Incorrect API key provided: sk-********cdef.")


@pytest.mark.parametrize("header", ["X-Other", "Authorization"])
async def test_a_refused_key_is_told_from_one_that_was_not_sent(
    llm_server: LLMServerHandle, header: str
) -> None:
    request = wire(llm_server.completions_url("unauthorised"), headers=((header, "Bearer abc"),))
    with pytest.raises(UpstreamError) as raised:
        async with open_completion(request, limits=DEFAULT_LIMITS):
            pass
    assert raised.value.message.startswith("No key was sent") is (header == "X-Other")


async def test_a_refusal_that_is_compressed_is_told_by_its_status(llm_server: LLMServerHandle) -> None:
    error = await failure(llm_server.completions_url("gzip-error"))
    assert (error.code, error.may_retry, error.excerpt) == (Code.AUTH_FAILED, False, "")


async def test_the_wait_that_a_server_asks_for_is_read_from_its_headers(llm_server: LLMServerHandle) -> None:
    error = await failure(llm_server.completions_url("rate-limited", "retry-after=3600"))
    assert (error.code, error.retry_after_ms) == (Code.RATE_LIMITED, 3_600_000)


async def test_a_huge_error_is_read_in_part_and_its_status_told(llm_server: LLMServerHandle) -> None:
    error = await failure(llm_server.completions_url("huge-error"))
    assert (error.code, error.excerpt) == (Code.UPSTREAM_5XX, "")
    assert "HTTP 500" in error.message
    assert (await llm_server.until_left())["behaviour"] == "huge-error"


async def test_an_error_whose_body_never_comes_is_told_in_time(llm_server: LLMServerHandle) -> None:
    began = time.monotonic()
    error = await failure(
        llm_server.completions_url("endless-error"), limits=replace(DEFAULT_LIMITS, error_body_ms=200)
    )
    assert error.code is Code.UPSTREAM_5XX
    assert time.monotonic() - began < 2


async def test_a_web_page_is_handed_to_the_decoder_to_judge(llm_server: LLMServerHandle) -> None:
    assert await completion(llm_server.completions_url("html")) == WEB_PAGE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_refused_and_nothing_is_sent_on(llm_server: LLMServerHandle, status: int) -> None:
    elsewhere = f"http://localhost:{llm_server.port}/ok/v1"
    error = await failure(llm_server.completions_url("redirect", f"status={status}&to={elsewhere}"))
    assert (error.code, error.may_retry) == (Code.REDIRECT, False)
    assert f"to http://localhost:{llm_server.port}," in error.message
    assert [request["behaviour"] for request in llm_server.requests()] == ["redirect"]


async def test_a_redirect_to_the_same_origin_is_refused_too(llm_server: LLMServerHandle) -> None:
    error = await failure(llm_server.completions_url("redirect", "to=/ok/v2/chat/completions"))
    assert error.code is Code.REDIRECT
    assert "to its path /ok/v2/chat/completions," in error.message
    assert len(llm_server.requests()) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "http://[::1", "//", "",
        "http://:99999/", "%F0%9F%92%A9",
    ],
)  # fmt: skip
async def test_a_redirect_to_nonsense_is_still_a_redirect(llm_server: LLMServerHandle, location: str) -> None:
    error = await failure(llm_server.completions_url("redirect", f"to={location}"))
    assert error.code is Code.REDIRECT
    assert len(llm_server.requests()) == 1


async def test_a_redirect_that_repeats_the_key_does_not_show_it(llm_server: LLMServerHandle) -> None:
    error = await failure(llm_server.completions_url("redirect", f"to=/{KEY}/v1"))
    assert "[secret]" in error.message


@pytest.mark.parametrize("behaviour", ["gzipped", "gzip-bomb"])
async def test_a_compressed_answer_is_refused_unread(llm_server: LLMServerHandle, behaviour: str) -> None:
    error = await failure(llm_server.completions_url(behaviour))
    assert (error.code, error.may_retry) == (Code.BAD_RESPONSE, False)
    assert "(gzip)" in error.message


async def test_a_key_that_the_server_repeats_is_masked(llm_server: LLMServerHandle) -> None:
    error = await failure(llm_server.completions_url("unauthorised-echo"))
    assert error.code is Code.AUTH_FAILED
    assert KEY[:8] not in error.excerpt


async def test_a_key_in_the_answers_headers_is_masked(llm_server: LLMServerHandle) -> None:
    url = llm_server.completions_url("echo-secret")
    async with open_completion(wire(url), limits=DEFAULT_LIMITS, secrets=[KEY]) as response:
        assert ("X-Echo", "[secret]") in response.headers


async def test_a_key_as_the_name_of_a_header_is_masked(llm_server: LLMServerHandle) -> None:
    url = llm_server.completions_url("echo-secret-header-name")
    async with open_completion(wire(url), limits=DEFAULT_LIMITS, secrets=[KEY]) as response:
        assert ("[secret]", "here") in response.headers


async def test_a_key_where_a_long_redirect_is_cut_is_masked(llm_server: LLMServerHandle) -> None:
    error = await failure(llm_server.completions_url("redirect", f"to=/{'x' * 84}{KEY}"))
    assert KEY[:4] not in error.message


@pytest.mark.parametrize("behaviour", ["dies", "dies-at-once", "cut"])
async def test_what_came_before_the_connection_broke_is_handed_on(
    llm_server: LLMServerHandle, behaviour: str
) -> None:
    received = b""
    with pytest.raises(Exception, match="broke in the middle") as raised:
        async with open_completion(
            wire(llm_server.completions_url(behaviour)), limits=DEFAULT_LIMITS
        ) as response:
            async for piece in response.aiter_bytes():
                received += piece
    assert getattr(raised.value, "code", None) is Code.TRUNCATED
    assert b'" time,"' in received


async def test_what_came_while_nobody_was_reading_is_handed_on_too(llm_server: LLMServerHandle) -> None:
    url = llm_server.completions_url("dies-at-once")
    received = b""
    with pytest.raises(UpstreamError):
        async with open_completion(wire(url), limits=DEFAULT_LIMITS) as response:
            async with asyncio.timeout(5):
                while not is_broken(response):  # noqa: ASYNC110 - aiohttp tells nobody
                    await asyncio.sleep(0)
            async for piece in response.aiter_bytes():
                received += piece
    assert b'" time,"' in received


def is_broken(response: Response) -> bool:
    """Whether the connection's end has been noticed."""
    body = response._body
    assert isinstance(body, SocketBody)
    return body._answer.content.exception() is not None


async def test_a_clean_end_in_the_middle_is_the_decoders_to_find(llm_server: LLMServerHandle) -> None:
    body = await completion(llm_server.completions_url("clean-cut"))
    assert b"Once" in body
    assert b"[DONE]" not in body


async def test_after_any_failure_the_next_request_is_fine(llm_server: LLMServerHandle) -> None:
    for behaviour in ("unauthorised", "dies", "redirect", "gzipped", "no-http", "reset"):
        await failure(llm_server.completions_url(behaviour))
        assert b"[DONE]" in await completion(llm_server.completions_url("ok"))
