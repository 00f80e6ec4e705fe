"""Declares every setting of a persona once, for model, document, form, admin and exports.

To add a setting with a column, declare it, add the column to `personas.models.Persona` and migrate. A setting that
the turn engine uses is also a field of `playground.engine.persona`, which then holds its default.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from playground.engine.persona import HistoryMode, InterruptHistory, LLMSettings, PersonaSettings, Provider
from playground.engine.persona import default_of as engine_default
from playground.engine.platforms.registry import platforms

PLATFORMS = "{platforms}"
"""Marks the place of the platforms' own sentences in a text; without it they come at the end."""


class FieldKind(Enum):
    VALUE = auto()
    SECRET = auto()
    """A reference to a token secret; the document has its name."""
    FILLER = auto()
    """A reference to a filler config; the document has the whole config."""


@dataclass(frozen=True, slots=True)
class PersonaField:
    """A column of the model, or one of the ``parts`` in which the form shows a column."""

    name: str
    """In the model and the form."""
    path: str
    """Its path in the document, such as ``llm.model``."""
    label: str = ""
    own_help: str = ""
    """Help text without the platforms' own."""
    default: Any = ""
    """The value if the document has none. Copy it before storing it."""
    kind: FieldKind = FieldKind.VALUE
    choices: Mapping[str, str] | None = None
    """Labels by value."""
    is_required: bool = False
    """Whether a document without it is refused."""
    parts: tuple["PersonaField", ...] = ()

    @property
    def help_text(self) -> str:
        return _with_platforms(
            self.own_help, (platform.help_texts.get(self.name) for platform in platforms())
        )

    @property
    def place(self) -> tuple[str, str]:
        """The path of its object in the document (empty for the document itself), and its key there."""
        holder, _, key = self.path.rpartition(".")
        return holder, key

    def value_in(self, document: Mapping[str, Any]) -> Any:
        """Return its value in a document, or its default. Raises KeyError if it is required and missing."""
        holder, key = self.place
        if self.is_required:
            return (document[holder] if holder else document)[key]
        value = ((document.get(holder) or {}) if holder else document).get(key)
        return self.default if value is None or value == "" else value


@dataclass(frozen=True, slots=True)
class FormSection:
    """A section of the form."""

    slug: str
    short: str
    """The title in the list of sections."""
    title: str
    own_lead: str
    fields: tuple[PersonaField, ...]

    @property
    def lead(self) -> str:
        return _with_platforms(
            self.own_lead, (platform.section_texts.get(self.slug) for platform in platforms())
        )

    @property
    def form_fields(self) -> tuple[PersonaField, ...]:
        return tuple(shown for field in self.fields for shown in field.parts or (field,))


def _with_platforms(own: str, sentences: Iterable[str | None]) -> str:
    before, _, after = own.partition(PLATFORMS)
    return " ".join(filter(None, (before.strip(), *sentences, after.strip())))


_MAX_TOOL_ROUNDS = engine_default(PersonaSettings, "max_tool_rounds")

