"""A persona's settings as frozen values for the turn engine, read by `playground.engine.persona_document`."""

from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from typing import Any

from playground.engine.json_types import Json
from playground.engine.substitution import explicit_names_in


class Provider(StrEnum):
    """JAICP's ``provider``. A Tavus persona is always CUSTOM_LLM."""

    CUSTOM_LLM = "CUSTOM_LLM"
    CAILA_OPEN_AI = "CAILA_OPEN_AI"


class HistoryMode(StrEnum):
    """The ``messages`` that a JAICP script passes (Just AI, llmRequest, "Dialog history")."""

    LAST_REQUEST = "last_request"
    SESSION = "session"
    PROMPT_AND_SESSION = "prompt_and_session"


class BargeIn(StrEnum):
    """Just AI, ``$dialer.bargeInResponse``."""

    DISABLED = "disabled"
    FORCED = "forced"
    PHRASE = "phrase"


class InterruptHistory(StrEnum):
    """How much of an interrupted answer the next request contains."""

    HEARD = "heard"
    FULL = "full"
    MARKED = "marked"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class LLMSettings:
    platform: str
    """The name of one of `playground.engine.platforms`."""
    address: str
    """Tavus: the ``base_url``; JAICP: the whole ``url``. This app's own begin with ``/``."""
    model: str
    provider: str = Provider.CUSTOM_LLM
    """CUSTOM_LLM, or one of a platform's hosted providers."""
    token_secret: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    temperature: float | None = None
    parameters: Json = field(default_factory=dict)
    tools: tuple[Json, ...] = ()
    event_name: str = ""
    history_mode: HistoryMode = HistoryMode.PROMPT_AND_SESSION
    history_last: int | None = None
    """The number of last messages in JAICP's history; None for all."""
    stream_options: Json | None = None

    @property
    def header_secrets(self) -> frozenset[str]:
        """The names of the secrets that the persona uses: its own, and each ``{{secret:NAME}}`` in a header.

        Any other word of a header is sent unchanged, even if a secret has that name.
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
    """From the start of the answer's playout; no interrupt takes effect before it has passed."""
    is_conditional: bool = False
    """Whether the reply has a condition for interrupts (Just AI, ``bargeInIf``)."""

    @property
    def asks_handler(self) -> bool:
        """Whether a handler of the script decides about each interrupt."""
        return self.is_conditional and self.mode is not BargeIn.DISABLED


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    engine: str = ""
    voice: str = ""
    settings: Json = field(default_factory=dict)
    model: str = ""
    """Tavus' ``tts_model_name``; empty for the engine's default."""


@dataclass(frozen=True, slots=True)
class PersonaSettings:
    """All settings of one persona version."""

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
    """Saved results by function name: see `playground.engine.tools.mocks`."""
    tool_endpoint: str = ""
    tool_endpoint_secret: str = ""
    max_answer_s: int | None = None
    """The longest answer, in seconds of speech; None without a limit."""


def default_of(settings: type[LLMSettings | FillerSettings | PersonaSettings], name: str) -> Any:
    """Return a setting's default. Raises KeyError if it has no plain default."""
    return {each.name: each.default for each in fields(settings) if each.default is not MISSING}[name]
