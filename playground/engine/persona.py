"""A persona as the turn engine sees it: frozen values, read from the document of a persona version.

The document is a JSON object; ``personas/documents.py`` writes it, ``PersonaSettings.from_document`` reads it:

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
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from playground.engine.json_types import Json
from playground.engine.substitution import explicit_names_in

TAVUS_DEFAULT_ENGINE = "cartesia"
"""Tavus, "TTS": what speaks where the layer is left out. An empty engine is JAICP's telephony."""


class Platform(StrEnum):
    TAVUS = "tavus"
    JAICP = "jaicp"

    @property
    def other(self) -> "Platform":
        return Platform.JAICP if self is Platform.TAVUS else Platform.TAVUS


class Provider(StrEnum):
    """JAICP's ``provider``. A Tavus persona is always CUSTOM_LLM."""

    CUSTOM_LLM = "CUSTOM_LLM"
    CAILA_OPEN_AI = "CAILA_OPEN_AI"


class HistoryMode(StrEnum):
    """Which ``messages`` a JAICP script passes (Just AI, llmRequest, "Dialog history")."""

    LAST_REQUEST = "last_request"
    SESSION = "session"
    PROMPT_AND_SESSION = "prompt_and_session"


class BargeIn(StrEnum):
    """Just AI, ``$dialer.bargeInResponse``."""

    DISABLED = "disabled"
    FORCED = "forced"
    PHRASE = "phrase"


class InterruptHistory(StrEnum):
    """What the next request carries of an answer that was interrupted."""

    HEARD = "heard"
    FULL = "full"
    MARKED = "marked"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class LLMSettings:
    platform: Platform
    address: str
    """Tavus: the ``base_url``; JAICP: the whole ``url``. One that begins with ``/`` is this app's own."""
    model: str
    provider: Provider = Provider.CUSTOM_LLM
    token_secret: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    temperature: float | None = None
    parameters: Json = field(default_factory=dict)
    tools: tuple[Json, ...] = ()
    event_name: str = ""
    history_mode: HistoryMode = HistoryMode.PROMPT_AND_SESSION
    history_last: int | None = None
    """How many of the last messages JAICP's history holds; None: all."""
    stream_options: Json | None = None

    @property
    def header_secrets(self) -> frozenset[str]:
        """The secrets that the persona uses: its own, and each that a header names as ``{{secret:NAME}}``.

        Any other word of a header is sent as it stands, whatever secrets are called.
        """
        named = (explicit_names_in(value) for _, value in self.headers)
        return frozenset({self.token_secret}.union(*named) - {""})


@dataclass(frozen=True, slots=True)
class FillerSettings:
    """Just AI's ``fillersPhraseConfig``; ``phrases`` is the union of both its fields."""

    phrases: tuple[str, ...]
    activation_delay_ms: int = 2_000


@dataclass(frozen=True, slots=True)
class BargeInSettings:
    mode: BargeIn = BargeIn.FORCED
    no_interrupt_ms: int = 0
    """From the start of the answer's playout; no interruption happens before it has passed."""


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    engine: str = ""
    voice: str = ""
    settings: Json = field(default_factory=dict)
    model: str = ""
    """Tavus' ``tts_model_name``; empty: the engine's own choice."""


@dataclass(frozen=True, slots=True)
class PersonaSettings:
    """One persona version, whole, for one turn."""

    persona_id: str
    name: str
    llm: LLMSettings
    system_prompt: str = ""
    context: str = ""
    filler: FillerSettings | None = None
    barge_in: BargeInSettings = BargeInSettings()
    speech: SpeechSettings = SpeechSettings()
    interrupt_history: InterruptHistory = InterruptHistory.HEARD
    max_tool_rounds: int = 5
    tool_mocks: Json = field(default_factory=dict)
    """Saved results by function name: a text, or a value that is sent as JSON."""
    tool_endpoint: str = ""
    tool_endpoint_secret: str = ""

    @classmethod
    def from_document(cls, persona_id: str, document: Mapping[str, Any]) -> Self:
        """Read the document of a persona version. Raises KeyError or ValueError where it is not one."""
        rehearsal = document.get("rehearsal") or {}
        return cls(
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
        platform=Platform(found["platform"]),
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
    default = TAVUS_DEFAULT_ENGINE if document["llm"]["platform"] == Platform.TAVUS else ""
    return SpeechSettings(
        engine=found.get("tts_engine") or default,
        voice=found.get("external_voice_id") or "",
        settings=dict(found.get("voice_settings") or {}),
        model=str(found.get("tts_model_name") or ""),
    )
