"""From one platform to the other: what each format can hold, and that every difference is named beforehand."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.formats import read_document
from personas.formats.conversion import Fate, conversion_notes, converted, written
from playground.engine.platforms.registry import platforms
from tests.personas import examples
from tests.personas.jaicp_scripts import jaicp_documents
from tests.personas.test_formats_tavus import tavus_documents

FORM_FIELDS = {"tts": "tts_engine", "vqa": "vision", "filler": "filler_config", "barge_in": "barge_in_mode"}
"""What the form calls these parts of a document."""


@st.composite
def stored_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Return every document that the form can store: each platform's own, with parts of the other beside it."""
    own = draw(tavus_documents() | jaicp_documents())
    other = draw(tavus_documents() | jaicp_documents())
    for part in draw(
        st.sets(st.sampled_from(["tts", "vqa", "filler", "barge_in", "context", "other_layers"]))
    ):
        own[part] = other[part]
    for part in draw(st.sets(st.sampled_from(["temperature", "history_mode", "event_name", "parameters"]))):
        own["llm"][part] = other["llm"][part]
    return own


def changed_fields(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    parts = {FORM_FIELDS.get(key, key) for key in before if key != "llm" and before[key] != after[key]}
    llm = {
        key
        for key in before["llm"]
        if key not in {"platform", "history_last"} and before["llm"][key] != after["llm"][key]
    }
    return parts | llm


def of(text: str) -> dict[str, Any]:
    return read_document(text).document


@settings(max_examples=40)
@given(stored_documents(), st.sampled_from([known.name for known in platforms()]))
def test_whatever_a_conversion_changes_is_named(document: dict[str, Any], target: str) -> None:
    after = converted(document, target)
    named = {note.field for note in conversion_notes(document, target)}
    if "temperature" in named:
        named.add("parameters")
    if document["llm"]["provider"] == "CAILA_OPEN_AI" and target == "tavus":
        named |= {"model", "address", "headers"}
    unnamed = changed_fields(document, after) - named
    assert not unnamed


@settings(max_examples=40)
@given(tavus_documents())
def test_the_script_of_a_tavus_persona_says_what_the_converted_persona_is(document: dict[str, Any]) -> None:
    read = of(written(document, "jaicp"))
    assert read | {"persona_name": document["persona_name"]} == converted(document, "jaicp")


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Mine #1", "Mine 1"),
        ("C#", "C"),
        ("#", "NoMatch"),
        ("a // b /* c", "a b * c"),
        ("`tick", "tick"),
        ("an '''odd''' \"\"\"one", "an odd one"),
        ('She said "it\'s" null', 'She said "it\'s" null'),
        ("two\nlines ", "two lines"),
        ("\U0001f3ad 123", "\U0001f3ad 123"),
    ],
)
def test_no_name_hides_any_of_the_script(name: str, state: str) -> None:
    tavus = of(examples.WEATHER_ASSISTANT) | {"persona_name": name, "system_prompt": "`a` '''b''' # c"}
    document = converted(tavus, "jaicp")
    assert of(written(document, "jaicp")) == document | {"persona_name": state}


@settings(max_examples=40)
@given(jaicp_documents())
def test_the_json_of_a_jaicp_persona_says_what_the_converted_persona_is(document: dict[str, Any]) -> None:
    assert of(written(document, "tavus")) == converted(document, "tavus")


@settings(max_examples=40)
@given(tavus_documents())
def test_on_its_own_platform_a_document_is_left_as_it_is(document: dict[str, Any]) -> None:
    assert converted(document, "tavus") == document
    assert conversion_notes(document, "tavus") == ()


@settings(max_examples=40)
@given(stored_documents(), st.sampled_from([known.name for known in platforms()]))
def test_a_second_conversion_changes_nothing_more(document: dict[str, Any], target: str) -> None:
    once = converted(document, target)
    assert converted(once, target) == once
    assert not [note for note in conversion_notes(once, target) if note.fate is Fate.LOST]


def test_the_weather_assistant_loses_its_voice_and_its_vision_in_jaicp() -> None:
    document = of(examples.WEATHER_ASSISTANT)
    notes = conversion_notes(document, "jaicp")
    assert [note.message for note in notes if note.fate is Fate.LOST] == [
        "The tts layer (engine, voice and their key): only Tavus' documents have them.",
        "The vqa layer: only Tavus' documents have them.",
    ]
    assert [note.field for note in notes if note.fate is Fate.CHANGED] == [
        "event_name",
        "context",
        "system_prompt",
    ]


def test_the_reply_to_yandex_gpt_loses_its_fillers_at_tavus() -> None:
    notes = conversion_notes(of(examples.YANDEX_GPT), "tavus")
    assert [note.field for note in notes if note.fate is Fate.LOST] == [
        "history_mode",
        "filler_config",
    ]
    assert "url becomes base_url, without /chat/completions: Tavus adds it." in [f.message for f in notes]


def test_caila_becomes_its_open_ai_adapter() -> None:
    after = converted(of(examples.CAILA), "tavus")["llm"]
    assert after["address"] == "https://caila.io/api/adapters/openai"
    assert after["model"] == "just-ai/openai-proxy/gpt-4o"
    assert after["headers"] == [["Authorization", "MY_TOKEN"]]


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://a.example/v1", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1?api-version=1", "https://a.example/v1/chat/completions?api-version=1"),
        ("/demo/v1", "/demo/v1/chat/completions"),
        ("open-ai-compatible-llm-http-endpoint", "open-ai-compatible-llm-http-endpoint"),
        ("", ""),
    ],
)
def test_the_route_goes_and_comes_before_the_query(base_url: str, url: str) -> None:
    document = of(examples.WEATHER_ASSISTANT)
    document["llm"]["address"] = base_url
    there = converted(document, "jaicp")
    assert there["llm"]["address"] == url
    assert converted(there, "tavus")["llm"]["address"] == base_url
