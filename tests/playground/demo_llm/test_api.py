"""The demo LLM over HTTP: who gets in, what is refused and how, and that it leaves with its caller."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from django.conf import LazySettings
from django.core.asgi import get_asgi_application
from django.test import AsyncClient, Client

from tests.playground.demo_llm_requests import body

URL = "/demo/v1/chat/completions"


@pytest.fixture(autouse=True)
def no_waits(settings: LazySettings) -> None:
    settings.DEMO_LLM_TIME_SCALE = 0


@pytest.fixture
def key(settings: LazySettings) -> str:
    return str(settings.DEMO_LLM_KEY)


async def post(content: object, *, key: str = "", **headers: str) -> Any:
    """POST as somebody without cookies whose client checks for CSRF."""
    sent = {"Authorization": f"Bearer {key}"} if key else {}
    data = content if isinstance(content, bytes) else orjson.dumps(content)
    return await AsyncClient(enforce_csrf_checks=True).post(
        URL, data, content_type="application/json", headers=sent | headers
    )


async def read(response: Any) -> bytes:
    return b"".join([part async for part in response.streaming_content])


def error_of(response: Any) -> dict[str, Any]:
    error_body = orjson.loads(response.content)
    assert list(error_body) == ["error"]
    assert list(error_body["error"]) == ["message", "type", "param", "code"]
    return dict(error_body["error"])


async def test_an_answer_comes_as_json(key: str) -> None:
    response = await post(body("Hello"), key=key)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    answer = orjson.loads(response.content)
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["message"]["content"].startswith("Hello!")
    assert answer["usage"]["total_tokens"] > 0


async def test_an_answer_is_streamed_as_server_sent_events(key: str) -> None:
    response = await post(body("Hello", stream=True), key=key)
    assert response["Content-Type"] == "text/event-stream; charset=utf-8"
    assert response["Cache-Control"] == "no-cache"
    events = (await read(response)).split(b"\n\n")
    assert events[-2:] == [b"data: [DONE]", b""]
    chunks = [orjson.loads(event.removeprefix(b"data: ")) for event in events[:-2]]
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
    assert text.startswith("Hello! I'm Greenroom's built-in demo model")


async def test_two_answers_have_two_ids(key: str) -> None:
    answers = [orjson.loads((await post(body("Hello"), key=key)).content) for _ in range(2)]
    assert answers[0]["id"] != answers[1]["id"]


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer wrong-key", "Basic {key}", "{key}", "Bearer {key}x", "Bearer clé"],
)
async def test_without_the_key_nobody_gets_in(key: str, authorization: str) -> None:
    response = await post(body("Hello"), Authorization=authorization.format(key=key))
    assert response.status_code == 401
    assert error_of(response)["code"] == "invalid_api_key"
    assert "DEMO_LLM_KEY" in error_of(response)["message"]
    assert response["WWW-Authenticate"] == "Bearer"
    assert key not in response.content.decode()


async def test_an_empty_key_lets_nobody_in(settings: LazySettings) -> None:
    settings.DEMO_LLM_KEY = ""
    assert (await post(body("Hello"), Authorization="Bearer ")).status_code == 401


def test_a_session_is_no_key(admin_client: Client) -> None:
    response = admin_client.post(URL, orjson.dumps(body("Hello")), content_type="application/json")
    assert response.status_code == 401


async def test_no_other_site_is_let_in_by_cors(key: str) -> None:
    response = await AsyncClient().options(URL, headers={"Origin": "https://example.com"})
    assert not [name for name in response.headers if name.lower().startswith("access-control")]
    answered = await post(body("Hello"), key=key, Origin="https://example.com")
    assert not [name for name in answered.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    ("content", "param"),
    [
        (b"{no json", None),
        (b"[1]", None),
        (b'{"a":' * 600 + b"1" + b"}" * 600, None),
        ({"messages": [{"role": "user", "content": "Hi"}]}, "model"),
        ({"model": "demo"}, "messages"),
        ({"model": "demo", "messages": []}, "messages"),
        ({"model": "demo", "messages": ["Hi"]}, "messages[0]"),
        ({"model": "demo", "messages": [{"role": "boss", "content": "Hi"}]}, "messages[0].role"),
        ({"model": "demo", "messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        (body("Hi", max_tokens=0), "max_tokens"),
        (body("Hi", tools={}), "tools"),
        (body("Hi", tools=[{"type": "function"}]), "tools[0].function"),
        (body("Hi", tools=[{"type": "function", "function": {}}]), "tools[0].function.name"),
    ],
)
async def test_a_request_that_cannot_be_read_is_refused_with_the_field(
    key: str, content: object, param: str | None
) -> None:
    response = await post(content, key=key)
    assert response.status_code == 400
    error = error_of(response)
    assert (error["type"], error["param"]) == ("invalid_request_error", param)


async def test_an_unknown_model_is_not_found(key: str) -> None:
    response = await post(body("Hello", model="gpt-4o"), key=key)
    assert response.status_code == 404
    assert error_of(response)["code"] == "model_not_found"


async def test_a_body_beyond_the_limit_is_refused(key: str, settings: LazySettings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000
    response = await post(body("Hello" * 1_000), key=key)
    assert response.status_code == 413
    assert error_of(response)["code"] == "request_too_large"


async def test_another_method_is_refused_in_the_same_shape(key: str) -> None:
    response = await AsyncClient().get(URL, headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert error_of(response)["code"] == "method_not_allowed"


async def test_an_unknown_address_is_refused_in_the_same_shape() -> None:
    response = await AsyncClient().post(f"{URL}/chat/completions")
    assert response.status_code == 404
    assert f"POST {URL}/chat/completions" in error_of(response)["message"]


async def test_options_of_a_real_request_are_accepted(key: str) -> None:
    more: dict[str, Any] = {
        "temperature": 0.6,
        "top_p": 1,
        "n": 1,
        "user": "u1",
        "maxTokens": 150,
        "tool_choice": "auto",
        "response_format": {"type": "text"},
        "seed": 1,
        "logit_bias": {},
        "presence_penalty": 0,
    }
    assert (await post(body("Hello", **more), key=key)).status_code == 200


async def test_content_in_parts_is_read(key: str) -> None:
    parts = [{"type": "text", "text": "My name is "}, {"type": "text", "text": "Ann"}, {"type": "image_url"}]
    response = await post({"model": "demo", "messages": [{"role": "user", "content": parts}]}, key=key)
    assert b"Nice to meet you, Ann!" in response.content


async def test_the_models_are_listed(key: str) -> None:
    response = await AsyncClient().get("/demo/v1/models", headers={"Authorization": f"Bearer {key}"})
    listed = orjson.loads(response.content)
    assert [model["id"] for model in listed["data"]] == ["demo", "demo-slow", "demo-tools", "demo-echo"]
    assert {model["object"] for model in listed["data"]} == {"model"}


class Exchange:
    """One POST straight to the ASGI application, whose every message a test can see."""

    def __init__(self, key: str, content: object, *headers: tuple[bytes, bytes]) -> None:
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": URL,
            "query_string": b"",
            "headers": [(b"host", b"testserver"), (b"authorization", f"Bearer {key}".encode()), *headers],
        }
        self._to_application: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._from_application: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self._send({"type": "http.request", "body": orjson.dumps(content), "more_body": False})
        application = get_asgi_application()
        self.task = asyncio.ensure_future(
            application(scope, self._to_application.get, self._from_application.put)
        )

    def leave(self) -> None:
        self._send({"type": "http.disconnect"})

    async def message(self) -> Mapping[str, Any]:
        return await self._from_application.get()

    def _send(self, message: dict[str, Any]) -> None:
        self._to_application.put_nowait(message)


async def test_the_echo_reads_headers_that_django_drops_from_the_scope(key: str) -> None:
    exchange = Exchange(key, body("Hello", model="demo-echo"), (b"conversation_id", b"c1"))
    await exchange.message()
    answer = orjson.loads((await exchange.message())["body"])["choices"][0]["message"]["content"]
    assert "Its header conversation_id is c1." in answer
    assert '"Bearer ***"' in answer
    assert key not in answer
    await exchange.task


async def test_it_stops_when_the_client_leaves_in_the_middle(key: str, settings: LazySettings) -> None:
    settings.DEMO_LLM_TIME_SCALE = 1_000
    exchange = Exchange(key, body("Hello", stream=True))
    assert (await exchange.message())["status"] == 200
    exchange.leave()
    async with asyncio.timeout(5):
        await exchange.task
