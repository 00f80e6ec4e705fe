"""A persona made of a received request calls its endpoint with the same values."""

from typing import Any

import pytest

from personas.formats import read_document
from personas.formats.conversion import written
from personas.formats.from_request import document_from_request
from playground.engine.next_request import next_request
from playground.engine.persona_document import read_persona
from playground.engine.platforms.registry import platform_named
from playground.engine.request import Surroundings
from tests.engine.personas import WEATHER_TOOL

BASE = "https://llm.example.com/v1"
BODY: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [
        {"role": "system", "content": "You are Ann."},
        {"role": "user", "content": "Hello"},
    ],
    "stream": True,
    "temperature": 0.4,
    "top_p": 0.9,
    "n": 2,
    "tools": [WEATHER_TOOL],
}


def made(body: dict[str, Any], platform: str) -> Any:
    document = document_from_request(body, platform=platform, base_url=BASE, persona_name="Made")
    return read_document(written(document, platform)).document


@pytest.mark.parametrize("platform", ["tavus", "jaicp"])
def test_its_next_request_is_like_the_one_that_it_was_made_of(platform: str) -> None:
    sent = next_request(
        read_persona("p1", made(BODY, platform)),
        platform=platform_named(platform),
        conversation_id="c1",
        surroundings=Surroundings("test"),
        user_text="Hello",
    ).request
    assert sent.url == f"{BASE}/chat/completions"
    assert sent.body == {key: value for key, value in BODY.items() if key != "n"}


def test_a_system_message_in_parts_becomes_the_prompt() -> None:
    parts = [{"type": "text", "text": "You are Ann."}, {"type": "image_url"}, {"type": "text", "text": "Hi."}]
    document = made({"messages": [{"role": "developer", "content": parts}]}, "tavus")
    assert document["system_prompt"] == "You are Ann.\n\nHi."


@pytest.mark.parametrize(
    "body", [{}, {"messages": {}, "model": 3, "tools": "none", "temperature": True}, {"tools": [1, None]}]
)
@pytest.mark.parametrize("platform", ["tavus", "jaicp"])
def test_what_has_the_wrong_type_is_left_out(body: dict[str, Any], platform: str) -> None:
    document = made(body, platform)
    assert document["llm"]["tools"] == []
    assert document["llm"]["model"] == ""
