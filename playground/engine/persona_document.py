"""Reads the document of a persona version into the engine's frozen values.

The document is a JSON object; ``personas/documents.py`` writes it:

    {"persona_name", "system_prompt", "context", "default_replica_id",
     "llm": {"platform", "provider", "address", "model", "token_secret", "headers": [[name, value]], "temperature",
             "parameters": {}, "tools": [], "event_name", "history_mode", "history_last", "stream_options"},
     "barge_in": {"bargeIn", "bargeInTrigger", "noInterruptTime", "bargeInReply"},
     "filler": {"name", "fillerPhrase", "fillerPhrasesList": [], "activationDelayMs"} or null,
     "tts": {"tts_engine", "external_voice_id", "tts_model_name", "voice_settings", "token_secret",
             "playht_user_id"} or null,
     "vqa": {"enabled"} or null,
     "other_layers": {}, "other_keys": {},
     "rehearsal": {"interrupt_history", "tool_mocks": {}, "tool_endpoint", "tool_endpoint_secret",
                   "max_tool_rounds", "stand_in_address", "stand_in_model", "stand_in_secret"}}
"""

from collections.abc import Mapping
from typing import Any

from playground.engine.persona import (
    BargeIn,
    BargeInSettings,
    FillerSettings,
    HistoryMode,
    InterruptHistory,
    LLMSettings,
    PersonaSettings,
    Provider,
    SpeechSettings,
)
from playground.engine.platforms.registry import platform_named


def read_persona(persona_id: str, document: Mapping[str, Any]) -> PersonaSettings:
    """Read the document of a persona version. Raises KeyError or ValueError where it is not one."""
    rehearsal = document.get("rehearsal") or {}
    return PersonaSettings(
        persona_id=persona_id,
        name=document["persona_name"],
        system_prompt=document.get("system_prompt") or "",
        context=document.get("context") or "",
        llm=_llm(document["llm"]),
        filler=_filler(document.get("filler")),
        barge_in=_barge_in(document.get("barge_in") or {}),
        speech=_speech(document),
        interrupt_history=InterruptHistory(rehearsal.get("interrupt_history") or InterruptHistory.HEARD),
        max_tool_rounds=rehearsal.get("max_tool_rounds", 5),
        tool_mocks=dict(rehearsal.get("tool_mocks") or {}),
        tool_endpoint=rehearsal.get("tool_endpoint") or "",
        tool_endpoint_secret=rehearsal.get("tool_endpoint_secret") or "",
    )


def _llm(found: Mapping[str, Any]) -> LLMSettings:
    return LLMSettings(
        platform=platform_named(found["platform"]).name,
        provider=Provider(found.get("provider") or Provider.CUSTOM_LLM),
        address=found.get("address") or "",
        model=found.get("model") or "",
        token_secret=found.get("token_secret") or "",
        headers=tuple((name, value) for name, value in found.get("headers") or ()),
        temperature=found.get("temperature"),
        parameters=dict(found.get("parameters") or {}),
        tools=tuple(found.get("tools") or ()),
        event_name=found.get("event_name") or "",
        history_mode=HistoryMode(found.get("history_mode") or HistoryMode.PROMPT_AND_SESSION),
        history_last=found.get("history_last"),
        stream_options=found.get("stream_options"),
    )


def _filler(found: Mapping[str, Any] | None) -> FillerSettings | None:
    if not found:
        return None
    phrases = [found.get("fillerPhrase") or "", *(found.get("fillerPhrasesList") or ())]
    spoken = tuple(phrase for phrase in phrases if phrase.strip())
    if not spoken:
        return None
    delay_ms = found.get("activationDelayMs")
    return FillerSettings(phrases=spoken, activation_delay_ms=2_000 if delay_ms is None else int(delay_ms))


def _barge_in(found: Mapping[str, Any]) -> BargeInSettings:
    return BargeInSettings(
        mode=BargeIn(found.get("bargeIn") or BargeIn.FORCED),
        no_interrupt_ms=int(found.get("noInterruptTime") or 0),
    )


def _speech(document: Mapping[str, Any]) -> SpeechSettings:
    found = document.get("tts") or {}
    return SpeechSettings(
        engine=found.get("tts_engine") or platform_named(document["llm"]["platform"]).default_engine,
        voice=found.get("external_voice_id") or "",
        settings=dict(found.get("voice_settings") or {}),
        model=str(found.get("tts_model_name") or ""),
    )
