"""The persona form's sections, labels and help texts: what the platforms' pages say of each setting."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SectionText:
    slug: str
    short: str
    """In the column of sections."""
    title: str
    lead: str
    names: tuple[str, ...]


SECTIONS = (
    SectionText(
        "prompt",
        "Prompt",
        "Identity and prompt",
        "Tavus joins system_prompt, context and the conversation's conversational_context into the first system "
        "message of every request. A JAICP script passes its own messages; here the same parts make its prompt.",
        ("persona_name", "system_prompt", "context", "default_replica_id"),
    ),
    SectionText(
        "llm",
        "LLM",
        "How the LLM is called",
        "The platform decides what is sent: Tavus calls base_url with /chat/completions behind it; JAICP calls url "
        "as it stands.",
        (
            "platform",
            "provider",
            "address",
            "model",
            "token_secret",
            "headers",
            "temperature",
            "parameters",
            "history_mode",
            "history_last",
        ),
    ),
    SectionText(
        "tools",
        "Tools",
        "Tools",
        "Functions that the LLM may call. Neither platform runs them: Tavus leaves a call to your server, JAICP "
        "raises an event in the script.",
        ("tools", "event_name"),
    ),
    SectionText(
        "speech",
        "Voice",
        "Speech and fillers",
        "Speech is simulated: the engine and its settings decide how long synthesis and playout take here.",
        (
            "tts_engine",
            "external_voice_id",
            "voice_settings",
            "playht_user_id",
            "tts_token_secret",
            "filler_config",
            "barge_in_mode",
            "barge_in_trigger",
            "no_interrupt_ms",
            "barge_in_reply",
        ),
    ),
    SectionText(
        "vision",
        "Vision",
        "Vision",
        "Tavus' vqa layer. Vision is not simulated; the setting is kept and comes out again on export.",
        ("vision",),
    ),
    SectionText(
        "rehearsal",
        "Rehearsal",
        "Rehearsal",
        "How Greenroom plays this persona. None of it is part of a platform's document.",
        (
            "interrupt_history",
            "stand_in_address",
            "stand_in_model",
            "stand_in_secret",
            "tool_mocks",
            "tool_endpoint",
            "tool_endpoint_secret",
            "max_tool_rounds",
            "stream_options",
        ),
    ),
    SectionText(
        "other",
        "Other keys",
        "Everything else in the document",
        "What Greenroom doesn't act on is kept as it is and comes out again on export.",
        ("other_layers", "other_keys"),
    ),
)

TEXTS: dict[str, tuple[str, str]] = {
    "persona_name": ("Name", "Tavus: persona_name. Names may repeat."),
    "system_prompt": ("system_prompt", "What defines the persona: “You are a storyteller…”"),
    "context": ("context", "What the persona focuses on: its stories, its products, its facts."),
    "default_replica_id": ("default_replica_id", "Tavus: the replica used when a conversation names none."),
    "platform": ("Platform", "Whose request is sent and whose rules apply."),
    "provider": (
        "provider",
        "JAICP only. CUSTOM_LLM is a direct connection to the address below; CAILA_OPEN_AI goes to Caila's OpenAI "
        "adapter and uses neither url, headers, tools nor eventName.",
    ),
    "address": (
        "base_url or url",
        "Tavus: the OpenAI-compatible base without a route, such as https://llm.example.com/v1. JAICP: the whole "
        "url, called byte for byte. /demo/v1 is the built-in demo LLM.",
    ),
    "model": ("model", "The name that your LLM's server knows it by."),
    "token_secret": (
        "Token secret",
        "Tavus: api_key, sent as Authorization: Bearer. JAICP: tokenSecret. A secret goes to its allowed hosts alone.",
    ),
    "headers": (
        "headers",
        "One “Name: value” a line. Write the secret's name where its key would stand: Authorization: Api-Key MY_TOKEN.",
    ),
    "temperature": (
        "temperature",
        "Higher values are more creative and less predictable; JAICP recommends 0.0 to 1.0. Empty: not sent.",
    ),
    "parameters": (
        "parameters",
        'Other LLM parameters, as a JSON object: {"max_completion_tokens": 150, "stop": ["joke"]}. JAICP ignores 13 '
        "names there, model, messages, stream and tools among them. Tavus: extra_body.",
    ),
    "history_mode": (
        "messages",
        "JAICP only: what the script passes. chatHistoryInLlmFormat holds no system message; Tavus always sends "
        "prompt and whole history.",
    ),
    "history_last": (
        "Last messages",
        "JAICP only: how many of the session's last messages are passed. Empty: all.",
    ),
    "tools": (
        "tools",
        "A JSON list of OpenAI functions: name, description, parameters (a JSON Schema). JAICP: CUSTOM_LLM only.",
    ),
    "event_name": (
        "eventName",
        "JAICP: the event that is raised in the script when the LLM calls a function. A function can't end the call.",
    ),
    "tts_engine": ("tts_engine", "Tavus: cartesia, elevenlabs or, in older documents, playht."),
    "external_voice_id": ("external_voice_id", "The voice's id at the engine."),
    "voice_settings": ("voice_settings", "A JSON object; empty: left out; {}: the engine's defaults."),
    "playht_user_id": ("playht_user_id", "With playht only."),
    "tts_token_secret": (
        "Token secret of the voice",
        "Tavus: api_key of the tts layer. Kept, never sent from here.",
    ),
    "filler_config": (
        "Fillers",
        "JAICP: fillersPhraseConfig, what the bot says while it waits for the LLM's first sentence. On a Tavus "
        "persona fillers are rehearsal only.",
    ),
    "barge_in_mode": (
        "bargeIn",
        "JAICP: forced cuts the reply at once, phrase lets the current reply end first, disabled ignores the caller.",
    ),
    "barge_in_trigger": ("bargeInTrigger", "JAICP: which recognition result interrupts, final or interim."),
    "no_interrupt_ms": (
        "noInterruptTime",
        "JAICP: ms from the start of the reply in which nothing interrupts.",
    ),
    "barge_in_reply": ("bargeInReply", "JAICP: the object of an empty reply with bargeInIf, kept as given."),
    "vision": ("vqa", "An absent layer means on."),
    "interrupt_history": (
        "After an interrupt",
        "What the next request carries of an answer that was cut. Tavus keeps what was spoken.",
    ),
    "stand_in_address": (
        "Stand-in address",
        "A base URL that answers in rehearsals while the persona's own can't be called. Empty: the demo LLM.",
    ),
    "stand_in_model": ("Stand-in model", "Empty: the persona's own model."),
    "stand_in_secret": ("Stand-in token secret", ""),
    "tool_mocks": (
        "Tool mocks",
        'Saved results by function name, as a JSON object: {"getWeather": {"temp": 21}}. A mock answers before the '
        "tool endpoint does. Rehearsal: not platform traffic.",
    ),
    "tool_endpoint": (
        "Tool endpoint",
        "Gets POST {conversation_id, turn_id, tool_call_id, name, arguments} for each call without a mock; the body "
        "of its answer is the result. Empty: you answer by hand. Rehearsal: not platform traffic.",
    ),
    "tool_endpoint_secret": (
        "Token secret of the tool endpoint",
        "Sent to it as Authorization: Bearer, if its host is among the secret's allowed hosts.",
    ),
    "max_tool_rounds": (
        "Most tool rounds",
        "How often in a row a result may lead to another request; 5 by default. Then something new must be said.",
    ),
    "stream_options": (
        "stream_options",
        'Neither platform sends it; {"include_usage": true} asks the LLM for token counts. Shown as a departure.',
    ),
    "other_layers": ("Other layers", "Tavus: layers beside llm, tts and vqa, and unknown keys of llm."),
    "other_keys": ("Other keys", "Keys beside those above, such as pipeline_mode or document_ids."),
    "note": ("Note on this version", "Why you changed it; shown in the list of versions."),
}


def texts(name: str) -> dict[str, Any]:
    """``label`` and ``help_text`` of a field."""
    label, help_text = TEXTS[name]
    return {"label": label, "help_text": help_text}
