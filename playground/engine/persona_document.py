"""Reads the document of a persona version into the engine's frozen values.

The document is a JSON object. ``personas/persona_fields.py`` declares its paths, ``personas/documents.py`` writes it:

    {"persona_name", "system_prompt", "context", "default_replica_id",
     "llm": {"platform", "provider", "address", "model", "token_secret", "headers": [[name, value]], …},
     "barge_in": {"bargeIn", "bargeInTrigger", "noInterruptTime", "bargeInReply"},
     "filler": {"name", "fillerPhrase", "fillerPhrasesList": [], "activationDelayMs"} or null,
     "tts": {"tts_engine", "external_voice_id", "tts_model_name", "voice_settings", "token_secret",
             "playht_user_id"} or null,
     "vqa": {"enabled"} or null,
     "other_layers": {}, "other_keys": {},
     "rehearsal": {"interrupt_history", "tool_mocks": {}, …}}

A setting that is missing, null or empty has the default of its dataclass.
"""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any

from playground.engine.persona import (
    BargeIn,
    BargeInSettings,
    FillerSettings,
    LLMSettings,
    PersonaSettings,
    Provider,
    SpeechSettings,
)
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import known_provider, platform_named, platform_or_default


def read_persona(persona_id: str, document: Mapping[str, Any]) -> PersonaSettings:
    """Read the document of a persona version. Raises KeyError or ValueError if it is invalid."""
    return PersonaSettings(
        persona_id=persona_id,
        name=document["persona_name"],
        system_prompt=document.get("system_prompt") or "",
        context=document.get("context") or "",
        llm=_llm(document["llm"]),
        filler=_filler(document.get("filler")),
        barge_in=_barge_in(document.get("barge_in") or {}),
        speech=_speech(document),
        **_settings_in(document.get("rehearsal") or {}, PersonaSettings),
    )


def platform_of(document: Mapping[str, Any]) -> Platform:
    """The platform that a document names; the default if it names none that is known."""
    return platform_or_default((document.get("llm") or {}).get("platform") or "")


def _settings_in(source: Mapping[str, Any], settings: type[LLMSettings | PersonaSettings]) -> dict[str, Any]:
    """Return the values in ``source`` of the dataclass's fields, except null and empty texts."""
    return {
        each.name: _value(source[each.name], each.type)
        for each in fields(settings)
        if source.get(each.name) not in (None, "")
    }


def _value(value: Any, type_: Any) -> Any:
    return type_(value) if isinstance(type_, type) and issubclass(type_, StrEnum) else value


def _llm(source: Mapping[str, Any]) -> LLMSettings:
    values = {
        "address": "",
        "model": "",
        **_settings_in(source, LLMSettings),
        "provider": known_provider(source.get("provider") or Provider.CUSTOM_LLM),
        "platform": platform_named(source["platform"]).name,
        "headers": tuple((name, value) for name, value in source.get("headers") or ()),
        "tools": tuple(source.get("tools") or ()),
    }
    return LLMSettings(**values)


def _filler(source: Mapping[str, Any] | None) -> FillerSettings | None:
    if not source:
        return None
    phrases = [source.get("fillerPhrase") or "", *(source.get("fillerPhrasesList") or ())]
    spoken = tuple(phrase for phrase in phrases if phrase.strip())
    if not spoken:
        return None
    delay_ms = source.get("activationDelayMs")
    return FillerSettings(spoken) if delay_ms is None else FillerSettings(spoken, int(delay_ms))


def _barge_in(source: Mapping[str, Any]) -> BargeInSettings:
    no_interrupt_ms = int(source.get("noInterruptTime") or 0)
    mode = source.get("bargeIn")
    return BargeInSettings(
        BargeIn(mode) if mode else BargeInSettings().mode,
        no_interrupt_ms,
        is_conditional=_asks_handler(source.get("bargeInReply") or {}),
    )


def _asks_handler(reply: Mapping[str, Any]) -> bool:
    """Whether a ``bargeInReply`` has the script asked; one of the type ``ignoreBargeIn`` has nobody asked."""
    intent = reply.get("bargeInIntent")
    return bool(reply) and not (isinstance(intent, Mapping) and intent.get("type") == "ignoreBargeIn")


def _speech(document: Mapping[str, Any]) -> SpeechSettings:
    tts = document.get("tts") or {}
    return SpeechSettings(
        engine=tts.get("tts_engine") or platform_named(document["llm"]["platform"]).default_engine,
        voice=tts.get("external_voice_id") or "",
        settings=dict(tts.get("voice_settings") or {}),
        model=str(tts.get("tts_model_name") or ""),
    )
