"""Validation of arguments against their function's schema."""

import time

import pytest

from playground.engine.json_types import Json
from playground.engine.tools.arguments import (
    MOST_FAULTS,
    argument_faults,
    checks_arguments,
    schema_fault,
    schema_of,
)

WEATHER: Json = {
    "type": "function",
    "function": {
        "name": "get_current_weather",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {"type": "string"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            },
            "required": ["location"],
        },
    },
}


def faults(arguments: str, tool: Json = WEATHER) -> tuple[str, ...]:
    name = tool["function"]["name"]
    schema = schema_of(name, [tool])
    return () if schema is None else argument_faults(name, arguments, schema)


def with_schema(schema: object) -> Json:
    return {"type": "function", "function": {"name": "look", "parameters": schema}}


def test_arguments_that_fit_have_no_fault() -> None:
    assert faults('{"location": "Dallas", "unit": "celsius"}') == ()


def test_a_missing_argument_is_named() -> None:
    (fault,) = faults('{"unit": "celsius"}')
    assert "get_current_weather" in fault
    assert '"location" is a required property' in fault


def test_the_place_of_a_wrong_value_is_named() -> None:
    (fault,) = faults('{"location": "Dallas", "unit": "kelvin"}')
    assert fault.startswith("The arguments of get_current_weather do not fit its schema: unit: ")


def test_no_arguments_are_an_empty_object() -> None:
    assert len(faults("")) == 1


def test_faults_are_few_and_short() -> None:
    schema = {"required": [f"name{n}" for n in range(9)], "properties": {"x": {"const": 1}}}
    messages = faults('{"x": "' + "y" * 5_000 + '"}', with_schema(schema))
    assert len(messages) == MOST_FAULTS
    assert max(map(len, messages)) < 300


def test_a_long_place_is_cut() -> None:
    schema = {"additionalProperties": {"type": "string"}}
    (fault,) = faults('{"' + "k" * 50_000 + '": 1}', with_schema(schema))
    assert len(fault) < 500


@pytest.mark.parametrize("schema", [None, "text", {"type": "objct"}, {"$ref": "https://example.com/x.json"}])
def test_a_schema_that_cannot_be_used_finds_no_fault(schema: object) -> None:
    assert faults('{"a": 1}', with_schema(schema)) == ()


@pytest.mark.parametrize(
    ("schema", "path", "words"),
    [
        ({"type": "objct"}, ("type",), '"objct" is not valid'),
        (
            {"properties": {"a.b": {"required": "a"}}},
            ("properties", "a.b", "required"),
            'not of type "array"',
        ),
    ],
)
def test_an_invalid_schema_is_reported_with_its_path(schema: Json, path: tuple[str, ...], words: str) -> None:
    fault = schema_fault(schema)
    assert fault is not None
    assert fault.path == path
    assert words in fault.message


@pytest.mark.parametrize(
    "schema",
    [{"$ref": "https://example.com/x.json"}, {"$ref": "file:///etc/passwd"}, {"$ref": "#/$defs/none"},
     {"pattern": "("}, {"$schema": "http://127.0.0.1:9/"}],
)  # fmt: skip
def test_a_schema_that_refers_to_what_is_not_in_it_checks_nothing(schema: Json) -> None:
    assert schema_fault(schema) is None
    assert not checks_arguments(schema)


def test_a_good_schema_has_no_fault_and_checks_arguments() -> None:
    schema = WEATHER["function"]["parameters"]
    assert schema_fault(schema) is None
    assert checks_arguments(schema)


def test_a_function_that_was_not_offered_has_no_schema() -> None:
    assert schema_of("other", [WEATHER]) is None


def test_a_pattern_that_runs_away_is_stopped() -> None:
    schema = {"properties": {"a": {"type": "string", "pattern": "^(?=(a+)+$)b"}}}
    began = time.process_time()
    assert len(faults('{"a": "' + "a" * 60 + '!"}', with_schema(schema))) == 1
    assert time.process_time() - began < 1


def test_arguments_that_are_nested_deeply_do_no_harm() -> None:
    deep = '{"n":' * 500 + "1" + "}" * 500
    schema = {"$defs": {"n": {"properties": {"n": {"$ref": "#/$defs/n"}}}}, "$ref": "#/$defs/n"}
    assert faults(deep, with_schema(schema)) == ()