SECTIONS = (
    FormSection(
        "prompt",
        "Prompt",
        "Identity and prompt",
        "",
        (
            PersonaField(
                "persona_name", "persona_name", "Name", "{platforms} Names may repeat.", is_required=True
            ),
            PersonaField(
                "system_prompt",
                "system_prompt",
                "system_prompt",
                "What defines the persona: “You are a storyteller…”",
            ),
            PersonaField(
                "context",
                "context",
                "context",
                "What the persona focuses on: its stories, its products, its facts.",
            ),
            PersonaField("default_replica_id", "default_replica_id", "default_replica_id"),
        ),
    ),
    FormSection(
        "llm",
        "LLM",
        "How the LLM is called",
        "The platform decides what is sent.",
        (
            PersonaField(
                "platform",
                "llm.platform",
                "Platform",
                "Whose request is sent and whose rules apply.",
                is_required=True,
            ),
            PersonaField(
                "provider",
                "llm.provider",
                "provider",
                default=engine_default(LLMSettings, "provider"),
                choices={
                    Provider.CUSTOM_LLM: "CUSTOM_LLM: a server of your own",
                    Provider.CAILA_OPEN_AI: "CAILA_OPEN_AI: Caila's openai-proxy",
                },
            ),
            PersonaField(
                "address",
                "llm.address",
                "base_url or url",
                "{platforms} /demo/v1 is the built-in demo LLM.",
            ),
            PersonaField("model", "llm.model", "model", "The name that your LLM's server knows it by."),
            PersonaField(
                "token_secret",
                "llm.token_secret",
                "Token secret",
                "{platforms} A secret goes to its allowed hosts alone.",
                kind=FieldKind.SECRET,
            ),
            PersonaField(
                "headers",
                "llm.headers",
                "headers",
                "One “Name: value” a line. Write the secret's name where its key would stand: Authorization: Api-Key "
                "MY_TOKEN.",
                default=[],
            ),
            PersonaField(
                "temperature",
                "llm.temperature",
                "temperature",
                "Higher values are more creative and less predictable. {platforms} Empty: not sent.",
                default=engine_default(LLMSettings, "temperature"),
            ),
            PersonaField(
                "parameters",
                "llm.parameters",
                "parameters",
                'Other LLM parameters, as a JSON object: {"max_completion_tokens": 150, "stop": ["joke"]}.',
                default={},
            ),
            PersonaField(
                "history_mode",
                "llm.history_mode",
                "messages",
                default=engine_default(LLMSettings, "history_mode"),
                choices={
                    HistoryMode.LAST_REQUEST: "The last request only",
                    HistoryMode.SESSION: "The session's messages",
                    HistoryMode.PROMPT_AND_SESSION: "The prompt and the session's messages",
                },
            ),
            PersonaField(
                "history_last",
                "llm.history_last",
                "Last messages",
                default=engine_default(LLMSettings, "history_last"),
            ),
        ),
    ),
    FormSection(
        "tools",
        "Tools",
        "Tools",
        "Functions that the LLM may call. No platform runs them.",
        (
            PersonaField(
                "tools",
                "llm.tools",
                "tools",
                "A JSON list of OpenAI functions: name, description, parameters (a JSON Schema).",
                default=[],
            ),
            PersonaField("event_name", "llm.event_name", "eventName"),
        ),
    ),
    FormSection(
        "speech",
        "Voice",
        "Speech and fillers",
        "Speech is simulated: the engine and its settings decide how long synthesis and playout take here.",
        (
            PersonaField(
                "tts",
                "tts",
                default=None,
                parts=(
                    PersonaField("tts_engine", "tts.tts_engine", "tts_engine"),
                    PersonaField(
                        "external_voice_id",
                        "tts.external_voice_id",
                        "external_voice_id",
                        "The voice's id at the engine.",
                    ),
                    PersonaField(
                        "voice_settings",
                        "tts.voice_settings",
                        "voice_settings",
                        "A JSON object; empty: left out; {}: the engine's defaults.",
                        default=None,
                    ),
                    PersonaField(
                        "playht_user_id", "tts.playht_user_id", "playht_user_id", "With playht only."
                    ),
                ),
            ),
            PersonaField(
                "tts_token_secret",
                "tts.token_secret",
                "Token secret of the voice",
                "{platforms} Kept, never sent from here.",
                kind=FieldKind.SECRET,
            ),
            PersonaField("filler_config", "filler", "Fillers", default=None, kind=FieldKind.FILLER),
            PersonaField(
                "barge_in",
                "barge_in",
                default={},
                parts=(
                    PersonaField("barge_in_mode", "barge_in.bargeIn", "bargeIn"),
                    PersonaField("barge_in_trigger", "barge_in.bargeInTrigger", "bargeInTrigger"),
                    PersonaField(
                        "no_interrupt_ms", "barge_in.noInterruptTime", "noInterruptTime", default=None
                    ),
                    PersonaField("barge_in_reply", "barge_in.bargeInReply", "bargeInReply", default=None),
                ),
            ),
        ),
    ),
    FormSection(
        "vision",
        "Vision",
        "Vision",
        "{platforms} Vision is not simulated; the setting is kept and comes out again on export.",
        (
            PersonaField(
                "vqa",
                "vqa",
                default=None,
                parts=(PersonaField("vision", "vqa.enabled", "vqa", "An absent layer means on."),),
            ),
        ),
    ),
    FormSection(
        "rehearsal",
        "Rehearsal",
        "Rehearsal",
        "How Greenroom plays this persona. None of it is part of a platform's document.",
        (
            PersonaField(
                "interrupt_history",
                "rehearsal.interrupt_history",
                "After an interrupt",
                "What the next request carries of an answer that was cut.",
                default=engine_default(PersonaSettings, "interrupt_history"),
                choices={
                    InterruptHistory.HEARD: "What was heard",
                    InterruptHistory.FULL: "The full answer",
                    InterruptHistory.MARKED: "What was heard, with a mark",
                    InterruptHistory.DROP: "Nothing of it",
                },
            ),
            PersonaField(
                "stand_in_address",
                "rehearsal.stand_in_address",
                "Stand-in address",
                "A base URL that answers in rehearsals while the persona's own can't be called. Empty: the demo LLM.",
            ),
            PersonaField(
                "stand_in_model",
                "rehearsal.stand_in_model",
                "Stand-in model",
                "Empty: the persona's own model.",
            ),
            PersonaField(
                "stand_in_secret", "rehearsal.stand_in_secret", "Stand-in token secret", kind=FieldKind.SECRET
            ),
            PersonaField(
                "tool_mocks",
                "rehearsal.tool_mocks",
                "Tool mocks",
                'Saved results by function name, as a JSON object: {"getWeather": {"temp": 21}}. A mock answers '
                "before the tool endpoint does. Rehearsal: not platform traffic.",
                default={},
            ),
            PersonaField(
                "tool_endpoint",
                "rehearsal.tool_endpoint",
                "Tool endpoint",
                "Gets POST {conversation_id, turn_id, tool_call_id, name, arguments} for each call without a mock; "
                "the body of its answer is the result. Empty: you answer by hand. Rehearsal: not platform traffic.",
            ),
            PersonaField(
                "tool_endpoint_secret",
                "rehearsal.tool_endpoint_secret",
                "Token secret of the tool endpoint",
                "Sent to it as Authorization: Bearer, if its host is among the secret's allowed hosts.",
                kind=FieldKind.SECRET,
            ),
            PersonaField(
                "max_tool_rounds",
                "rehearsal.max_tool_rounds",
                "Most tool rounds",
                f"How often in a row a result may lead to another request; {_MAX_TOOL_ROUNDS} by default. Then "
                "something new must be said.",
                default=_MAX_TOOL_ROUNDS,
            ),
            PersonaField(
                "max_answer_s",
                "rehearsal.max_answer_s",
                "Longest answer",
                "The longest answer in seconds of speech; a longer one is cut there, as by an interrupt. Empty: no "
                "limit.",
                default=engine_default(PersonaSettings, "max_answer_s"),
            ),
            PersonaField(
                "stream_options",
                "llm.stream_options",
                "stream_options",
                'No platform sends it; {"include_usage": true} asks the LLM for token counts. Shown as a departure.',
                default=engine_default(LLMSettings, "stream_options"),
            ),
        ),
    ),
    FormSection(
        "other",
        "Other keys",
        "Everything else in the document",
        "What Greenroom doesn't act on is kept as it is and comes out again on export.",
        (
            PersonaField("other_layers", "other_layers", "Other layers", default={}),
            PersonaField(
                "other_keys",
                "other_keys",
                "Other keys",
                "Keys beside those above, such as pipeline_mode or document_ids.",
                default={},
            ),
        ),
    ),
)

PERSONA_FIELDS = {field.name: field for section in SECTIONS for field in section.fields}
"""The model's columns by name, in the form's order."""
FORM_FIELDS = {field.name: field for section in SECTIONS for field in section.form_fields}
REHEARSAL_FIELDS = next(section.fields for section in SECTIONS if section.slug == "rehearsal")
"""Greenroom's own settings, which are in no platform's document."""


def default_of(name: str) -> Any:
    """Return the default of a column, as models take it."""
    default = PERSONA_FIELDS[name].default
    return default.value if isinstance(default, Enum) else default


def choices_of(name: str) -> list[tuple[str, str]]:
    """Return a column's choices for models: plain values, which migrations can store."""
    return [(str(value), label) for value, label in (PERSONA_FIELDS[name].choices or {}).items()]
