"""JAICP's notes on a persona: prompt, parameters, function calls, fillers and Caila."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from personas.delays import delay_sentence
from personas.formats.field_note import FieldNote, Topic
from playground.engine.persona import Provider
from playground.engine.platforms.jaicp import Jaicp

LONG_PROMPT_TOKENS = 5_000
"""Assumed from Tavus: Just AI states no size."""
_HANG_UP = re.compile(r"\$dialer\s*\.\s*hangUp")


def advice_on_size(tokens: int) -> str:
    if tokens <= LONG_PROMPT_TOKENS:
        return ""
    return (
        f"The prompt has about {tokens:,} tokens. JAICP: history size and prompt size can affect LLM speed; if "
        "the LLM takes a long time to respond, try shortening history or prompt."
    )


def about_system_prompt(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    yield from _hang_up_in_text("system_prompt", document)


def about_context(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    yield from _hang_up_in_text("context", document)


def _hang_up_in_text(field: str, document: Mapping[str, Any]) -> Iterator[FieldNote]:
    if _HANG_UP.search(document.get(field) or ""):
        yield FieldNote(field, "An LLM can't run $dialer.hangUp: in a prompt it is only text.")


def about_ignored_parameters(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    ignored = sorted(Jaicp.ignored_parameters & (document["llm"].get("parameters") or {}).keys())
    if not ignored:
        return
    verb = "is" if len(ignored) == 1 else "are"
    yield FieldNote(
        "parameters",
        f"{', '.join(ignored)} in parameters {verb} kept but not sent: JAICP ignores what is passed there.",
    )


def about_temperature(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    temperature = document["llm"].get("temperature")
    if temperature is not None and temperature > 1:
        yield FieldNote("temperature", "JAICP recommends a temperature between 0.0 and 1.0.")


def about_hanging_up(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    if _HANG_UP.search(json.dumps(document["llm"].get("tools") or [], ensure_ascii=False)):
        yield FieldNote(
            "tools",
            "A function cannot end the call: if it contains $dialer.hangUp, the call goes on (JAICP).",
        )


def about_delay(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    delay_ms = (document.get("filler") or {}).get("activationDelayMs")
    if delay_ms is not None and (sentence := delay_sentence(delay_ms)):
        yield FieldNote("filler_config", sentence)


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
    Topic.SYSTEM_PROMPT: about_system_prompt,
    Topic.CONTEXT: about_context,
    Topic.PARAMETERS: about_ignored_parameters,
    Topic.TEMPERATURE: about_temperature,
    Topic.TOOLS: about_hanging_up,
    Topic.FILLER: about_delay,
    Topic.EVENTS: _about_event,
    Topic.PROVIDER: _about_caila,
}
