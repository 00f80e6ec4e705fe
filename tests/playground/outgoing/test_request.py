"""A completion's request as it leaves, and a good answer as it comes back, over a real socket."""

import asyncio

import pytest
from openai import OpenAI

from playground.engine.addresses.address import parse_address
from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.limits import DEFAULT_LIMITS
from playground.engine.wire_request import WireRequest
from playground.outgoing import client
from playground.outgoing.completion import open_completion
from tests.llm_server.fixture import LLMServerHandle
from tests.llm_server.openai_wire import DONE, TEXT, deltas_of, text_stream, tool_stream
from tests.playground.sending import KEY, completion, failure, wire

pytestmark = pytest.mark.usefixtures("loopback_is_open")

GOOD = b"".join(text_stream(deltas_of(TEXT)))


async def test_the_request_goes_out_exactly_as_given(llm_server: LLMServerHandle) -> None:
    target = "/ok//v1/../chat/%7e%2F/completions?x=1&&api-version=2024-06-01"
    headers = (
        ("Authorization", f"Api-Key {KEY}"),
        ("conversation_id", "c0123456789"),
        ("x-Folder-ID", "b1g"),
        ("Accept", "text/event-stream"),
        ("Content-Type", "application/json"),
        ("User-Agent", "Rehearsal/1"),
        ("Accept-Encoding", "gzip"),
    )
    body = '{"model":"gpt://folder/yandexgpt","messages":[],"note":"naïve 👩\u200d🚀"}'.encode()
    async with open_completion(
        WireRequest("POST", llm_server.url + target, headers, body), limits=DEFAULT_LIMITS
    ) as response:
        assert response.status == 200
    (request,) = llm_server.requests()
    assert (request["method"], request["target"]) == ("POST", target)
    assert request["body"] == body.decode()
    assert request["headers"] == [
        ["Host", f"127.0.0.1:{llm_server.port}"],
        ["Authorization", f"Api-Key {KEY}"],
        ["conversation_id", "c0123456789"],
        ["x-Folder-ID", "b1g"],
        ["Accept", "text/event-stream"],
        ["Content-Type", "application/json"],
        ["User-Agent", "Rehearsal/1"],
        ["Accept-Encoding", "identity"],
        ["Content-Length", str(len(body))],
    ]


async def test_headers_that_every_request_needs_are_added_when_missing(llm_server: LLMServerHandle) -> None:
    await completion(llm_server.completions_url("ok"))
    (request,) = llm_server.requests()
    assert [name for name, _ in request["headers"]] == [
        "Host",
        "Accept",
        "Accept-Encoding",
        "Content-Type",
        "User-Agent",
        "Authorization",
        "conversation_id",
        "Content-Length",
    ]


async def test_a_large_request_goes_out_whole(llm_server: LLMServerHandle) -> None:
    body = b'{"stream":true,"messages":[{"role":"user","content":"' + b"x" * 3_000_000 + b'"}]}'
    async with open_completion(
        wire(llm_server.completions_url("ok"), body=body), limits=DEFAULT_LIMITS
    ) as response:
        assert response.status == 200
    assert llm_server.requests()[0]["body"].encode() == body


async def test_the_answer_comes_byte_for_byte_with_its_status_and_headers(
    llm_server: LLMServerHandle,
) -> None:
    async with open_completion(wire(llm_server.completions_url("ok")), limits=DEFAULT_LIMITS) as response:
        assert (response.status, response.http_version) == (200, "HTTP/1.1")
        assert ("Content-Type", "text/event-stream; charset=utf-8") in response.headers
        assert ("openai-version", "2020-10-01") in response.headers
        body = b"".join([piece async for piece in response.aiter_bytes()])
    assert body.replace(b'"model":"gpt-4o"', b"") == GOOD.replace(b'"model":"gpt-4o"', b"")


async def test_a_tool_call_comes_byte_for_byte(llm_server: LLMServerHandle) -> None:
    assert await completion(llm_server.completions_url("tool-call")) == b"".join(tool_stream())


async def test_bytes_are_handed_on_as_they_arrive(llm_server: LLMServerHandle) -> None:
    url = llm_server.completions_url("stall")
    async with open_completion(wire(url), limits=DEFAULT_LIMITS) as response:
        pieces = response.aiter_bytes()
        async with asyncio.timeout(5):
            received = await anext(pieces)
            while b"Once" not in received:
                received += await anext(pieces)
    assert (await llm_server.until_left())["behaviour"] == "stall"


@pytest.mark.parametrize("behaviour", ["plain-text", "untyped", "until-close"])
async def test_the_content_type_and_the_kind_of_end_make_no_difference(
    llm_server: LLMServerHandle, behaviour: str
) -> None:
    assert await completion(llm_server.completions_url(behaviour)) == GOOD


