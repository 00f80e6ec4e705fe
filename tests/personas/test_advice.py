"""Notices: what the platforms say of a persona that may be saved as it is, at the field that it is about."""

from typing import Any

import pytest

from personas.formats.advice import notes_about
from personas.formats.prompt_size import size_of
from playground.engine.platforms.request_parts import IGNORED_PARAMETERS
from tests.schemas import doubling


def noted(field: str, *, platform: str = "jaicp", **llm: Any) -> str:
    """Return what is said at a field of a persona whose LLM is called like this."""
    rest = {key: llm.pop(key) for key in ("system_prompt", "context", "tts", "filler") if key in llm}
    document = {"llm": {"platform": platform, "provider": "CUSTOM_LLM", "event_name": "e"} | llm} | rest
    return " ".join(note.message for note in notes_about(document) if note.field == field)


def tool(name: str = "get_weather", **function: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name} | function}


@pytest.mark.parametrize("name", sorted(IGNORED_PARAMETERS))
def test_each_of_the_thirteen_names_is_said_to_be_ignored(name: str) -> None:
    assert noted("parameters", parameters={name: 1}).startswith(f"{name} in parameters is kept but not sent")


def test_other_parameters_are_not() -> None:
    assert noted("parameters", parameters={"stop": ["joke"], "top_p": 0.5}) == ""


@pytest.mark.parametrize("written", ["{name}", "{{name}}", "{{{name}}}", "${name}"])
def test_a_placeholder_is_shown_with_the_braces_that_it_has(written: str) -> None:
    assert (
        noted("system_prompt", system_prompt=f"You talk to {written} and {written}.")
        == f"{written} is sent as it stands: only conversational_context is filled in."
    )


def noted_of(platform: str = "tavus", **other_keys: Any) -> str:
    document = {"llm": {"platform": platform, "provider": "CUSTOM_LLM"}, "other_keys": other_keys}
    return " ".join(note.message for note in notes_about(document) if note.field == "other_keys")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("pipeline_mode", "echo", "the LLM is never called"),
        ("pipeline_mode", "full", ""),
        ("pipeline_mode", "silent", "pipeline_mode silent is not known"),
        ("pipeline_mode", [1], "is not known"),
        ("greeting", "Hello.", "greeting: the voice opens each conversation with it"),
        ("custom_greeting", "Hello.", "custom_greeting: the voice opens each conversation with it"),
        ("greeting", "", ""),
    ],
)
def test_what_a_key_beside_the_layers_does_is_named(key: str, value: Any, words: str) -> None:
    notes = noted_of(**{key: value})
    assert words in notes
    assert bool(notes) is bool(words)
    assert noted_of("jaicp", **{key: value}) == ""


@pytest.mark.parametrize(
    ("field", "llm", "words"),
    [
        (
            "temperature",
            {"temperature": 0.5, "parameters": {"temperature": 1}},
            "Not documented: Greenroom assumes",
        ),
        ("temperature", {"temperature": 1.5}, "between 0.0 and 1.0"),
        ("parameters", {"parameters": {"max_tokens": 1, "max_completion_tokens": 1}}, "only one of them"),
        ("parameters", {"parameters": {"max_tokens": 1}}, "older GPT models"),
        ("parameters", {"parameters": {"maxTokens": 1}}, "YandexGPT's native API"),
        (
            "address",
            {"address": "https://llm.api.cloud.yandex.net/foundationModels/v1/completion"},
            "not OpenAI-compatible",
        ),
        ("address", {"platform": "tavus", "address": "https://a.example/v1/chat/completions"}, "Tavus adds"),
        ("address", {"platform": "tavus", "model": "tavus-gpt-oss"}, "Tavus hosts this model itself"),
        ("tools", {"tools": [tool(description="$dialer.hangUp()")]}, "cannot end the call"),
        (
            "tools",
            {"tools": [tool(parameters={"$ref": "https://a.example/x.json"})]},
            "Arguments of get_weather are not checked here",
        ),
        ("tools", {"platform": "tavus", "tools": [tool("getWeather")]}, "snake_case: getWeather"),
        ("event_name", {"tools": [tool()], "event_name": ""}, "no event is raised"),
        ("event_name", {"platform": "tavus"}, "Tavus has no events"),
        ("tools", {"provider": "CAILA_OPEN_AI", "tools": [tool()]}, "CUSTOM_LLM alone"),
        ("event_name", {"provider": "CAILA_OPEN_AI"}, "CUSTOM_LLM alone"),
        ("address", {"provider": "CAILA_OPEN_AI", "address": "https://a.example"}, "CUSTOM_LLM alone"),
        ("headers", {"provider": "CAILA_OPEN_AI", "headers": [["A", "b"]]}, "CUSTOM_LLM alone"),
        ("system_prompt", {"system_prompt": "Talk to {user_name}"}, "{user_name} is sent as it stands"),
        ("context", {"context": "Call $dialer.hangUp"}, "only text"),
        ("filler_config", {"filler": {"activationDelayMs": 499}}, "values less than 500 might cause errors"),
        ("filler_config", {"platform": "tavus", "filler": {"activationDelayMs": 500}}, "rehearsal only"),
        ("tts_engine", {"platform": "tavus", "tts": {"tts_engine": "festival"}}, "kept as it is"),
        ("playht_user_id", {"tts": {"tts_engine": "cartesia", "playht_user_id": "x"}}, "playht alone"),
    ],
)
def test_what_the_platform_says_stands_at_the_field(field: str, llm: dict[str, Any], words: str) -> None:
    assert words in noted(field, **llm)


