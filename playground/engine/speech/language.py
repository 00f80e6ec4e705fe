"""The language that a conversation or a persona declares for its voice."""

from typing import Any

from playground.engine.json_types import Json
from playground.engine.persona import SpeechSettings

_UNDECLARED = frozenset({"multilingual", "auto", "multi"})
"""Values that leave the language to the voice."""
_LONGEST = 40


def declared_language(properties: Json, speech: SpeechSettings) -> str:
    """Return the language as it is declared, a name or a tag ("turkish", "tr-TR"); "" if nothing declares one.

    Tavus' conversation property ``language`` comes before the TTS engine's own setting (``language`` of Cartesia and
    PlayHT, ``language_code`` of ElevenLabs).
    """
    settings = speech.settings
    declared = (properties.get("language"), settings.get("language"), settings.get("language_code"))
    return next(filter(None, map(_name, declared)), "")


def _name(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        return ""
    name = value.strip()
    return "" if name.lower() in _UNDECLARED else name
