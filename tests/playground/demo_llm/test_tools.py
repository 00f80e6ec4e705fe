"""The demo-tools model: which function it calls, with which arguments, and what it makes of the result."""

from typing import Any

import orjson
import pytest

from playground.demo_llm.answer import Answer
from playground.demo_llm.catalogue import model_named
from playground.demo_llm.chat import read_request
from playground.demo_llm.echo import ReceivedRequest
from playground.demo_llm.tools import calls_for
from tests.engine.personas import WEATHER_TOOL
from tests.playground.demo_llm_requests import MAYA, chat

BOOKING_TOOL = {
    "type": "function",
    "function": {
        "name": "bookTable",
        "description": "Reserve a table in the restaurant",
        "parameters": {
            "type": "object",
            "properties": {
                "guests": {"type": "integer", "minimum": 1, "maximum": 12},
                "customer_name": {"type": "string"},
                "email": {"type": "string"},
                "date": {"type": "string"},
                "outside": {"type": "boolean"},
                "wishes": {"type": "array", "items": {"type": "string"}},
                "note": {"type": "string"},
            },
            "required": ["guests", "customer_name", "email", "date", "outside", "wishes"],
        },
    },
}


def calls(*texts: str, tools: list[dict[str, Any]] | None = None, **more: Any) -> list[tuple[str, Any]]:
    """Return the calls that answer these utterances: (name, arguments as JSON)."""
    tools = [WEATHER_TOOL, BOOKING_TOOL] if tools is None else tools
    fitting_calls = calls_for(chat(*texts, tools=tools, **more))
    return [(call.name, orjson.loads(call.arguments)) for call in fitting_calls]


def answered(request: dict[str, Any]) -> Answer:
    received = ReceivedRequest("POST", "/demo/v1/chat/completions", (), orjson.dumps(request))
    return model_named("demo-tools").answer(read_request(received.body), received)


@pytest.mark.parametrize(
    ("utterance", "arguments"),
    [
        ("What's the weather in Paris?", {"location": "Paris"}),
        ("what is the weather in paris today?", {"location": "Paris"}),
        (
            "Weather for San Francisco, CA in celsius please",
            {"location": "San Francisco, CA", "unit": "celsius"},
        ),
        ("Do I need an umbrella in Berlin?", {"location": "Berlin"}),
        ("Какая погода в Москве?", {"location": "Москве"}),
    ],
)
def test_the_function_that_fits_is_called_with_the_place_that_was_named(
    utterance: str, arguments: dict[str, str]
) -> None:
    assert calls(utterance) == [("get_current_weather", arguments)]


def test_the_place_may_come_as_the_answer_to_a_question() -> None:
    assert calls("What's the weather?", "For which place should I look?", "Paris") == [
        ("get_current_weather", {"location": "Paris"})
    ]


def test_two_places_are_two_calls_unless_parallel_calls_are_off() -> None:
    question = "What's the weather in Paris and Berlin?"
    assert [arguments["location"] for _, arguments in calls(question)] == ["Paris", "Berlin"]
    assert [arguments["location"] for _, arguments in calls(question, parallel_tool_calls=False)] == ["Paris"]


def test_a_place_that_nobody_named_is_the_users_home_if_that_is_known() -> None:
    assert calls("How is the weather?", system=MAYA) == [
        ("get_current_weather", {"location": "Dallas, Texas"})
    ]


def test_without_any_place_it_asks() -> None:
    request = chat("How is the weather?", tools=[WEATHER_TOOL])
    assert calls_for(request) == ()
    answer = answered(
        {
            "model": "demo-tools",
            "messages": [{"role": "user", "content": "How is the weather?"}],
            "tools": [WEATHER_TOOL],
        }
    )
    assert answer.text == "For which place should I look?"
    assert answer.finish_reason == "stop"


def test_every_required_argument_is_filled_in_its_type_and_the_others_are_left_out() -> None:
    (call,) = calls("My name is Maya, book a table for 30 tomorrow, maya@example.com")
    assert call == (
        "bookTable",
        {
            "guests": 12,
            "customer_name": "Maya",
            "email": "maya@example.com",
            "date": "tomorrow",
            "outside": True,
            "wishes": ["My name is Maya, book a table for 30 tomorrow, maya@example.com"],
        },
    )


def test_nothing_that_fits_is_no_call() -> None:
    assert calls("Tell me a joke") == []


def test_tool_choice_none_forbids_and_required_demands_a_call() -> None:
    assert calls("What's the weather in Paris?", tool_choice="none") == []
    assert len(calls("Tell me a joke", tool_choice="required")) == 1


def test_tool_choice_may_name_the_function() -> None:
    choice = {"type": "function", "function": {"name": "bookTable"}}
    assert [name for name, _ in calls("What's the weather in Paris?", tool_choice=choice)] == ["bookTable"]


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "properties": ["no"], "required": "all"},
        {
            "properties": {"a": None, "b": {"type": ["string", "null"]}, "c": {"enum": "x"}},
            "required": ["a", "b", "c"],
        },
        {"properties": {"n": {"type": "number", "minimum": "low"}}, "required": ["n"]},
        {
            "properties": {
                "o": {"anyOf": [{"type": "object", "properties": {"x": {"const": 3}}, "required": ["x"]}]}
            },
            "required": ["o"],
        },
    ],
)
def test_a_schema_of_any_shape_gives_arguments_that_are_a_json_object(schema: dict[str, Any]) -> None:
    tool = {"type": "function", "function": {"name": "thing", "parameters": schema}}
    ((_, arguments),) = calls("Do the thing", tools=[tool])
    assert isinstance(arguments, dict)
    assert set(schema["required"] if isinstance(schema.get("required"), list) else []) <= set(arguments)


def test_the_result_of_a_tool_is_used_in_the_answer() -> None:
    answer = answered(
        {
            "model": "demo-tools",
            "tools": [WEATHER_TOOL],
            "messages": [
                {"role": "user", "content": "What's the weather in Paris?"},
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": "call_1",
                            "type": "function",
                            "function": {"name": "get_current_weather", "arguments": '{"location": "Paris"}'},
                        }
                    ],
                },
                {"role": "tool", "tool_call_id": "call_1", "content": '{"temperature": 21, "sky": "clear"}'},
            ],
        }
    )
    assert answer.text == "Here is what I found: temperature 21, sky clear. Is there anything else?"
    assert answer.calls == ()


def test_a_result_that_is_an_error_is_said_to_be_one() -> None:
    answer = answered(
        {
            "model": "demo-tools",
            "messages": [
                {"role": "user", "content": "Book a table"},
                {"role": "tool", "tool_call_id": "call_1", "content": "error: no table is free"},
            ],
        }
    )
    assert answer.text.startswith("That didn't work, I'm afraid: error: no table is free.")


def test_without_tools_it_answers_in_words() -> None:
    answer = answered({"model": "demo-tools", "messages": [{"role": "user", "content": "Hello"}]})
    assert answer.text.startswith("Hello!")
    assert answer.finish_reason == "stop"