def test_a_persona_in_order_gets_no_notice() -> None:
    document = {
        "system_prompt": "You tell stories.",
        "llm": {
            "platform": "tavus",
            "address": "https://a.example/v1",
            "temperature": 0.5,
            "tools": [tool()],
        },
        "tts": {"tts_engine": "elevenlabs", "voice_settings": {"speed": 1.1, "use_speaker_boost": True}},
    }
    assert notes_about(document) == ()


@pytest.mark.parametrize(
    ("engine", "settings", "words"),
    [
        ("elevenlabs", {"speed": 1.3}, "speed of elevenlabs's voice_settings goes from 0.7 to 1.2"),
        ("elevenlabs", {"stability": "high"}, "is a number from 0 to 1"),
        ("elevenlabs", {"stability": True}, "is a number from 0 to 1"),
        ("elevenlabs", {"use_speaker_boost": "yes"}, "is true or false"),
        ("elevenlabs", {"pitch": 1}, "pitch is no known key"),
        ("cartesia", {"emotion": [1]}, "a list of texts"),
        ("cartesia", {"speed": []}, "a number or a word"),
        ("", {"stability": 1}, "no known key of cartesia's"),
    ],
)
def test_voice_settings_are_held_against_what_the_engine_is_known_to_take(
    engine: str, settings: dict[str, Any], words: str
) -> None:
    tts = {"tts_engine": engine, "voice_settings": settings}
    assert words in noted("voice_settings", platform="tavus", tts=tts)


@pytest.mark.parametrize(
    ("engine", "settings"),
    [
        ("cartesia", {"speed": "normal", "emotion": ["curiosity"]}),
        ("cartesia", {"speed": 0.5}),
        ("playht", {"x": 1}),
    ],
)
def test_what_an_engine_takes_is_not_remarked_on(engine: str, settings: dict[str, Any]) -> None:
    tts = {"tts_engine": engine, "voice_settings": settings}
    assert noted("voice_settings", platform="tavus", tts=tts) == ""


@pytest.mark.parametrize(
    ("platform", "tokens", "words"),
    [
        ("tavus", 4_900, ""),
        ("tavus", 5_100, "advises 5,000"),
        ("tavus", 15_100, "get worse"),
        ("tavus", 32_100, "hosted models take 32,000"),
        ("jaicp", 5_100, "can affect LLM speed"),
    ],
)
def test_a_long_prompt_is_held_against_the_platforms_advice(platform: str, tokens: int, words: str) -> None:
    note = noted("system_prompt", platform=platform, system_prompt="abcd" * tokens)
    assert words in note
    assert bool(note) == bool(words)


def test_tokens_are_estimated_by_script() -> None:
    assert size_of("a" * 400).tokens == 100
    assert size_of("ж" * 400).tokens == 200
    assert size_of("語" * 400).tokens == 400
    assert (size_of("Two words").words, size_of("Two words").chars, size_of("").tokens) == (2, 9, 0)


def test_a_schema_that_is_costly_to_check_is_told() -> None:
    notes = noted("tools", tools=[tool(parameters=doubling(20))])
    assert notes.startswith("The JSON Schema of get_weather has more than 10,000 parts")


def test_a_schema_whose_patterns_take_long_is_told() -> None:
    patterns = {f"p{n}": {"pattern": f"(\\p{{L}}{{10}}){{20}}{n}"} for n in range(1_000)}
    notes = noted("tools", tools=[tool(parameters={"properties": patterns})])
    assert notes.startswith("Reading the JSON Schema of get_weather took over 500 ms")
