"""Tavus' persona JSON: the page's examples to the letter, old spellings, what is kept or refused, the way out."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.formats import DraftSecret, FormatError, read_document, tavus
from personas.formats.vision import vision_is_on
from tests.engine.personas import WEATHER_TOOL
from tests.personas import examples
from tests.personas.tavus_texts import persona

NO_LLM: dict[str, Any] = {
    "platform": "tavus",
    "provider": "CUSTOM_LLM",
    "address": "",
    "model": "",
    "token_secret": "",
    "headers": [],
    "temperature": None,
    "parameters": {},
    "tools": [],
    "event_name": "",
    "history_mode": "prompt_and_session",
    "history_last": None,
    "stream_options": None,
}


def test_reads_the_storyteller_as_it_stands_on_the_page() -> None:
    draft = read_document(examples.STORYTELLER)
    assert draft.platform == "tavus"
    assert draft.document == {
        "persona_name": "Mert the Storyteller",
        "system_prompt": (
            "You are a storyteller. You like telling stories to people of all ages. Reply in brief utterances, and "
            "ask prompting questions to the user as you tell your stories to keep them engaged."
        ),
        "context": (
            "Here are some of your favorite stories: Little Red Riding Hood, The Ugly Duckling and The Three Little "
            "Pigs"
        ),
        "default_replica_id": "",
        "llm": NO_LLM
        | {
            "address": "open-ai-compatible-llm-http-endpoint",
            "model": "custom_model_here",
            "token_secret": "MERT_THE_STORYTELLER_LLM_KEY",
        },
        "barge_in": {},
        "filler": None,
        "tts": {
            "tts_engine": "playht",
            "playht_user_id": "your-playht-user-id",
            "external_voice_id": "professional-voice-clone-id",
            "voice_settings": {},
            "token_secret": "MERT_THE_STORYTELLER_TTS_KEY",
        },
        "vqa": {"enabled": False},
        "other_layers": {},
        "other_keys": {},
    }
    assert draft.secrets == (
        DraftSecret("MERT_THE_STORYTELLER_LLM_KEY", None, ()),
        DraftSecret("MERT_THE_STORYTELLER_TTS_KEY", None, ()),
    )
    assert draft.notes == ("layers.llm.tools[0]: <your-tools-here> is a placeholder; it was left out.",)


def test_reads_the_weather_assistant_with_its_tool() -> None:
    draft = read_document(examples.WEATHER_ASSISTANT)
    assert draft.document["llm"]["tools"] == [WEATHER_TOOL]
    assert draft.document["tts"] == {
        "tts_engine": "elevenlabs",
        "external_voice_id": "professional-voice-clone-id",
        "voice_settings": {},
        "token_secret": "WEATHER_ASSISTANT_TTS_KEY",
    }
    assert draft.notes == ()


def test_writes_the_weather_assistant_to_the_letter() -> None:
    written = json.dumps(tavus.to_json(read_document(examples.WEATHER_ASSISTANT).document), indent=4)
    assert written == json.dumps(
        {
            "system_prompt": "You are a helpful assistant.",
            "context": "Help users get the weather for a given location.",
            "persona_name": "Weather Assistant",
            "layers": {
                "llm": {
                    "model": "custom_model_here",
                    "api_key": "{{secret:WEATHER_ASSISTANT_LLM_KEY}}",
                    "base_url": "open-ai-compatible-llm-http-endpoint",
                    "tools": [WEATHER_TOOL],
                },
                "tts": {
                    "api_key": "{{secret:WEATHER_ASSISTANT_TTS_KEY}}",
                    "tts_engine": "elevenlabs",
                    "external_voice_id": "professional-voice-clone-id",
                    "voice_settings": {},
                },
                "vqa": {"enabled": False},
            },
        },
        indent=4,
    )


def test_refuses_the_conversation_and_says_what_it_is() -> None:
    with pytest.raises(FormatError, match="This is a conversation"):
        read_document(examples.CONVERSATION)


@pytest.mark.parametrize(
    ("vqa", "is_on"),
    [
        (None, True),
        ({}, True),
        ({"enabled": False}, False),
        ({"enabled": "false"}, False),
        ({"enable_vision": "False", "prompt": "What is in this image?"}, False),
        ({"enable_vision": True}, True),
    ],
)
def test_vision_has_three_states_in_old_spellings_and_new(vqa: dict[str, Any] | None, is_on: bool) -> None:
    layers = {"layers": {} if vqa is None else {"vqa": vqa}}
    document = read_document(json.dumps({"persona_name": "A"} | layers)).document
    assert document["vqa"] == vqa
    assert vision_is_on(document["vqa"]) is is_on
    assert tavus.to_json(document).get("layers", {}).get("vqa") == vqa


def test_an_absent_and_an_empty_voice_settings_stay_as_they_are() -> None:
    for tts in ({"tts_engine": "cartesia"}, {"tts_engine": "cartesia", "voice_settings": {}}):
        document = read_document(json.dumps({"persona_name": "A", "layers": {"tts": tts}})).document
        assert tavus.to_json(document)["layers"]["tts"] == tts


def test_unknown_layers_and_keys_are_kept_and_come_out_again() -> None:
    text = {
        "system_prompt": "Be A.",
        "persona_name": "A",
        "layers": {
            "llm": {"model": "m", "base_url": "https://a.example/v1", "speculative_inference": True},
            "stt": {"stt_engine": "tavus-auto"},
        },
        "pipeline_mode": "full",
        "document_ids": ["d1"],
    }
    document = read_document(json.dumps(text)).document
    assert document["other_keys"] == {"pipeline_mode": "full", "document_ids": ["d1"]}
    assert document["other_layers"] == {
        "stt": {"stt_engine": "tavus-auto"},
        "llm": {"speculative_inference": True},
    }
    assert tavus.to_json(document) == text


def test_what_is_left_out_beyond_what_a_person_reads_is_counted() -> None:
    members = ", ".join(f'"k{number}": x{number}' for number in range(60))
    notes = read_document(f'{{"persona_name": "A", {members}}}').notes
    assert len(notes) == 51
    assert notes[-1] == "10 more of the document could not be taken over and are not listed."


def test_ids_of_another_copy_are_left_out_with_a_notice() -> None:
    draft = read_document(json.dumps({"persona_name": "A", "persona_id": "p1", "created_at": "2025"}))
    assert draft.document["other_keys"] == {}
    assert len(draft.notes) == 2


def test_extra_body_is_kept_and_what_jaicp_would_ignore_is_named() -> None:
    draft = read_document(persona(extra_body={"top_p": 0.5, "stream": False, "n": 2}))
    assert draft.document["llm"]["parameters"] == {"top_p": 0.5, "stream": False, "n": 2}
    assert any(note.startswith("n, stream in parameters are kept") for note in draft.notes)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('{"persona_name": 7}', 1, 18, "persona_name is not a text"),
        ('{"persona_name": "A",\n "layers": []}', 2, 12, "layers is not an object"),
        ('{"layers": {"llm": {\n"base_url": "ftp://a.example"}}}', 2, 13, "Only http"),
        ('{"layers": {"llm": {\n"base_url": "https://a.example/?api-key=x"}}}', 2, 13, "key in its query"),
        ('{"layers": {"llm": {"tools": {}}}}', 1, 30, "Tools are a list"),
        (
            '{"layers": {"llm": {"tools": [<x>, {"type": "function",\n"function": {"name": "a b"}}]}}}',
            2,
            22,
            "Tool 1",
        ),
        ('{"layers": {"llm": {"headers": {"Host": "x"}}}}', 1, 41, "Host belongs to the connection"),
        ('{"layers": {"llm": {"extra_body": [1]}}}', 1, 35, "Parameters are an object"),
        ('{"layers": {"tts": {"voice_settings": "slow"}}}', 1, 39, "voice_settings is not an object"),
        ('{"layers": {"vqa": {"enabled": "perhaps"}}}', 1, 32, "neither true nor false"),
        ('{"persona_name": "A"}\n{"b": 1}', 2, 1, "nothing else"),
        ("{}", 1, 1, "Neither a Tavus persona nor a JAICP reply"),
    ],
)
def test_what_is_wrong_is_refused_where_it_stands(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(FormatError) as refused:
        read_document(text)
    assert words in refused.value.message
    assert (refused.value.line, refused.value.column) == (line, column)


def test_an_address_of_the_app_goes_out_behind_the_sites_own() -> None:
    document = read_document(persona(base_url="/demo/v1")).document
    written = tavus.to_json(document, site_url="http://127.0.0.1:8765")
    assert written["layers"]["llm"]["base_url"] == "http://127.0.0.1:8765/demo/v1"


TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=40)
NAMES = TEXTS.map(lambda text: " ".join(text.split())).filter(bool)
WORDS = st.from_regex(r"[a-z]{1,12}", fullmatch=True)
VALUES = TEXTS | st.integers(-1000, 1000) | st.booleans() | st.lists(TEXTS, max_size=3)
TOOLS = st.lists(WORDS, max_size=3, unique=True).map(
    lambda names: [{"type": "function", "function": {"name": name, "parameters": {}}} for name in names]
)


@st.composite
def tavus_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Return every document that Tavus' format can hold."""
    secret = draw(st.sampled_from(["", "MY_TOKEN", "K9"]))
    headers = [["X-Folder", "b1g"]] if draw(st.booleans()) else []
    if secret and draw(st.booleans()):
        headers.append(["Authorization", f"Api-Key {secret}"])
    llm = NO_LLM | {
        "address": draw(
            st.sampled_from(["", "https://a.example/v1", "<endpoint>", "http://127.0.0.1:11434/v1"])
        ),
        "model": draw(TEXTS),
        "token_secret": secret,
        "headers": headers,
        "parameters": draw(st.dictionaries(TEXTS, VALUES, max_size=3)),
        "tools": draw(TOOLS),
    }
    tts = draw(st.none() | st.dictionaries(st.sampled_from(["tts_engine", "tts_model_name"]), WORDS))
    return {
        "persona_name": draw(NAMES),
        "system_prompt": draw(TEXTS),
        "context": draw(TEXTS),
        "default_replica_id": draw(st.sampled_from(["", "r123456789"])),
        "llm": llm,
        "barge_in": {},
        "filler": None,
        "tts": None if tts is None else tts | {"token_secret": draw(st.sampled_from(["", "TTS_KEY"]))},
        "vqa": draw(st.none() | st.fixed_dictionaries({"enabled": st.booleans() | st.just("false")})),
        "other_layers": draw(
            st.dictionaries(st.sampled_from(["stt", "perception"]), st.dictionaries(WORDS, VALUES))
        ),
        "other_keys": draw(st.dictionaries(st.sampled_from(["pipeline_mode", "document_ids"]), VALUES)),
    }


@settings(deadline=None)
@given(tavus_documents())
def test_import_of_an_export_gives_the_same_document(document: dict[str, Any]) -> None:
    assert read_document(json.dumps(tavus.to_json(document))).document == document
