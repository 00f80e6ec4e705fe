"""default_query, default_headers, headers and extra_body of Tavus' layers.llm: sent, or named."""

import json
from typing import Any

import pytest

from personas.formats import Draft, DraftSecret, FormatError, read_document, tavus

BASE_URL = "https://llm.example.com/openai/deployments/gpt"


def draft_of(**llm: Any) -> Draft:
    settings = {"model": "m", "base_url": BASE_URL} | llm
    return read_document(
        json.dumps({"persona_name": "Ann", "system_prompt": "Be Ann.", "layers": {"llm": settings}})
    )


def test_default_query_goes_into_the_address_and_comes_out_again() -> None:
    draft = draft_of(default_query={"api-version": "2024-10-21", "tag": "a b"})
    assert draft.document["llm"]["address"] == f"{BASE_URL}?api-version=2024-10-21&tag=a%20b"
    assert (
        "layers.llm.default_query was added to the address: ?api-version=2024-10-21&tag=a%20b" in draft.notes
    )
    written = tavus.to_json(draft.document)["layers"]["llm"]
    assert (written["base_url"], written["default_query"]) == (
        BASE_URL,
        {"api-version": "2024-10-21", "tag": "a b"},
    )
    assert draft_of(**written).document == draft.document


def test_a_query_that_stands_in_the_address_already_stays_before_it() -> None:
    draft = draft_of(base_url=f"{BASE_URL}?a=1", default_query={"b": 2})
    assert draft.document["llm"]["address"] == f"{BASE_URL}?a=1&b=2"


@pytest.mark.parametrize("query", ["a=1&a=2", "a", "a=%2f", "a=1+2"])
def test_a_query_that_no_object_can_hold_stays_in_the_base_url(query: str) -> None:
    draft = draft_of(base_url=f"{BASE_URL}?{query}")
    written = tavus.to_json(draft.document)["layers"]["llm"]
    assert written["base_url"] == f"{BASE_URL}?{query}"
    assert "default_query" not in written


def test_default_query_without_an_address_is_kept_and_named() -> None:
    draft = draft_of(base_url="", default_query={"api-version": "1"})
    assert draft.document["other_layers"] == {"llm": {"default_query": {"api-version": "1"}}}
    assert any("default_query is kept and not sent" in note for note in draft.notes)


def test_a_key_in_default_query_is_left_out_named_and_stored_nowhere() -> None:
    draft = draft_of(default_query={"api-key": "sk-live-0123456789", "v": "1"})
    assert draft.document["llm"]["address"] == f"{BASE_URL}?v=1"
    assert "sk-live" not in json.dumps(draft.document) + repr(draft.notes) + repr(draft.secrets)
    assert any("default_query.api-key holds a key; it was left out" in note for note in draft.notes)


@pytest.mark.parametrize("query", ["v=1", [1], {"v": {}}, {"v": True}])
def test_a_default_query_that_is_none_is_refused_with_its_place(query: Any) -> None:
    with pytest.raises(FormatError, match=r"Line 1, column \d+: .*default_query"):
        draft_of(default_query=query)


def test_default_headers_are_sent_as_headers_are() -> None:
    draft = draft_of(
        headers={"X-Folder": "f1"}, default_headers={"x-folder": "f2", "api-key": "sk-live-0123456789"}
    )
    assert draft.document["llm"]["headers"] == [["X-Folder", "f1"], ["api-key", "LLM_EXAMPLE_COM_KEY"]]
    assert draft.secrets == (DraftSecret("LLM_EXAMPLE_COM_KEY", "sk-live-0123456789", ("llm.example.com",)),)
    assert any("default_headers was read as headers" in note for note in draft.notes)


def test_default_headers_that_cannot_be_sent_are_refused() -> None:
    with pytest.raises(FormatError, match="Host"):
        draft_of(default_headers={"Host": "a.example"})


@pytest.mark.parametrize("key", ["default_query", "default_headers", "headers", "extra_body"])
@pytest.mark.parametrize("layers", [{}, {"layers": {"llm": {"base_url": BASE_URL}}}])
def test_what_belongs_under_the_llm_is_kept_at_the_top_and_named(key: str, layers: Any) -> None:
    draft = read_document(json.dumps({"persona_name": "Ann", key: {"a": "b"}, **layers}))
    assert draft.document["other_keys"] == {key: {"a": "b"}}
    assert f"{key} belongs under layers.llm; it is kept and not sent." in draft.notes


def test_headers_and_extra_body_need_no_notice() -> None:
    draft = draft_of(headers={"X-Folder": "f1"}, extra_body={"top_p": 0.5})
    assert (draft.document["llm"]["headers"], draft.document["llm"]["parameters"]) == (
        [["X-Folder", "f1"]],
        {"top_p": 0.5},
    )
    assert draft.notes == ()
