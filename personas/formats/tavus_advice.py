"""Tavus' notes on a persona: prompt, address, tools, fillers, voice and kept keys."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from personas.formats.field_note import FieldNote, Topic
from personas.formats.pipeline import ECHO, PIPELINE_MODE, greeting_key
from personas.formats.rules import excerpt
from personas.formats.voice_settings import ENGINES
from playground.engine.platforms.tavus import Tavus

BEST_TOKENS = 5_000
WORSE_TOKENS = 15_000
"""Tavus, "LLM": best up to 5,000 tokens; from 15,000 to 20,000 on answers get worse."""
MOST_TOKENS = 32_000
"""Tavus, "LLM": the limit of its hosted models."""
_SNAKE_CASE = re.compile(r"[a-z_][a-z0-9_]*")


def advice_on_size(tokens: int) -> str:
    if tokens > MOST_TOKENS:
        return (
            f"The prompt has about {tokens:,} tokens: Tavus' hosted models take {MOST_TOKENS:,} at the most."
        )
    if tokens > WORSE_TOKENS:
        return f"The prompt has about {tokens:,} tokens: Tavus says that answers get worse from 15,000 to 20,000 on."
    if tokens > BEST_TOKENS:
        return f"The prompt has about {tokens:,} tokens: Tavus advises {BEST_TOKENS:,} at the most."
    return ""


def _about_address(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    llm = document["llm"]
    address = llm.get("address") or ""
    if address.partition("?")[0].rstrip("/").endswith("/chat/completions"):
        yield FieldNote(
            "address", "Tavus adds /chat/completions to the base_url itself: leave it out of the address."
        )
    if not address and str(llm.get("model") or "").startswith("tavus-"):
        yield FieldNote(
            "address",
            "Tavus hosts this model itself, so that no base_url is needed there. A rehearsal needs a stand-in, "
            "under Rehearsal; with none, the demo LLM answers.",
        )


def _about_names(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    names = [tool["function"]["name"] for tool in document["llm"].get("tools") or []]
    if strange := [name for name in names if not _SNAKE_CASE.fullmatch(name)]:
        yield FieldNote("tools", f"Tavus wants names of functions in snake_case: {', '.join(strange[:5])}.")


def _about_event(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    if document["llm"].get("event_name"):
        yield FieldNote("event_name", "eventName is JAICP's: Tavus has no events, and it isn't sent.")


def _about_filler(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    if document.get("filler"):
        yield FieldNote(
            "filler_config",
            "Tavus has no fillers: on a Tavus persona they are rehearsal only, no part of what Tavus does.",
        )


def _about_engine(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    engine = (document.get("tts") or {}).get("tts_engine") or Tavus.default_engine
    if engine not in ENGINES:
        known = ", ".join(ENGINES)
        yield FieldNote(
            "tts_engine", f"Tavus' documents know the engines {known}; this one is kept as it is."
        )


def _about_other_keys(document: Mapping[str, Any]) -> Iterator[FieldNote]:
    other_keys = document.get("other_keys") or {}
    mode = other_keys.get(PIPELINE_MODE)
    if mode == ECHO:
        yield FieldNote(
            "other_keys",
            "pipeline_mode is echo: the LLM is never called. The voice says what is typed, word for word.",
        )
    elif mode not in (None, "full"):
        yield FieldNote(
            "other_keys", f"pipeline_mode {excerpt(str(mode))} is not known; it is kept and treated as full."
        )
    if (key := greeting_key(other_keys)) is not None:
        yield FieldNote(
            "other_keys",
            f"{key}: the voice opens each conversation with it, unless the conversation has a custom_greeting itself.",
        )


NOTES: dict[Topic, Callable[[Mapping[str, Any]], Iterator[FieldNote]]] = {
    Topic.ADDRESS: _about_address,
    Topic.TOOLS: _about_names,
    Topic.EVENTS: _about_event,
    Topic.FILLER: _about_filler,
    Topic.VOICE: _about_engine,
    Topic.OTHER_KEYS: _about_other_keys,
}
