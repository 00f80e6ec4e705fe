"""What in a received request is unlike each platform."""

import json
from typing import Any

import pytest

from playground.engine.examined_request import ExaminedRequest
from playground.engine.persona import PersonaSettings
from playground.engine.platforms.departures import MOST_DEPARTURES, first_departures
from playground.engine.platforms.jaicp import Jaicp
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platform_named, platforms
from playground.engine.platforms.tavus import Tavus
from playground.engine.request import Surroundings
from tests.engine.personas import WEATHER_ASSISTANT, YANDEX_REPLY

HEADERS = (
    ("Host", "example.com"),
    ("Authorization", "Bearer KEY"),
    ("Content-Type", "application/json"),
    ("conversation_id", "c123"),
)
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
BODY: dict[str, Any] = {"model": "m", "messages": MESSAGES, "stream": True}


def received(
    headers: tuple[tuple[str, str], ...] = HEADERS,
    *,
    method: str = "POST",
    target: str = "/v1/chat/completions",
    **body: Any,
) -> ExaminedRequest:
    document = {key: value for key, value in (BODY | body).items() if value is not None}
    return ExaminedRequest(method, target, headers, json.dumps(document), document)


def sentences(platform: Platform, request: ExaminedRequest) -> list[str]:
    return [departure.sentence for departure in platform.departures(request)]


def only_by_setting(platform: Platform, request: ExaminedRequest) -> list[str]:
    return [departure.name for departure in platform.departures(request) if departure.is_by_setting]


@pytest.mark.parametrize("persona", [WEATHER_ASSISTANT, YANDEX_REPLY], ids=["tavus", "jaicp"])
def test_what_a_platform_itself_would_send_has_only_what_was_set(persona: PersonaSettings) -> None:
    llm = persona.llm
    platform = platform_named(llm.platform)
    sent = platform.request(
        llm, url=platform.url(llm), messages=MESSAGES, conversation_id="c1", surroundings=Surroundings("test")
    )
    request = ExaminedRequest(sent.method, "/v1/chat/completions", sent.headers, "{}", sent.body)
    assert only_by_setting(platform, request) == list(llm.parameters)
    assert len(sentences(platform, request)) == len(llm.parameters)


def test_tavus_sends_no_stream_options_and_has_two_headers_of_its_own() -> None:
    headers = (("Content-Type", "application/json"),)
    request = received(headers, stream_options={"include_usage": True})
    assert sentences(Tavus(), request) == [
        "There is no conversation_id header, in which Tavus gives the conversation's id.",
        "There is no Authorization header, in which Tavus sends api_key.",
        "stream_options is not sent by Tavus.",
    ]


def test_another_spelling_of_tavus_header_is_named() -> None:
    request = received((*HEADERS[:3], ("Conversation-Id", "c1")))
    assert sentences(Tavus(), request)[0] == "Conversation-Id is written conversation_id on Tavus' page."


def test_the_key_is_a_bearer_on_tavus() -> None:
    request = received((("Authorization", "Api-Key KEY"), *HEADERS[2:]))
    assert sentences(Tavus(), request) == [
        "Authorization does not begin with Bearer, as Tavus sends api_key."
    ]
    assert sentences(Jaicp(), received((("Authorization", "Api-Key KEY"), HEADERS[2]))) == []


def test_what_only_a_setting_adds_is_told_apart() -> None:
    request = received((*HEADERS, ("X-Trace", "1"), ("CF-Ray", "2"), ("Cookie", "a=b")), top_p=1)
    assert only_by_setting(Tavus(), request) == ["x-trace", "top_p"]
    assert only_by_setting(Jaicp(), request) == ["conversation_id", "x-trace", "top_p"]
    assert "cookie is not sent by Tavus." in sentences(Tavus(), request)


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        (1, []),
        (1.4, ["temperature is above 1: JAICP recommends 0.0 to 1.0."]),
        (-0.1, ["temperature is below 0: JAICP recommends 0.0 to 1.0."]),
        ("hot", ["temperature is no number."]),
    ],
)
def test_jaicp_recommends_a_temperature(temperature: Any, expected: list[str]) -> None:
    assert sentences(Jaicp(), received(HEADERS[:3], temperature=temperature)) == expected


def test_a_request_for_the_models_is_said_in_one_sentence() -> None:
    request = ExaminedRequest("GET", "/v1/models", HEADERS, "")
    assert sentences(Tavus(), request) == ["GET: Tavus sends POST requests only."]


def test_tavus_alone_calls_the_route() -> None:
    request = received(HEADERS[:3], target="/v1/responses?a=/chat/completions")
    assert sentences(Tavus(), request)[0] == "The path does not end in /chat/completions, where Tavus calls."
    assert sentences(Jaicp(), request) == []


def test_messages_of_one_kind_are_named_together() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "1", "tool_call_id": "1"},
        {"role": "tool", "content": "2", "tool_call_id": "1"},
        "no message",
    ]
    assert sentences(Tavus(), received(messages=messages)) == [
        "messages[0] has a content that is no text: Tavus sends texts.",
        "messages[1] has tool_calls beside role and content.",
        "messages[2] (and 1 more) has a role that Tavus does not send (tool).",
        "messages[2] (and 1 more) has tool_call_id beside role and content.",
        "messages[4] is no object.",
        "messages does not begin with the system message, as Tavus sends the persona's prompt.",
    ]


def test_tavus_functions_are_in_snake_case() -> None:
    tools = [{"function": {"name": "get_weather"}}, {"function": {"name": "getWeather"}}, "none"]
    assert sentences(Tavus(), received(tools=tools)) == [
        "tools[1].function.name is not in snake_case, as Tavus asks.",
        "tools[2] names no function.",
    ]


@pytest.mark.parametrize("platform", platforms(), ids=lambda platform: platform.name)
def test_a_key_in_another_letter_case_is_told(platform: Platform) -> None:
    judged = list(platform.departures(received(model=None, messages=None, MODEL="m", Messages=MESSAGES)))
    told = [each.sentence for each in judged if each.name in ("MODEL", "Messages") and not each.is_by_setting]
    assert [sentence.partition(",")[0] for sentence in told] == [
        "MODEL is another key than model",
        "Messages is another key than messages",
    ]


@pytest.mark.parametrize("body", [None, [], "text", {}, {"messages": {}, "model": 1, "stream": "true"}])
def test_any_body_is_judged(body: Any) -> None:
    request = ExaminedRequest("POST", "/chat/completions", HEADERS, json.dumps(body), body)
    for platform in platforms():
        assert sentences(platform, request)


@pytest.mark.parametrize("role", [None, 1, [], {}])
def test_any_role_is_judged(role: Any) -> None:
    assert len(sentences(Jaicp(), received(HEADERS[:3], messages=[{"role": role, "content": "a"}]))) == 1


@pytest.mark.parametrize("platform", platforms(), ids=lambda platform: platform.name)
def test_nothing_is_said_of_a_body_that_is_not_there_as_a_whole(platform: Platform) -> None:
    half = ExaminedRequest("POST", "/v1/chat/completions", HEADERS, '{"a', None, has_whole_body=False)
    assert "body" not in {departure.part for departure in platform.departures(half)}


def test_they_are_bounded() -> None:
    keys: dict[str, Any] = {f"key{number}": number for number in range(MOST_DEPARTURES + 1)}
    request = received(HEADERS, **keys)
    first, is_whole = first_departures(Tavus().departures(request))
    assert (len(first), is_whole) == (MOST_DEPARTURES, False)
