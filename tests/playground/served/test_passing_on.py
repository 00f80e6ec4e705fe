"""An inspector that passes on to a server in another process, under both servers. Over real sockets: bytes and ends.

The clients are those that people use: OpenAI's own, and the requests of the Vercel AI SDK.
"""

import base64
import gzip
import http.client
import json
import random
from typing import Any

import openai
import pytest

from tests.browser.site import Site
from tests.llm_server.fixture import LLMServerHandle
from tests.llm_server.mirrors import ODD_HEADERS, ODD_REASON
from tests.llm_server.openai_wire import TEXT
from tests.playground.served.passing import DEADLINE_S, new_inspector, recorded, send
from tests.playground.served_api import answer, ask, prepared_key, start_conversation

KEY = "sk-canary-0123456789abcdef"
BEARER = ("Authorization", f"Bearer {KEY}")


@pytest.fixture(params=["daphne", "uvicorn"])
def site(request: pytest.FixtureRequest) -> Site:
    served: Site = request.getfixturevalue("served_site" if request.param == "daphne" else "uvicorn_site")
    return served


@pytest.fixture
def inspector(site: Site, llm_server: LLMServerHandle) -> str:
    """The path of one that passes on to any behaviour of the server."""
    return new_inspector(site, llm_server.url)


def received(server: LLMServerHandle) -> tuple[dict[str, Any], bytes]:
    (request,) = server.requests()
    return request, base64.b64decode(request["body_base64"])


BODIES = {
    "odd": bytes(range(256)),
    "long": random.Random(7).randbytes(3 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("name", BODIES)
def test_bytes_in_are_bytes_out_both_ways(
    site: Site, inspector: str, llm_server: LLMServerHandle, name: str
) -> None:
    body = BODIES[name]
    chunks = [body[start : start + 70_000] for start in range(0, len(body), 70_000)]
    given = send(site, f"{inspector}/mirror/v1/x?bytes=99991", iter(chunks), [BEARER])
    assert given.body == body
    assert received(llm_server)[1] == body
    assert (given.status, given.reason) == (201, ODD_REASON)


def test_headers_go_on_and_come_back_as_they_were(
    site: Site, inspector: str, llm_server: LLMServerHandle
) -> None:
    headers = [
        ("x-One", "a"),
        ("conversation_id", "c0123456789"),
        BEARER,
        ("Connection", "x-two"),
        ("x-two", "b"),
    ]
    given = send(site, f"{inspector}/mirror/v1/x?length=1", b"{}", headers)
    request, _ = received(llm_server)
    assert request["headers"] == [
        ["Host", f"127.0.0.1:{llm_server.port}"],
        ["x-One", "a"],
        ["conversation_id", "c0123456789"],
        list(BEARER),
        ["Content-Length", "2"],
        ["Via", "1.1 greenroom-inspector"],
    ]
    assert given.headers[: len(ODD_HEADERS) + 1] == [
        ("Content-Type", "application/octet-stream"),
        *ODD_HEADERS,
    ]
    assert {name for name, _ in given.headers}.isdisjoint({"Server", "Date", "X-Hop"})


def test_a_compressed_answer_is_passed_undecoded_and_recorded_plain(
    site: Site, inspector: str, llm_server: LLMServerHandle
) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "Hi"}]}).encode()
    given = send(site, f"{inspector}/gzip-stream/v1/x", body, [("Accept-Encoding", "gzip")])
    assert given.values("Content-Encoding") == ["gzip"]
    assert b"data: [DONE]" in gzip.decompress(given.body)
    ((stored, size),) = recorded(site, inspector, "answer_body, answer_bytes")
    assert stored == gzip.decompress(given.body)
    assert size == len(given.body)


def test_a_request_without_a_body_is_passed_on(
    site: Site, inspector: str, llm_server: LLMServerHandle
) -> None:
    assert send(site, f"{inspector}/mirror/v1/models", None, method="GET").status == 201
    request, body = received(llm_server)
    assert (request["method"], request["target"], body) == ("GET", "/mirror/v1/models", b"")
    assert recorded(site, inspector, "method, path, ended") == [("GET", "/mirror/v1/models", "complete")]


def test_a_server_that_dies_ends_the_answer_as_broken(site: Site, inspector: str) -> None:
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        send(site, f"{inspector}/dies/v1/chat/completions", b"{}")
    assert recorded(site, inspector, "ended") == [("upstream",)]


