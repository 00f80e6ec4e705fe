"""JAICP's notes on a persona: prompt, function calls and Caila's provider."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from personas.formats.field_note import FieldNote, Topic
from playground.engine.persona import Provider

LONG_PROMPT_TOKENS = 5_000
"""Assumed from Tavus: Just AI states no size."""


def advice_on_size(tokens: int) -> str:
    if tokens <= LONG_PROMPT_TOKENS:
        return ""
    return (
        f"The prompt has about {tokens:,} tokens. JAICP: history size and prompt size can affect LLM speed; if "
        "the LLM takes a long time to respond, try shortening history or prompt."
    )


def _about_event(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    llm = document["llm"]
    if llm.get("tools") and not _is_caila(llm) and not llm.get("event_name"):
        yield FieldNote(
            "event_name",
            "Without eventName no event is raised when the LLM calls a function: the script never learns of it.",
        )


def _about_caila(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    llm = document["llm"]
    if not _is_caila(llm):
        return
    for key, field, name in (
        ("address", "address", "url"),
        ("headers", "headers", "headers"),
        ("tools", "tools", "tools"),
        ("event_name", "event_name", "eventName"),
    ):
        if llm.get(key):
            yield FieldNote(field, f"{name} is kept but not used: JAICP takes it for CUSTOM_LLM alone.")


def _is_caila(llm: Mapping[str, Any]) -> bool:
    return bool(llm.get("provider") == Provider.CAILA_OPEN_AI)


NOTES: dict[Topic, Callable[[Mapping[str, Any]], Iterator[FieldNote]]] = {
    Topic.EVENTS: _about_event,
    Topic.PROVIDER: _about_caila,
}
