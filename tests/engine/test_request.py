"""The request as each platform sends it, byte for byte."""

import json
from dataclasses import replace

import pytest

from playground.engine.json_types import Json
from playground.engine.next_request import build_request
from playground.engine.persona import LLMSettings, Provider
from playground.engine.platforms.registry import platform_named, platforms
from playground.engine.platforms.request_parts import IGNORED_PARAMETERS
from playground.engine.request import LLMRequest, Surroundings
from tests.engine.personas import WEATHER_ASSISTANT, WEATHER_TOOL, YANDEX_REPLY

MESSAGES: list[Json] = [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "content": "Is it raining in Zürich?"},
]


def build(llm: LLMSettings, platform: str | None = None) -> LLMRequest:
    return build_request(
        llm,
        platform=platform_named(platform or llm.platform),
        messages=MESSAGES,
        conversation_id="c0123456789ab",
        surroundings=Surroundings(user_agent="Greenroom"),
    )


def test_the_seeds_weather_persona_as_tavus_sends_it() -> None:
    request = build(WEATHER_ASSISTANT.llm)
    assert request.method == "POST"
    assert request.url == "https://llm.example.com/v1/chat/completions"
    assert request.headers == (
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Content-Type", "application/json"),
        ("User-Agent", "Greenroom"),
        ("Authorization", "Bearer WEATHER_KEY"),
        ("conversation_id", "c0123456789ab"),
    )
    assert (
        request.body_bytes()
        == (
            '{"model":"custom_model_here","messages":[{"role":"system","content":"You are a helpful assistant."},'
            '{"role":"user","content":"Is it raining in Zürich?"}],"stream":true,"tools":[{"type":"function",'
            '"function":'
            '{"name":"get_current_weather","description":"Get the current weather in a given location","parameters":'
            '{"type":"object","properties":{"location":{"type":"string","description":"The city and state, e.g. San '
            'Francisco, CA"},"unit":{"type":"string","enum":["celsius","fahrenheit"]}},"required":["location"]}}}]}'
        ).encode()
    )


def test_the_seeds_second_reply_as_jaicp_sends_it() -> None:
    request = build(YANDEX_REPLY.llm)
    assert request.method == "POST"
    assert request.url == "https://llm.api.cloud.yandex.net/v1/chat/completions"
    assert request.headers == (
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Content-Type", "application/json"),
        ("User-Agent", "Greenroom"),
        ("Authorization", "Api-Key MY_TOKEN"),
    )
    assert (
        request.body_bytes()
        == (
            '{"model":"gpt://folder12345/yandexgpt","messages":[{"role":"system",'
            '"content":"You are a helpful assistant."},'
            '{"role":"user","content":"Is it raining in Zürich?"}],"stream":true,"maxTokens":150,"temperature":0.6}'
        ).encode()
    )


@pytest.mark.parametrize(
    ("base_url", "called"),
    [
        ("https://llm.example.com/v1", "https://llm.example.com/v1/chat/completions"),
        ("https://llm.example.com/v1/", "https://llm.example.com/v1/chat/completions"),
        ("https://llm.example.com/v1?a=b%2Fc", "https://llm.example.com/v1/chat/completions?a=b%2Fc"),
        ("/demo/v1", "/demo/v1/chat/completions"),
    ],
)
def test_tavus_adds_the_route_to_the_base_url(base_url: str, called: str) -> None:
    assert build(replace(WEATHER_ASSISTANT.llm, address=base_url)).url == called


def test_jaicp_calls_the_url_as_it_stands() -> None:
    url = "https://llm.example.com/a%2Fb/../chat?x=%20y"
    assert build(replace(YANDEX_REPLY.llm, address=url)).url == url


def test_without_tools_there_is_no_tools_key() -> None:
    assert "tools" not in build(replace(WEATHER_ASSISTANT.llm, tools=())).body


