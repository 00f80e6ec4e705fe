"""Notices about a persona's document: it may be saved as it is, and the platforms will make this of it.

Each gives the platform's sentence or, where the platform says nothing, what Greenroom assumes.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from personas.delays import RISKY_ACTIVATION_DELAY_MS
from personas.formats.draft import Draft
from personas.formats.pipeline import ECHO, PIPELINE_MODE, greeting_key
from personas.formats.prompt_size import advice_on_size, size_of
from personas.formats.rules import excerpt
from personas.formats.voice_settings import ENGINES, sentences_about
from personas.schema_checks import usable_schemas
from playground.engine.limits import SCHEMA_CHECK_MS
from playground.engine.persona import Provider
from playground.engine.platforms.registry import platform_named
from playground.engine.platforms.request_parts import IGNORED_PARAMETERS
from playground.engine.prompt import compose_system_message
from playground.engine.tools.schema_size import MOST_PARTS, expands_too_far

_NATIVE_YANDEX = re.compile(r"https?://llm\.api\.cloud\.yandex\.net/foundationModels/", re.IGNORECASE)
_SNAKE_CASE = re.compile(r"[a-z_][a-z0-9_]*")
_PLACEHOLDER = re.compile(r"\$?\{+[A-Za-z_][A-Za-z0-9_]*\}+")
_HANG_UP = re.compile(r"\$dialer\s*\.\s*hangUp")


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence, and the form field that it belongs to."""

    field: str
    message: str


def with_advice(draft: Draft) -> Draft:
    """The draft with what the platforms will make of its document, after what could not be taken over."""
    advice = (notice.message for notice in notices_about(draft.document))
    return replace(draft, notices=(*draft.notices, *advice))


def notices_about(document: Mapping[str, Any]) -> tuple[Notice, ...]:
    """All notices about a document of the shape that `playground.engine.persona` documents."""
    llm = document["llm"]
    is_tavus = llm["platform"] == "tavus"
    found = [*_about_prompt(document), *_about_address(llm), *_about_parameters(llm), *_about_tools(llm)]
    if filler := document.get("filler"):
        found += _about_filler(filler, is_tavus=is_tavus)
    if not is_tavus and llm.get("provider") == Provider.CAILA_OPEN_AI:
        found += _about_caila(llm)
    found += _about_speech(document, is_tavus=is_tavus)
    if is_tavus:
        found += _about_other_keys(document.get("other_keys") or {})
    return tuple(found)


def ignored_parameters_sentence(parameters: Mapping[str, Any]) -> str:
    """Which of the parameters Just AI ignores (the seed's thirteen), in one sentence; empty: none."""
    ignored = sorted(IGNORED_PARAMETERS & parameters.keys())
    if not ignored:
        return ""
    verb = "is" if len(ignored) == 1 else "are"
    return f"{', '.join(ignored)} in parameters {verb} kept but not sent: JAICP ignores what is passed there."


def delay_sentence(delay_ms: int) -> str:
    """Just AI's warning about a short delay; empty: it is long enough."""
    if delay_ms >= RISKY_ACTIVATION_DELAY_MS:
        return ""
    return f"activationDelayMs is {delay_ms}: values less than 500 might cause errors in llmRequest."


def _about_prompt(document: Mapping[str, Any]) -> Iterator[Notice]:
    system_prompt, context = document.get("system_prompt") or "", document.get("context") or ""
    for field, text in (("system_prompt", system_prompt), ("context", context)):
        if shown := ", ".join(list(dict.fromkeys(_PLACEHOLDER.findall(text)))[:5]):
            yield Notice(field, f"{shown} is sent as it stands: only conversational_context is filled in.")
        if _HANG_UP.search(text):
            yield Notice(field, "An LLM can't run $dialer.hangUp: in a prompt it is only text.")
    tokens = size_of(compose_system_message(system_prompt, context, "").text).tokens
    if sentence := advice_on_size(tokens, platform_named(document["llm"]["platform"]).name):
        yield Notice("system_prompt", sentence)


def _about_address(llm: Mapping[str, Any]) -> Iterator[Notice]:
    address = llm.get("address") or ""
    if _NATIVE_YANDEX.match(address):
        yield Notice(
            "address",
            "This is YandexGPT's native address, which is not OpenAI-compatible: it takes and gives another shape. "
            "Use https://llm.api.cloud.yandex.net/v1/chat/completions.",
        )
    if llm["platform"] == "tavus":
        if address.partition("?")[0].rstrip("/").endswith("/chat/completions"):
            yield Notice(
                "address", "Tavus adds /chat/completions to the base_url itself: leave it out of the address."
            )
        if not address and str(llm.get("model") or "").startswith("tavus-"):
            yield Notice(
                "address",
                "Tavus hosts this model itself, so that no base_url is needed there. A rehearsal needs a stand-in, "
                "under Rehearsal; with none, the demo LLM answers.",
            )


