"""Declares every setting of a persona once, for model, document, form, admin and exports.

To add a setting with a column, declare it, add the column to `personas.models.Persona` and migrate. A setting that
the turn engine uses is also a field of `playground.engine.persona`, which then holds its default.
"""

from enum import Enum
from typing import Any

from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator

from personas.delays import LONGEST_ACTIVATION_DELAY_MS
from personas.formats.credentials import literal_key_problems
from personas.formats.rules import parameter_problems, tool_mock_problems, tool_problems
from personas.persona_field import ADDRESS_NAMES, Bounds, FieldKind, FormSection, PersonaField, Vision
from playground.engine.persona import BargeIn, HistoryMode, InterruptHistory, LLMSettings, PersonaSettings
from playground.engine.persona import default_of as engine_default

_MAX_TOOL_ROUNDS = engine_default(PersonaSettings, "max_tool_rounds")

LEAST_TOOL_ROUNDS, MOST_TOOL_ROUNDS = 0, 20
LEAST_ANSWER_S, MOST_ANSWER_S = 1, 600
MOST_HISTORY_MESSAGES = 1_000
"""How many of a session's messages a persona may ask for by number; without a number it is all of them."""

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
                kind=FieldKind.PROMPT,
                rows=8,
            ),
            PersonaField(
                "context",
                "context",
                "context",
                "What the persona focuses on: its stories, its products, its facts.",
                kind=FieldKind.PROMPT,
                rows=5,
            ),
            PersonaField("default_replica_id", "default_replica_id", "default_replica_id"),
        ),
        is_open=True,
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
            ),
            PersonaField(
                "address",
                "llm.address",
                ADDRESS_NAMES,
                "{platforms} /demo/v1 is the built-in demo LLM.",
                kind=FieldKind.ADDRESS,
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
                kind=FieldKind.HEADERS,
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
                kind=FieldKind.OBJECT,
                rule=parameter_problems,
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
                kind=FieldKind.NUMBER,
                bounds=Bounds(1, MOST_HISTORY_MESSAGES),
            ),
        ),
        is_open=True,
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
                kind=FieldKind.LIST,
                rule=tool_problems,
                rows=12,
            ),
            PersonaField("event_name", "llm.event_name", "eventName"),
        ),
        is_open=True,
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
                    PersonaField("tts_engine", "tts.tts_engine", "tts_engine", kind=FieldKind.TEXT),
                    PersonaField(
                        "external_voice_id",
                        "tts.external_voice_id",
                        "external_voice_id",
                        "The voice's id at the engine.",
                        kind=FieldKind.TEXT,
                    ),
                    PersonaField(
                        "voice_settings",
                        "tts.voice_settings",
                        "voice_settings",
                        "A JSON object; empty: left out; {}: the engine's defaults.",
                        default=None,
                        kind=FieldKind.OBJECT,
                    ),
                    PersonaField(
                        "playht_user_id",
                        "tts.playht_user_id",
                        "playht_user_id",
                        "With playht only.",
                        kind=FieldKind.TEXT,
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
                    PersonaField(
                        "barge_in_mode",
                        "barge_in.bargeIn",
                        "bargeIn",
                        kind=FieldKind.CHOICE,
                        choices={
                            "": "Not given (forced is assumed)",
                            **{mode.value: mode.value for mode in BargeIn},
                        },
                    ),
                    PersonaField(
                        "barge_in_trigger",
                        "barge_in.bargeInTrigger",
                        "bargeInTrigger",
                        kind=FieldKind.CHOICE,
                        choices={"": "Not given", "final": "final", "interim": "interim"},
                    ),
                    PersonaField(
                        "no_interrupt_ms",
                        "barge_in.noInterruptTime",
                        "noInterruptTime",
                        default=None,
                        kind=FieldKind.NUMBER,
                        bounds=Bounds(0, LONGEST_ACTIVATION_DELAY_MS),
                    ),
                    PersonaField(
                        "barge_in_reply",
                        "barge_in.bargeInReply",
                        "bargeInReply",
                        default=None,
                        kind=FieldKind.OBJECT,
                    ),
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
                parts=(
                    PersonaField(
                        "vision",
                        "vqa.enabled",
                        "vqa",
                        "An absent layer means on.",
                        kind=FieldKind.CHOICE,
                        choices={
                            Vision.ABSENT: "Absent, which means on",
                            Vision.ON: "On",
                            Vision.OFF: "Off",
                        },
                    ),
                ),
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
                kind=FieldKind.ADDRESS,
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
                'Saved results by function name, as a JSON object: {"getWeather": {"temp": 21}}. For certain '
                'arguments: {"getWeather": [{"when": {"city": "Riga"}, "result": {"temp": -3}}, {"result": '
                '{"temp": 21}}]}, where the mock with the most conditions that hold answers. A mock answers before '
                "the tool endpoint does. Rehearsal: not platform traffic.",
                default={},
                kind=FieldKind.OBJECT,
                rule=tool_mock_problems,
            ),
            PersonaField(
                "tool_endpoint",
                "rehearsal.tool_endpoint",
                "Tool endpoint",
                "Gets POST {conversation_id, turn_id, tool_call_id, name, arguments} for each call without a mock; "
                "the body of its answer is the result. Empty: you answer by hand. Rehearsal: not platform traffic.",
                kind=FieldKind.ADDRESS,
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
                kind=FieldKind.NUMBER,
                bounds=Bounds(LEAST_TOOL_ROUNDS, MOST_TOOL_ROUNDS),
            ),
            PersonaField(
                "max_answer_s",
                "rehearsal.max_answer_s",
                "Longest answer",
                "The longest answer in seconds of speech; a longer one is cut there, as by an interrupt. Empty: no "
                "limit.",
                default=engine_default(PersonaSettings, "max_answer_s"),
                kind=FieldKind.NUMBER,
                bounds=Bounds(LEAST_ANSWER_S, MOST_ANSWER_S),
            ),
            PersonaField(
                "stream_options",
                "llm.stream_options",
                "stream_options",
                'No platform sends it; {"include_usage": true} asks the LLM for token counts. Shown as a departure.',
                default=engine_default(LLMSettings, "stream_options"),
                kind=FieldKind.OBJECT,
                rows=2,
            ),
        ),
    ),
    FormSection(
        "other",
        "Other keys",
        "Everything else in the document",
        "What Greenroom doesn't act on is kept as it is and comes out again on export.",
        (
            PersonaField(
                "other_layers",
                "other_layers",
                "Other layers",
                default={},
                kind=FieldKind.OBJECT,
                rule=literal_key_problems,
            ),
            PersonaField(
                "other_keys",
                "other_keys",
                "Other keys",
                "Keys beside those above, such as pipeline_mode or document_ids.",
                default={},
                kind=FieldKind.OBJECT,
                rule=literal_key_problems,
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


def bounds_of(name: str) -> list[BaseValidator]:
    """The bounds of a number, as models take them."""
    bounds = PERSONA_FIELDS[name].bounds
    return [] if bounds is None else [MinValueValidator(bounds.least), MaxValueValidator(bounds.most)]
