"""The language that is declared for a voice."""

import pytest

from playground.engine.json_types import Json
from playground.engine.persona import SpeechSettings
from playground.engine.speech.language import declared_language


@pytest.mark.parametrize(
    ("properties", "settings", "language"),
    [
        ({}, {}, ""),
        ({"language": "turkish"}, {}, "turkish"),
        ({"language": "turkish"}, {"language": "en"}, "turkish"),
        ({"language": "multilingual"}, {"language": "en"}, "en"),
        ({}, {"language_code": " de-AT "}, "de-AT"),
        ({"language": 7}, {"language": ["en"]}, ""),
        ({"language": "x" * 41}, {}, ""),
    ],
)
def test_the_conversations_language_comes_before_the_engines(
    properties: Json, settings: Json, language: str
) -> None:
    assert declared_language(properties, SpeechSettings(settings=settings)) == language
