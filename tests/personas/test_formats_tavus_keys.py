"""Keys in a persona JSON of Tavus: each becomes a secret with a name, bound to its host, and none stays in the text."""

import json

import pytest

from personas.formats import DraftSecret, read_document, tavus
from tests.personas.tavus_texts import persona


def test_a_key_becomes_a_secret_bound_to_the_host_of_its_address() -> None:
    draft = read_document(persona(base_url="https://LLM.example.com:8443/v1", api_key="sk-live-0123456789"))
    name = "LLM_EXAMPLE_COM_8443_KEY"
    assert draft.secrets == (DraftSecret(name, "sk-live-0123456789", ("llm.example.com:8443",)),)
    assert draft.document["llm"]["token_secret"] == name
    assert "sk-live-0123456789" not in json.dumps(draft.document) + repr(draft)


def test_a_key_beside_a_placeholder_is_usable_nowhere() -> None:
    draft = read_document(persona(base_url="<your-endpoint>", api_key="sk-live-0123456789"))
    assert draft.secrets == (DraftSecret("ANN_LLM_KEY", "sk-live-0123456789", ()),)


def test_a_named_secret_is_taken_by_its_name() -> None:
    draft = read_document(persona(base_url="https://a.example/v1", api_key="{{secret:MY_TOKEN}}"))
    assert draft.secrets == (DraftSecret("MY_TOKEN", None, ("a.example",), is_named=True),)
    assert draft.document["llm"]["token_secret"] == "MY_TOKEN"


@pytest.mark.parametrize(
    "key", ["example-api-key", "<your key>", "your-api-key", "YOUR_API_KEY", "api_key_here", "sk-...", "…"]
)
def test_a_placeholder_key_counts_as_value_missing(key: str) -> None:
    (secret,) = read_document(persona(base_url="https://a.example/v1", api_key=key)).secrets
    assert secret.value is None


def test_a_key_in_a_header_never_stays_in_the_document() -> None:
    headers = {"X-Folder": "b1g", "Authorization": "Api-Key sk-live-0123456789"}
    draft = read_document(persona(base_url="https://a.example/v1", headers=headers))
    assert draft.secrets == (DraftSecret("A_EXAMPLE_KEY", "sk-live-0123456789", ("a.example",)),)
    assert draft.document["llm"]["headers"] == [
        ["X-Folder", "b1g"],
        ["Authorization", "Api-Key A_EXAMPLE_KEY"],
    ]
    assert tavus.to_json(draft.document)["layers"]["llm"]["headers"] == {
        "X-Folder": "b1g",
        "Authorization": "Api-Key {{secret:A_EXAMPLE_KEY}}",
    }


def test_the_same_key_twice_is_one_secret() -> None:
    draft = read_document(
        persona(
            base_url="https://a.example/v1",
            api_key="sk-live-0123456789",
            headers={"X-Api-Key": "sk-live-0123456789"},
        )
    )
    assert draft.secrets == (DraftSecret("A_EXAMPLE_KEY", "sk-live-0123456789", ("a.example",)),)
    assert draft.document["llm"]["headers"] == [["X-Api-Key", "A_EXAMPLE_KEY"]]
    assert draft.notes == ()


def test_two_keys_for_different_places_have_different_names() -> None:
    text = {
        "persona_name": "Ann",
        "layers": {"llm": {"api_key": "sk-live-0123456789"}, "tts": {"api_key": "sk-live-0123456789"}},
    }
    draft = read_document(json.dumps(text))
    assert [secret.name for secret in draft.secrets] == ["ANN_LLM_KEY", "ANN_TTS_KEY"]


def test_a_second_key_is_left_out_and_named() -> None:
    draft = read_document(
        persona(
            base_url="https://a.example/v1",
            api_key="sk-live-0123456789",
            headers={"X-Api-Key": "other-98765"},
        )
    )
    assert draft.document["llm"]["headers"] == []
    assert draft.notes == (
        "The header X-Api-Key held a second key; it was left out: a persona has one secret.",
    )


def test_a_key_anywhere_else_in_the_document_becomes_a_secret_too() -> None:
    text = {
        "persona_name": "Ann",
        "layers": {
            "stt": {"api_key": "stt-live-0123456789", "hotwords": "a"},
            "tts": {"auth_token": "tts-live-9876"},
        },
        "storage": [{"clientSecret": "sto-live-0123456789", "max_tokens": 5, "token": "{{secret:MINE}}"}],
    }
    draft = read_document(json.dumps(text))
    assert "live" not in json.dumps(draft.document) + repr(draft)
    assert draft.document["other_layers"] == {
        "stt": {"api_key": "{{secret:ANN_OTHER_KEY_2}}", "hotwords": "a"}
    }
    assert draft.document["other_keys"] == {
        "storage": [
            {"clientSecret": "{{secret:ANN_OTHER_KEY_3}}", "max_tokens": 5, "token": "{{secret:MINE}}"}
        ]
    }
    assert {secret.value for secret in draft.secrets} == {
        "tts-live-9876",
        "stt-live-0123456789",
        "sto-live-0123456789",
    }


def test_a_key_that_is_script_is_not_quoted_in_a_notice() -> None:
    draft = read_document('{"persona_name": "A", "layers": {"llm": {"api_key": "sk-live-" + rest}}}')
    assert draft.notes == ("Line 1: layers.llm.api_key: its value is script, not data; it was left out.",)