def test_no_stream_options_unless_the_persona_asks_for_them() -> None:
    assert "stream_options" not in build(WEATHER_ASSISTANT.llm).body
    asking = replace(WEATHER_ASSISTANT.llm, stream_options={"include_usage": True})
    assert build(asking).body["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("platform", [each.name for each in platforms()])
def test_none_of_the_thirteen_ignored_parameters_changes_the_request(platform: str) -> None:
    plain = replace(YANDEX_REPLY.llm, platform=platform)
    loaded = replace(plain, parameters=plain.parameters | dict.fromkeys(IGNORED_PARAMETERS, "mine"))
    assert len(IGNORED_PARAMETERS) == 13
    assert build(loaded) == build(plain)


def test_the_top_level_temperature_wins() -> None:
    llm = replace(YANDEX_REPLY.llm, parameters={"temperature": 1.9, "top_logprobs": 2})
    assert build(llm).body["temperature"] == 0.6
    assert build(llm).body["top_logprobs"] == 2
    assert build(replace(llm, temperature=None)).body["temperature"] == 1.9


def test_an_own_authorization_header_keeps_its_place() -> None:
    llm = replace(WEATHER_ASSISTANT.llm, headers=(("authorization", "Token WEATHER_KEY"),))
    values = [value for name, value in build(llm).headers if name.lower() == "authorization"]
    assert values == ["Token WEATHER_KEY"]


def test_a_header_that_names_the_secret_makes_the_bearer_superfluous() -> None:
    llm = replace(YANDEX_REPLY.llm, headers=(("api-key", "MY_TOKEN"),))
    assert ("api-key", "MY_TOKEN") in build(llm).headers
    assert not [name for name, _ in build(llm).headers if name == "Authorization"]


def test_the_conversation_id_of_the_request_is_always_ours() -> None:
    llm = replace(WEATHER_ASSISTANT.llm, headers=(("Conversation_Id", "forged"),))
    values = [value for name, value in build(llm).headers if name.lower() == "conversation_id"]
    assert values == ["c0123456789ab"]


def test_caila_is_called_at_its_adapter_with_the_bare_key() -> None:
    llm = replace(
        YANDEX_REPLY.llm, provider=Provider.CAILA_OPEN_AI, model="gpt-4o", tools=(WEATHER_TOOL,), address=""
    )
    request = build(llm)
    assert request.url == "https://caila.io/api/adapters/openai/chat/completions"
    assert ("Authorization", "MY_TOKEN") in request.headers
    assert request.body["model"] == "just-ai/openai-proxy/gpt-4o"
    assert "tools" not in request.body


def test_each_platforms_persona_can_be_shown_as_the_other_would_send_it() -> None:
    as_jaicp = build(WEATHER_ASSISTANT.llm, "jaicp")
    assert as_jaicp.url == "https://llm.example.com/v1/chat/completions"
    assert "conversation_id" not in dict(as_jaicp.headers)
    as_tavus = build(YANDEX_REPLY.llm, "tavus")
    assert as_tavus.url == YANDEX_REPLY.llm.address
    assert dict(as_tavus.headers)["conversation_id"] == "c0123456789ab"


ALL_CHARACTERS = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": ALL_CHARACTERS}],
        [{"role": "user", "content": [{"type": "image_url", "zoom": 1e-05, "seed": 10**30}]}],
        [{"role": "assistant", "content": None, "weight": 1e-05}, {"role": "user", "content": "Hi"}],
        [
            *MESSAGES,
            {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "confidence": 1e-05}]},
            {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
            *MESSAGES,
        ],
        [{"role": "user", 1: "a name that is no text"}],
        [],
    ],
    ids=["characters", "parts", "a float", "calls between texts", "a number as name", "none"],
)
def test_messages_are_written_as_the_openai_client_writes_them(messages: list[Json]) -> None:
    body: Json = {"model": "m", "messages": messages, "stream": True, "temperature": 1e-07}
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    assert LLMRequest("POST", "https://llm.example.com", (), body).body_bytes() == written


def test_half_a_character_is_refused() -> None:
    body: Json = {"messages": [{"role": "user", "content": "\ud83d"}]}
    with pytest.raises(UnicodeEncodeError):
        LLMRequest("POST", "https://llm.example.com", (), body).body_bytes()


def test_a_value_that_json_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        build(replace(YANDEX_REPLY.llm, parameters={"stop": float("nan")})).body_bytes()