def _about_parameters(llm: Mapping[str, Any]) -> Iterator[Notice]:
    parameters = llm.get("parameters") or {}
    if sentence := ignored_parameters_sentence(parameters):
        yield Notice("parameters", sentence)
    if "max_tokens" in parameters and "max_completion_tokens" in parameters:
        yield Notice(
            "parameters",
            "max_tokens and max_completion_tokens are both given: most servers take only one of them.",
        )
    elif "max_tokens" in parameters:
        yield Notice(
            "parameters", "max_tokens is for older GPT models; newer ones take max_completion_tokens instead."
        )
    if "maxTokens" in parameters:
        yield Notice(
            "parameters",
            "maxTokens is the name in YandexGPT's native API; OpenAI-compatible servers take max_tokens.",
        )
    temperature = llm.get("temperature")
    if temperature is not None and "temperature" in parameters:
        yield Notice(
            "temperature",
            "temperature stands in parameters too. Not documented: Greenroom assumes that the "
            "top-level one wins.",
        )
    if temperature is not None and temperature > 1:
        yield Notice("temperature", "JAICP recommends a temperature between 0.0 and 1.0.")


def _about_tools(llm: Mapping[str, Any]) -> Iterator[Notice]:
    tools = llm.get("tools") or []
    is_tavus = llm["platform"] == "tavus"
    if _HANG_UP.search(json.dumps(tools, ensure_ascii=False)):
        yield Notice(
            "tools",
            "A function cannot end the call: if it contains $dialer.hangUp, the call goes on (JAICP).",
        )
    names = [tool["function"]["name"] for tool in tools]
    strange = [name for name in names if not _SNAKE_CASE.fullmatch(name)]
    if is_tavus and strange:
        yield Notice("tools", f"Tavus wants names of functions in snake_case: {', '.join(strange[:5])}.")
    yield from _about_schemas(tools)
    caila = llm.get("provider") == Provider.CAILA_OPEN_AI
    if tools and not is_tavus and not caila and not llm.get("event_name"):
        yield Notice(
            "event_name",
            "Without eventName no event is raised when the LLM calls a function: the script never learns of it.",
        )
    if is_tavus and llm.get("event_name"):
        yield Notice("event_name", "eventName is JAICP's: Tavus has no events, and it isn't sent.")


def _about_other_keys(other_keys: Mapping[str, Any]) -> Iterator[Notice]:
    mode = other_keys.get(PIPELINE_MODE)
    if mode == ECHO:
        yield Notice(
            "other_keys",
            "pipeline_mode is echo: the LLM is never called. The voice says what is typed, word for word.",
        )
    elif mode not in (None, "full"):
        yield Notice(
            "other_keys", f"pipeline_mode {excerpt(str(mode))} is not known; it is kept and treated as full."
        )
    if (key := greeting_key(other_keys)) is not None:
        yield Notice(
            "other_keys",
            f"{key}: the voice opens each conversation with it, unless the conversation has a custom_greeting itself.",
        )


def _about_schemas(tools: Sequence[Mapping[str, Any]]) -> Iterator[Notice]:
    """Which functions' arguments are not checked in a turn, or may not be."""
    schemas = {tool["function"]["name"]: tool["function"].get("parameters") or {} for tool in tools}
    costly = [name for name, schema in schemas.items() if expands_too_far(schema)]
    if costly:
        yield Notice(
            "tools",
            f"The JSON Schema of {', '.join(costly[:5])} has more than {MOST_PARTS:,} parts once its references are "
            "followed: checking arguments may take too long, and a turn goes on without it then. Make it simpler.",
        )
    usable = dict(zip(schemas, usable_schemas(list(schemas.values())), strict=True))
    if unusable := [name for name, answer in usable.items() if answer is False]:
        yield Notice(
            "tools",
            f"Arguments of {', '.join(unusable[:5])} are not checked here: the JSON Schema refers to something that "
            "isn't in it, or has a pattern or a $schema that Greenroom doesn't know.",
        )
    if unknown := [name for name, answer in usable.items() if answer is None]:
        yield Notice(
            "tools",
            f"Reading the JSON Schema of {', '.join(unknown[:5])} took over {SCHEMA_CHECK_MS} ms: arguments may not "
            "be checked. Its patterns may be too large.",
        )


def _about_filler(filler: Mapping[str, Any], *, is_tavus: bool) -> Iterator[Notice]:
    delay_ms = filler.get("activationDelayMs")
    if delay_ms is not None and (sentence := delay_sentence(delay_ms)):
        yield Notice("filler_config", sentence)
    if is_tavus:
        yield Notice(
            "filler_config",
            "Tavus has no fillers: on a Tavus persona they are rehearsal only, no part of what Tavus does.",
        )


def _about_caila(llm: Mapping[str, Any]) -> Iterator[Notice]:
    for key, field, name in (
        ("address", "address", "url"),
        ("headers", "headers", "headers"),
        ("tools", "tools", "tools"),
        ("event_name", "event_name", "eventName"),
    ):
        if llm.get(key):
            yield Notice(field, f"{name} is kept but not used: JAICP takes it for CUSTOM_LLM alone.")


def _about_speech(document: Mapping[str, Any], *, is_tavus: bool) -> Iterator[Notice]:
    tts = document.get("tts") or {}
    engine = tts.get("tts_engine") or platform_named(document["llm"]["platform"]).default_engine
    if is_tavus and engine not in ENGINES:
        known = ", ".join(ENGINES)
        yield Notice("tts_engine", f"Tavus' documents know the engines {known}; this one is kept as it is.")
    for sentence in sentences_about(engine, tts.get("voice_settings") or {}):
        yield Notice("voice_settings", sentence)
    if tts.get("playht_user_id") and engine != "playht":
        yield Notice("playht_user_id", "playht_user_id is for the engine playht alone.")
