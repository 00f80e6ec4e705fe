"""What strangers send is a 4xx that names the place, never a 500."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personas import reading
from personas.formats.tolerant import MAX_VALUES
from personas.models import Persona
from tests.api import CONVERSATIONS, PERSONAS, api_client
from tests.schemas import doubling

DEEP = '{"a":' * 2_000 + "1" + "}" * 2_000


@pytest.fixture
def client(admin_user: User) -> Client:
    return api_client(admin_user)


def refused(
    client: Client, text: str | bytes, *, path: str = PERSONAS, method: str = "POST"
) -> dict[str, str]:
    response = client.generic(method, path, text, content_type="application/json")
    assert response.status_code == 400, response.content
    error: dict[str, str] = response.json()
    assert error.keys() <= {"error", "field"}
    return error


@pytest.mark.parametrize("path", [PERSONAS, CONVERSATIONS])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "5",
        '"text"',
        "{",
        '{"system_prompt": "a"} x',
        "system_prompt=a",
        b"\xff\xfe\x00",
        b'{"system_prompt": "\xed\xa0\x80"}',
        DEEP,
        '{"system_prompt": "a", "x": ' + "[" * 5_000 + "]" * 5_000 + "}",
        '{"system_prompt": "a", "persona_id": "p", "x": NaN}',
        '{"system_prompt": "a", "persona_id": "p", "x": -Infinity}',
        '{"system_prompt": "a", "persona_id": "p", "x": 1e999}',
        '{"system_prompt": "a", "persona_id": "p", "x": ' + "9" * 5_000 + "}",
        '{"system_prompt": "a\\u0000", "persona_id": "p"}',
        '{"system_prompt": "a\x00", "persona_id": "p"}',
        '{"system_prompt": "a", "persona_id": "p", "\\ud800": 1}',
        '{"system_prompt": "a", "persona_id": "\\ud800"}',
    ],
)
def test_what_cannot_be_stored_is_refused(client: Client, path: str, text: str | bytes) -> None:
    assert refused(client, text, path=path)["error"]
    assert not Persona.objects.exists()


@pytest.mark.parametrize("path", [PERSONAS, CONVERSATIONS, f"{PERSONAS}/p000000000000"])
def test_a_body_over_one_mebibyte_is_refused_before_it_is_parsed(client: Client, path: str) -> None:
    method = "PATCH" if path.endswith("0") else "POST"
    response = client.generic(method, path, b"[" * (1024 * 1024 + 1), content_type="application/json")
    assert response.status_code == 413
    assert "1,048,576 bytes" in response.json()["message"]


def test_a_body_of_almost_one_mebibyte_is_read(client: Client) -> None:
    prompt = "a" * 200_000
    document = {
        "system_prompt": prompt,
        "context": prompt,
        "kept": prompt,
        "kept_too": prompt,
        "more": prompt,
    }
    response = client.post(PERSONAS, json.dumps(document), content_type="application/json")
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"system_prompt": 5}, "system_prompt"),
        ({"system_prompt": "a" * 200_001}, "system_prompt"),
        ({"persona_name": ["a"]}, "persona_name"),
        ({"persona_name": "a" * 201}, "persona_name"),
        ({"pal_name": 5}, "pal_name"),
        ({"context": {}}, "context"),
        ({"default_replica_id": True}, "default_replica_id"),
        ({"layers": "llm"}, "layers"),
        ({"layers": {"llm": []}}, "layers.llm"),
        ({"layers": {"llm": {"model": 4}}}, "layers.llm.model"),
        ({"layers": {"llm": {"api_key": ["k"]}}}, "layers.llm.api_key"),
        ({"layers": {"llm": {"base_url": "ftp://a.example"}}}, "layers.llm.base_url"),
        ({"layers": {"llm": {"base_url": "https://u:p@a.example"}}}, "layers.llm.base_url"),
        ({"layers": {"llm": {"extra_body": []}}}, "layers.llm.extra_body"),
        ({"layers": {"llm": {"headers": {"A b": "c"}}}}, "layers.llm.headers.A b"),
        ({"layers": {"llm": {"headers": {"A": 5}}}}, "layers.llm.headers.A"),
        ({"layers": {"llm": {"tools": {}}}}, "layers.llm.tools"),
        ({"layers": {"llm": {"tools": [5]}}}, "layers.llm.tools[0]"),
        (
            {"layers": {"llm": {"tools": [{"type": "function", "function": {"name": "get weather"}}]}}},
            "layers.llm.tools[0].function.name",
        ),
        ({"layers": {"tts": {"tts_engine": 5}}}, "layers.tts.tts_engine"),
        ({"layers": {"tts": {"voice_settings": []}}}, "layers.tts.voice_settings"),
        ({"layers": {"vqa": {"enabled": "perhaps"}}}, "layers.vqa.enabled"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(client: Client, document: dict[str, Any], field: str) -> None:
    error = refused(client, json.dumps({"system_prompt": ""} | document))
    assert error["field"] == field
    assert error["error"].startswith(field)


def test_a_break_in_the_json_is_named_by_line_and_column(client: Client) -> None:
    assert refused(client, '{\n  "system_prompt": "a"\n  "context": "b"}')["error"].startswith(
        "Line 3, column 3:"
    )


@pytest.mark.parametrize("value", ["nul", "$request.query", '"a" + b', "{…}", "f(1)"])
def test_script_is_not_taken_for_data(client: Client, value: str) -> None:
    refused(client, '{"system_prompt": "a", "context": ' + value + "}")
    assert not Persona.objects.exists()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"page": "0"}, "page"),
        ({"page": "9" * 4_000}, "page"),
        ({"persona_type": "everyone"}, "persona_type"),
        ({"persona_type": "\x00"}, "persona_type"),
    ],
)
def test_a_wrong_query_is_named(client: Client, query: dict[str, str], field: str) -> None:
    response = client.get(PERSONAS, query)
    assert response.status_code == 400
    assert response.json()["field"] == field


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_keys = ["persona_name", "system_prompt", "context", "layers", "llm", "tts", "vqa", "tools", "headers", "x"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(_keys), _values | st.dictionaries(st.sampled_from(_keys), _values), max_size=5
    )
)
def test_whatever_the_persona_no_500(client: Client, document: dict[str, Any]) -> None:
    body = json.dumps({"system_prompt": ""} | document)
    response = client.post(PERSONAS, body, content_type="application/json")
    assert response.status_code in {200, 400}, response.content
    if response.status_code == 200:
        assert client.get(f"{PERSONAS}/{response.json()['persona_id']}").status_code == 200


def with_tools(parameters: object) -> str:
    tools = [{"type": "function", "function": {"name": "look", "parameters": parameters}}]
    return json.dumps({"system_prompt": "a", "layers": {"llm": {"tools": tools}}})


@pytest.mark.parametrize(
    ("depth", "is_taken"), [(20, True), (28, False)], ids=["as the form takes them", "deeper"]
)
def test_tools_nest_only_as_deep_as_the_form_takes(client: Client, depth: int, is_taken: bool) -> None:
    schema: dict[str, Any] = {}
    for _ in range(depth):
        schema = {"not": schema}
    if is_taken:
        response = client.post(PERSONAS, with_tools(schema), content_type="application/json")
        assert response.status_code == 200, response.content
        return
    assert "nest" in refused(client, with_tools(schema))["error"]


def test_tools_are_only_as_large_as_the_form_takes(client: Client) -> None:
    refusal = refused(client, with_tools({"description": "a" * 70_000}))
    assert "too large: at most 65,536 bytes" in refusal["error"]


def test_a_schema_that_is_costly_is_saved_with_a_notice(client: Client) -> None:
    response = client.post(PERSONAS, with_tools(doubling(20)), content_type="application/json")
    assert response.status_code == 200
    notes = response.json()["greenroom"]["notices"]
    assert any("more than 10,000 parts" in note for note in notes), notes


def test_a_body_that_takes_too_long_to_read_is_a_400(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READ_MS", 1)
    refusal = refused(client, '{"system_prompt": "", "k": [' + ",".join(["1"] * 15_000) + "]}")
    assert refusal["error"].startswith("Reading this took more than 5 seconds, and was given up.")
    assert not Persona.objects.exists()


def test_a_persona_has_a_most_of_values(client: Client) -> None:
    values = ",".join(["1"] * MAX_VALUES)
    refusal = refused(client, '{"system_prompt": "", "k": [' + values + "]}")
    assert "at most 20,000 values" in refusal["error"]
