"""Notes on what the platforms make of a persona's document. It may be saved all the same.

Each gives the platform's sentence or, where the platform says nothing, what Greenroom assumes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from personas.formats.draft import Draft
from personas.formats.field_note import FieldNote, Topic
from personas.formats.platform_format import PlatformFormat
from personas.formats.prompt_size import size_of
from personas.formats.registry import format_named
from personas.formats.voice_settings import sentences_about
from personas.schema_checks import usable_schemas
from playground.engine.limits import SCHEMA_CHECK_MS
from playground.engine.platforms.platform import Platform
from playground.engine.prompt import compose_system_message
from playground.engine.tools.schema_size import MOST_PARTS, expands_too_far

_NATIVE_YANDEX = re.compile(r"https?://llm\.api\.cloud\.yandex\.net/foundationModels/", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\$?(?<!\{)\{++[A-Za-z_][A-Za-z0-9_]*+\}++")


__all__ = ["FieldNote", "notes_about", "with_advice"]


def with_advice(draft: Draft) -> Draft:
    """Return the draft with the platforms' notes on its document after those on what was left out."""
    advice = (note.message for note in notes_about(draft.document))
    return replace(draft, notes=(*draft.notes, *advice))


def notes_about(document: Mapping[str, Any]) -> tuple[FieldNote, ...]:
    """Return all notes on a document of the shape that `playground.engine.persona_document` documents."""
    return tuple(_notes(document, format_named(document["llm"]["platform"])))


def _notes(document: Mapping[str, Any], own: PlatformFormat) -> Iterator[FieldNote]:
    llm = document["llm"]
    yield from _about_prompt(document, own)
    yield from _about_address(llm)
    yield from own.notes(Topic.ADDRESS, document)
    yield from own.notes(Topic.PARAMETERS, document)
    yield from _about_parameters(llm)
    yield from own.notes(Topic.TEMPERATURE, document)
    yield from own.notes(Topic.TOOLS, document)
    yield from _about_schemas(llm.get("tools") or [])
    yield from own.notes(Topic.EVENTS, document)
    yield from own.notes(Topic.FILLER, document)
    yield from _about_filler(document, own.platform)
    yield from own.notes(Topic.PROVIDER, document)
    yield from own.notes(Topic.VOICE, document)
    yield from _about_voice(document.get("tts") or {}, own.platform.default_engine)
    yield from own.notes(Topic.OTHER_KEYS, document)


def _about_prompt(document: Mapping[str, Any], own: PlatformFormat) -> Iterator[FieldNote]:
    system_prompt, context = document.get("system_prompt") or "", document.get("context") or ""
    for field, topic, text in (
        ("system_prompt", Topic.SYSTEM_PROMPT, system_prompt),
        ("context", Topic.CONTEXT, context),
    ):
        if shown := ", ".join(list(dict.fromkeys(_PLACEHOLDER.findall(text)))[:5]):
            yield FieldNote(field, f"{shown} is sent as it stands: only conversational_context is filled in.")
        yield from own.notes(topic, document)
    tokens = size_of(compose_system_message(system_prompt, context, "").text).tokens
    if sentence := own.advice_on_size(tokens):
        yield FieldNote("system_prompt", sentence)


def _about_address(llm: Mapping[str, Any]) -> Iterator[FieldNote]:
    address = llm.get("address") or ""
    if _NATIVE_YANDEX.match(address):
        yield FieldNote(
            "address",
            "This is YandexGPT's native address, which is not OpenAI-compatible: it takes and gives another shape. "
            "Use https://llm.api.cloud.yandex.net/v1/chat/completions.",
        )


def _about_parameters(llm: Mapping[str, Any]) -> Iterator[FieldNote]:
    parameters = llm.get("parameters") or {}
    if "max_tokens" in parameters and "max_completion_tokens" in parameters:
        yield FieldNote(
            "parameters",
            "max_tokens and max_completion_tokens are both given: most servers take only one of them.",
        )
    elif "max_tokens" in parameters:
        yield FieldNote(
            "parameters", "max_tokens is for older GPT models; newer ones take max_completion_tokens instead."
        )
    if "maxTokens" in parameters:
        yield FieldNote(
            "parameters",
            "maxTokens is the name in YandexGPT's native API; OpenAI-compatible servers take max_tokens.",
        )
    temperature = llm.get("temperature")
    if temperature is not None and "temperature" in parameters:
        yield FieldNote(
            "temperature",
            "temperature stands in parameters too. Not documented: Greenroom assumes that the "
            "top-level one wins.",
        )


def _about_schemas(tools: Sequence[Mapping[str, Any]]) -> Iterator[FieldNote]:
    """Yield notes on functions whose arguments aren't checked in a turn, or may not be."""
    schemas = {tool["function"]["name"]: tool["function"].get("parameters") or {} for tool in tools}
    costly = [name for name, schema in schemas.items() if expands_too_far(schema)]
    if costly:
        yield FieldNote(
            "tools",
            f"The JSON Schema of {', '.join(costly[:5])} has more than {MOST_PARTS:,} parts once its references are "
            "followed: checking arguments may take too long, and a turn goes on without it then. Make it simpler.",
        )
    usable = dict(zip(schemas, usable_schemas(list(schemas.values())), strict=True))
    if unusable := [name for name, answer in usable.items() if answer is False]:
        yield FieldNote(
            "tools",
            f"Arguments of {', '.join(unusable[:5])} are not checked here: the JSON Schema refers to something that "
            "isn't in it, or has a pattern or a $schema that Greenroom doesn't know.",
        )
    if unknown := [name for name, answer in usable.items() if answer is None]:
        yield FieldNote(
            "tools",
            f"Reading the JSON Schema of {', '.join(unknown[:5])} took over {SCHEMA_CHECK_MS} ms: arguments may not "
            "be checked. Its patterns may be too large.",
        )


def _about_filler(document: Mapping[str, Any], platform: Platform) -> Iterator[FieldNote]:
    if document.get("filler") and not platform.plays_fillers:
        yield FieldNote(
            "filler_config",
            f"{platform.label} has no fillers: on a {platform.label} persona they are rehearsal only, no part of "
            f"what {platform.label} does.",
        )


def _about_voice(tts: Mapping[str, Any], default_engine: str) -> Iterator[FieldNote]:
    engine = tts.get("tts_engine") or default_engine
    for sentence in sentences_about(engine, tts.get("voice_settings") or {}):
        yield FieldNote("voice_settings", sentence)
    if tts.get("playht_user_id") and engine != "playht":
        yield FieldNote("playht_user_id", "playht_user_id is for the engine playht alone.")
