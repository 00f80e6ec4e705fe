"""Writing JAICP's ``llmRequest``: the page's examples to the letter, and the same document when it is read again."""

from typing import Any

import pytest
from hypothesis import given, settings

from personas.formats import jaicp, read_document
from personas.formats.conversion import written
from tests.personas import examples
from tests.personas.jaicp_scripts import YANDEX, jaicp_documents


def test_writes_the_reply_to_yandex_gpt_to_the_letter() -> None:
    assert jaicp.to_script(YANDEX) == (
        "state: NoMatch\n"
        "    event!: noMatch\n"
        "    script:\n"
        "        $response.replies = $response.replies || [];\n"
        "        $response.replies.push({\n"
        '            type: "llmRequest",\n'
        '            provider: "CUSTOM_LLM",\n'
        '            tokenSecret: "MY_TOKEN",\n'
        '            url: "https://llm.api.cloud.yandex.net/v1/chat/completions",\n'
        '            headers: {"Authorization": "Api-Key MY_TOKEN"},\n'
        '            model: "gpt://folder12345/yandexgpt",\n'
        "            temperature: 0.6,\n"
        '            parameters: {"maxTokens": 150},\n'
        '            fillersPhraseConfig: {"fillerPhrasesList": ["Great question!", "Just a moment"], '
        '"activationDelayMs": 1000},\n'
        "            messages: $jsapi.chatHistoryInLlmFormat()\n"
        "        });\n"
    )


@pytest.mark.parametrize("text", [examples.YANDEX_GPT, examples.CAILA, examples.FUNCTION_CALLING])
def test_the_examples_survive_a_way_out_and_in_again(text: str) -> None:
    document = read_document(text).document
    assert read_document(jaicp.to_script(document)).document == document


def test_a_tavus_persona_becomes_the_script_that_does_the_same() -> None:
    tavus = read_document(examples.WEATHER_ASSISTANT).document
    tavus["llm"] |= {"address": "https://a.example/v1/", "tools": [], "token_secret": "MY_TOKEN"}
    tavus["other_keys"] = {"pipeline_mode": "full"}
    assert written(tavus, "jaicp") == (
        "state: Weather Assistant\n"
        "    event!: noMatch\n"
        "    script:\n"
        "        $response.replies = $response.replies || [];\n"
        "        $response.replies.push({\n"
        '            type: "llmRequest",\n'
        '            provider: "CUSTOM_LLM",\n'
        '            tokenSecret: "MY_TOKEN",\n'
        '            url: "https://a.example/v1/chat/completions",\n'
        '            headers: {"Authorization": "Bearer MY_TOKEN"},\n'
        '            model: "custom_model_here",\n'
        "            messages: [\n"
        "                {\n"
        '                    "role": "system",\n'
        '                    "content": "You are a helpful assistant.\\n\\n'
        'Help users get the weather for a given location."\n'
        "                }\n"
        "            ].concat($jsapi.chatHistoryInLlmFormat())\n"
        "        });\n"
    )


@settings(deadline=None)
@given(jaicp_documents())
def test_import_of_an_export_gives_the_same_document(document: dict[str, Any]) -> None:
    assert read_document(jaicp.to_script(document)).document == document