async def test_one_json_object_is_handed_on_as_it_is(llm_server: LLMServerHandle) -> None:
    assert (await completion(llm_server.completions_url("json-answer"))).startswith(b"{")


async def test_leaving_closes_a_connection_that_the_server_keeps_open(
    llm_server: LLMServerHandle,
) -> None:
    url = llm_server.completions_url("keeps-open")
    async with open_completion(wire(url), limits=DEFAULT_LIMITS) as response:
        received = b""
        async for piece in response.aiter_bytes():
            received += piece
            if received.endswith(DONE):
                break
    departure = await llm_server.until_left()
    assert departure["client_left_after_ms"] < 1_000


async def test_an_answer_read_to_its_end_leaves_its_connection_to_the_next(
    llm_server: LLMServerHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.outgoing.completion.REST_MS", 5_000)  # the server's process may be slow
    for _ in range(2):
        async with open_completion(
            wire(llm_server.completions_url("late-end")), limits=DEFAULT_LIMITS
        ) as response:
            async for piece in response.aiter_bytes():
                if piece.endswith(DONE):
                    break
    first, second = llm_server.requests()
    assert first["connection"] == second["connection"]


async def test_an_exception_inside_closes_the_connection_at_once(llm_server: LLMServerHandle) -> None:
    with pytest.raises(LookupError):
        async with open_completion(wire(llm_server.completions_url("stall")), limits=DEFAULT_LIMITS):
            raise LookupError
    assert (await llm_server.until_left())["client_left_after_ms"] < 1_000


@pytest.mark.parametrize("behaviour", ["never", "head-only", "stall"])
async def test_cancelling_closes_the_connection_at_once(llm_server: LLMServerHandle, behaviour: str) -> None:
    task = asyncio.create_task(completion(llm_server.completions_url(behaviour)))
    await llm_server.until_asked()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await llm_server.until_left()


async def test_many_answers_stream_at_once(llm_server: LLMServerHandle) -> None:
    request = wire(llm_server.completions_url("head-only"))
    all_are_open = asyncio.Barrier(120)

    async def status() -> int:
        async with open_completion(request, limits=DEFAULT_LIMITS) as response:
            await all_are_open.wait()
            return response.status

    async with asyncio.timeout(10):
        statuses = await asyncio.gather(*(status() for _ in range(120)))
    assert statuses == [200] * 120


async def test_the_factory_adds_no_header_of_its_own(llm_server: LLMServerHandle) -> None:
    address = parse_address(llm_server.completions_url("ok"))
    async with client.open_response("POST", address, headers=[("X-Only", "1")], body=b"{}") as response:
        assert response.status_code == 200
    (request,) = llm_server.requests()
    assert [name for name, _ in request["headers"]] == ["Host", "X-Only", "Content-Length"]


async def test_a_request_hides_its_headers_and_body_in_its_repr() -> None:
    assert KEY not in repr(wire("https://llm.example.com/v1"))


@pytest.mark.parametrize("value", [f"Bearer {KEY}\r\nX-Evil: 1", f"{KEY}\n", f"{KEY}\x00", f"{KEY}é"])
async def test_a_value_that_would_break_the_request_is_never_sent(
    llm_server: LLMServerHandle, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    request = wire(llm_server.completions_url("ok"), headers=(("Authorization", value),))
    with pytest.raises(UpstreamError) as raised:
        async with open_completion(request, limits=DEFAULT_LIMITS):
            pass
    assert raised.value.code is Code.BAD_REQUEST
    assert KEY not in f"{raised.value!r} {caplog.text}"
    assert llm_server.requests() == []


async def test_an_unreadable_address_is_refused_in_words(llm_server: LLMServerHandle) -> None:
    error = await failure(f"http://user:{KEY}@127.0.0.1:{llm_server.port}/v1")
    assert error.code is Code.BAD_REQUEST
    assert error.message.startswith("Nothing was sent.")
    assert llm_server.requests() == []


async def test_nothing_that_is_logged_holds_a_key(
    llm_server: LLMServerHandle, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await completion(llm_server.completions_url("echo-secret", f"note={KEY}"))
    await failure(llm_server.completions_url("unauthorised-echo"))
    await failure(llm_server.completions_url("no-http"))
    assert KEY not in caplog.text


async def test_the_transports_are_made_once_for_an_event_loop() -> None:
    first = client.transports()
    assert client.transports() is first
    await client.aclose()
    assert first.sockets.is_closed
    assert client.transports() is not first


def test_the_official_client_reads_the_test_server_as_openais_own(llm_server: LLMServerHandle) -> None:
    with OpenAI(base_url=llm_server.base_url("ok"), api_key=KEY) as client:
        chunks = client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Hi"}], stream=True
        )
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == TEXT
