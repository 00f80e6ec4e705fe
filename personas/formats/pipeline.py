"""Keys of a Tavus persona beside its layers that change a conversation: the pipeline's mode, a greeting."""

from collections.abc import Mapping
from typing import Any

PIPELINE_MODE = "pipeline_mode"
ECHO = "echo"
"""Tavus bypasses the LLM: the voice speaks the given text."""
_GREETINGS = ("custom_greeting", "greeting")


def bypasses_llm(other_keys: Mapping[str, Any]) -> bool:
    return other_keys.get(PIPELINE_MODE) == ECHO


def greeting_key(other_keys: Mapping[str, Any]) -> str | None:
    """Return the key that holds the persona's greeting; None without a greeting."""
    return next((key for key in _GREETINGS if _text(other_keys, key)), None)


def greeting_of(other_keys: Mapping[str, Any]) -> str:
    """Return the voice's opening words; empty for none."""
    key = greeting_key(other_keys)
    return _text(other_keys, key) if key is not None else ""


def _text(other_keys: Mapping[str, Any], key: str) -> str:
    value = other_keys.get(key)
    return value.strip() if isinstance(value, str) else ""