def test_a_caller_who_leaves_ends_the_servers_answer(
    site: Site, inspector: str, llm_server: LLMServerHandle
) -> None:
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=DEADLINE_S)
    connection.request("POST", f"{inspector}/endless/v1/chat/completions", b"{}")
    assert connection.getresponse().read(10)
    connection.close()
    llm_server.wait_until_left()
    assert recorded(site, inspector, "ended") == [("client_left",)]


def test_a_personas_turn_goes_through_byte_for_byte(
    site: Site, inspector: str, llm_server: LLMServerHandle
) -> None:
    key = prepared_key(site)
    document = {
        "persona_name": "Through an inspector",
        "system_prompt": "You are a storyteller. \u00fc",
        "layers": {"llm": {"model": "gpt-4o", "base_url": f"{site.url}{inspector}/ok/v1", "api_key": KEY}},
    }
    persona = answer(site, key, "POST", "/v2/personas", json.dumps(document))["persona_id"]
    conversation = start_conversation(site, key, persona)
    path = f"/v2/greenroom/conversations/{conversation}/respond"
    with ask(site, key, "POST", path, '{"text": "Hello"}') as response:
        events = [json.loads(line[6:]) for line in response if line.startswith(b"data: ")]
    assert events[-1]["event_type"] == "playground.turn.completed"
    assert events[-1]["properties"]["text"] == TEXT
    request, body = received(llm_server)
    assert ["conversation_id", conversation] in request["headers"]
    assert list(BEARER) in request["headers"]
    ((stored, group, headers),) = recorded(site, inspector, "body, conversation_id, headers")
    assert stored == body
    assert group == conversation
    assert KEY not in str(headers)


def test_openais_client_reads_streams_and_models(site: Site, inspector: str) -> None:
    with openai.OpenAI(
        base_url=f"{site.url}{inspector}/ok/v1", api_key=KEY, max_retries=0, timeout=DEADLINE_S
    ) as client:
        whole = client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Hello"}]
        )
        assert whole.choices[0].message.content == TEXT
        stream = client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Hello"}], stream=True
        )
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == TEXT


def test_a_request_of_the_vercel_ai_sdk_is_answered(
    site: Site, inspector: str, llm_server: LLMServerHandle
) -> None:
    """As ``streamText`` of ``@ai-sdk/openai-compatible`` sends it."""
    body = {
        "model": "gpt-4o",
        "max_tokens": 512,
        "temperature": 0.7,
        "messages": [
            {"role": "system", "content": "You are helpful."},
            {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
        ],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "tool_choice": "auto",
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    headers = [
        ("Connection", "keep-alive"),
        BEARER,
        ("Content-Type", "application/json"),
        ("User-Agent", "ai-sdk/openai-compatible/1.0.19 runtime/node.js/v22"),
        ("Accept", "*/*"),
        ("Accept-Language", "*"),
        ("Sec-Fetch-Mode", "cors"),
        ("Accept-Encoding", "gzip, deflate"),
    ]
    sent = json.dumps(body, separators=(",", ":")).encode()
    given = send(site, f"{inspector}/ok/v1/chat/completions", sent, headers)
    assert given.status == 200
    assert given.values("Content-Type") == ["text/event-stream; charset=utf-8"]
    assert given.body.endswith(b"data: [DONE]\n\n")
    request, arrived = received(llm_server)
    assert arrived == sent
    assert ["User-Agent", headers[3][1]] in request["headers"]


@pytest.mark.parametrize("status", [204, 304, 307])
def test_an_answer_without_a_body_comes_back_as_it_is(site: Site, inspector: str, status: int) -> None:
    given = send(site, f"{inspector}/redirect/v1/x?status={status}&to=/elsewhere", b"{}")
    assert (given.status, given.reason, given.body) == (status, "Moved", b"")
    assert given.values("Location") == ["/elsewhere"]


def test_a_head_has_no_body_either(site: Site, inspector: str) -> None:
    given = send(site, f"{inspector}/mirror/v1/x?length=1", None, method="HEAD")
    assert (given.status, given.reason, given.body) == (201, ODD_REASON, b"")


async def test_openais_asynchronous_client_reads_streams_and_refusals(site: Site, inspector: str) -> None:
    async with openai.AsyncOpenAI(
        base_url=f"{site.url}{inspector}/ok/v1", api_key=KEY, max_retries=0, timeout=DEADLINE_S
    ) as client:
        stream = await client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Hello"}], stream=True
        )
        texts = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
        assert "".join(texts) == TEXT
        refusing = client.with_options(base_url=f"{site.url}{inspector}/unauthorised/v1")
        with pytest.raises(openai.AuthenticationError):
            await refusing.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": "Hello"}]
            )
