"""The contents of the stored database: secrets, people, fillers, personas and their versions, conversations."""

import json
from dataclasses import dataclass

from tests.personas import examples
from tests.upgrade.served import LLM_AT

Values = dict[str, str]
"""A persona form's fields with what is entered; a token secret or filler config by the first word of its name."""

SECRETS = {
    "OPEN_KEY": ("sk-open-0123456789abcdef", f"http://{LLM_AT}\n*.example.org"),
    "SECOND_KEY": ("second-0123456789abcdef", f"http://{LLM_AT}"),
    "VOICE_KEY": ("voice-0123456789abcdef", "api.elevenlabs.io"),
    "TOOL_KEY": ("tool-0123456789abcdef", f"http://{LLM_AT}"),
    "NOWHERE_KEY": ("nowhere-0123456789abcdef", ""),
}
"""Name: value and allowed hosts."""

PEOPLE = {"vera": "viewer", "edith": "editor", "simon": "secret manager", "ada": "admin"}
API_KEYS = {"admin": ("admin", "admin"), "edith": ("editor", "edith"), "vera": ("viewer", "vera")}
"""Name: the key's role, and whose it is."""

FILLER = {
    "name": "Patience",
    "filler_phrase": "One moment…",
    "filler_phrases_list": "Let me see.\nСекунду.",
    "activation_delay_ms": "1500",
}

TOOLS = json.dumps(
    [
        {
            "type": "function",
            "function": {
                "name": "get_current_weather",
                "description": "The weather at a place — now",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "location": {"type": "string"},
                        "unit": {"enum": ["celsius", "fahrenheit"]},
                    },
                    "required": ["location"],
                },
            },
        }
    ]
)
PROMPT = {
    "system_prompt": "You are a storyteller.\n\nReply in “brief” utterances; mind {placeholders} & <tags>.\n",
    "context": "Favourite stories: Красная Шапочка, 三匹の子豚 🐺.",
}
TAVUS = PROMPT | {
    "platform": "tavus",
    "address": f"http://{LLM_AT}/ok/v1",
    "model": "gpt-4o",
    "token_secret": "OPEN_KEY",
}
JAICP = PROMPT | {
    "platform": "jaicp",
    "address": f"http://{LLM_AT}/ok/v1/chat/completions",
    "model": "my-model",
    "token_secret": "OPEN_KEY",
    "headers": "Authorization: Api-Key OPEN_KEY",
}
WITH_TOOLS = TAVUS | {"address": f"http://{LLM_AT}/tool-call/v1", "tools": TOOLS}

FORMS: dict[str, tuple[Values, ...]] = {
    "Tavus plain": (
        TAVUS,
        {"context": "Another context.", "note": "Try another"},
        {"context": PROMPT["context"]},
    ),
    "Tavus headers": (
        TAVUS
        | {
            "headers": "X-Second: Key {{secret:SECOND_KEY}}\nX-Plain: plain\nX-Word: OPEN_KEY, and SECOND_KEY",
            "temperature": "0.3",
            "parameters": '{"temperature": 0.9, "top_p": 0.5, "n": 3, "stream": false, "logit_bias": {"1": 2}}',
            "stream_options": '{"include_usage": true}',
            "vision": "on",
        },
        {"temperature": "", "headers": "X-Second: {{secret:SECOND_KEY}}"},
    ),
    "Tavus mocks": (
        WITH_TOOLS | {"tool_mocks": '{"get_current_weather": {"temp": 21, "sky": "ясно"}}', "vision": "off"},
        {"tool_mocks": '{"get_current_weather": "18 degrees"}', "max_tool_rounds": "0"},
        {"max_tool_rounds": "3"},
    ),
    "Tavus by hand": (WITH_TOOLS,),
    "Tavus endpoint": (
        WITH_TOOLS
        | {
            "tool_endpoint": f"http://{LLM_AT}/ok/tools?who=me",
            "tool_endpoint_secret": "TOOL_KEY",
            "max_tool_rounds": "2",
        },
    ),
    "Tavus full": (TAVUS | {"interrupt_history": "full"},),
    "Tavus marked": (TAVUS | {"interrupt_history": "marked"},),
    "Tavus drop": (TAVUS | {"interrupt_history": "drop"},),
    "Tavus voice": (
        TAVUS
        | {
            "default_replica_id": "r123456789",
            "tts_engine": "elevenlabs",
            "external_voice_id": "voice-1",
            "voice_settings": '{"speed": 0.9, "stability": 0.5}',
            "playht_user_id": "user-1",
            "tts_token_secret": "VOICE_KEY",
            "filler_config": "Patience",
            "other_layers": '{"stt": {"stt_engine": "tavus-advanced"}, "perception": {"perception_model": "off"}}',
            "other_keys": '{"pipeline_mode": "full", "document_ids": ["d1", "d2"], "x": {"y": [1, 2.50, 1e3, null]}}',
        },
        {"tts_engine": "playht", "voice_settings": "", "filler_config": ""},
    ),
    "Tavus echo pipeline": (TAVUS | {"other_keys": '{"pipeline_mode": "echo"}'},),
    "Tavus stand-in": (
        TAVUS
        | {
            "address": "open-ai-compatible-llm-http-endpoint",
            "token_secret": "NOWHERE_KEY",
            "stand_in_address": f"http://{LLM_AT}/ok/stand-in/v1",
            "stand_in_model": "stand-in-model",
            "stand_in_secret": "SECOND_KEY",
        },
    ),
    "Tavus demo": (
        PROMPT
        | {"platform": "tavus", "address": "/demo/v1", "model": "demo-echo", "token_secret": "DEMO_LLM_KEY"},
    ),
    "Tavus nowhere": (TAVUS | {"token_secret": "NOWHERE_KEY"},),
    "Tavus refused": (TAVUS | {"address": f"http://{LLM_AT}/unauthorised/v1"},),
    "Tavus cut": (TAVUS | {"address": f"http://{LLM_AT}/cut/v1"},),
    "Tavus drips": (TAVUS | {"address": f"http://{LLM_AT}/drip/v1?ms=100"},),
    "Tavus at once": (TAVUS | {"address": f"http://{LLM_AT}/coalesced/v1"},),
    "Tavus bare": ({"platform": "tavus"},),
    "JAICP last request": (JAICP | {"history_mode": "last_request"},),
    "JAICP session": (
        JAICP | {"history_mode": "session", "history_last": "3", "barge_in_mode": "disabled"},
        {"history_last": "1"},
        {"history_last": ""},
        {"history_last": "3"},
    ),
    "JAICP prompt": (
        JAICP
        | {
            "history_mode": "prompt_and_session",
            "barge_in_mode": "forced",
            "barge_in_trigger": "interim",
            "no_interrupt_ms": "500",
            "temperature": "0.6",
            "parameters": '{"max_completion_tokens": 150, "tools": [], "model": "other", "stop": ["joke", "###"]}',
        },
    ),
    "JAICP phrase": (
        JAICP
        | {
            "barge_in_mode": "phrase",
            "barge_in_trigger": "final",
            "barge_in_reply": '{"type": "text", "text": "Yes?"}',
            "headers": "",
            "filler_config": "Patience",
            "tools": TOOLS,
            "event_name": "weatherEvent",
            "address": f"http://{LLM_AT}/tool-call/v1/chat/completions?api-version=2",
        },
    ),
    "JAICP Caila": (
        PROMPT
        | {
            "platform": "jaicp",
            "provider": "CAILA_OPEN_AI",
            "model": "gpt-4o",
            "token_secret": "OPEN_KEY",
            "headers": "X-Left: out",
            "temperature": "0",
            "tools": TOOLS,
        },
    ),
}
"""Personas made in the form; each further entry is what is changed for the next version."""

SCRIPT_WITH_COMMENTS = """\
theme: /
    state: Question
        event!: noMatch
        script:
            # the older one:
            # $response.replies.push({ type: "llmRequest", provider: "CAILA_OPEN_AI", model: "gpt-4o" });
            $response.replies = $response.replies || [];
            $response.replies.push({
                type: "llmRequest", provider: "CUSTOM_LLM",
                url: "https://llm.example.org/v1/chat/completions",
                headers: {"Authorization": "Bearer SCRIPT_KEY"},
                model: "commented", tokenSecret: "SCRIPT_KEY",
                messages: $jsapi.chatHistoryInLlmFormat(),
                fillersPhraseConfig: {fillerPhrasesList: ["Минуту...", "Думаю..."], activationDelayMs: 1200}
            });
"""
SCRIPT_WITH_TEMP = """\
theme: /Shop
    state: Answer
        script:
            $temp.messages = [{"role": "system", "content": "Будь краток."},
                {"role": "user", "content": $request.query}];
            $response.replies.push({
                type: "llmRequest", provider: "CUSTOM_LLM", url: "https://llm.example.org/v1/chat/completions",
                headers: {"Authorization": "Api-Key SCRIPT_KEY"}, model: "temporary", tokenSecret: "SCRIPT_KEY",
                messages: $temp.messages
            });
"""
SCRIPT_WITH_UNSHIFT = """\
theme: /
    state: NoMatch
        event!: noMatch
        script:
            var past = $jsapi.chatHistoryInLlmFormat();
            past.unshift({"role": "system", "content": "Answer in one sentence."});
            $response.replies.push({
                type: "llmRequest", provider: "CUSTOM_LLM", url: "https://llm.example.org/v1/chat/completions",
                model: "unshifted", tokenSecret: "SCRIPT_KEY", messages: past, bargeIn: "forced",
                bargeInTrigger: "final", noInterruptTime: 700, unknownKey: {"a": [1, 2]}
            });
"""
CURL = """\
curl -X POST https://tavusapi.com/v2/personas -H "Content-Type: application/json" -H "x-api-key: YOUR_KEY" -d '{
    "persona_name": "Doorman by curl", "system_prompt": "You open the door.", "context": "It'\\''s late.",
    "layers": {"llm": {"model": "m", "base_url": "https://llm.example.org/v1", "api_key": "sk-...",
               "speculative_inference": true}, "tts": {...}}}'
"""
JAVASCRIPT = """\
const persona = {
  persona_name: "Doorman in JavaScript", pipeline_mode: "full", "system_prompt": "You open the door.",
  'context': 'From three; "late" is after ten.',
  "layers": {"llm": {"model": "tavus-llama", "speculative_inference": true, "tools": [], },
             "tts": {"tts_engine": "cartesia", "tts_emotion_control": true, },
             "stt": {"stt_engine": "tavus-advanced", "smart_turn_detection": true, }, },
};
"""
PYTHON = """\
payload = {
    "persona_name": "Doorman in Python", "system_prompt": "You open the door.", "default_replica_id": "r00000000000",
    "layers": {
        "llm": {"model": "m", "base_url": "https://llm.example.org", "api_key": "none", "tools": TOOLS},
        "tts": {"tts_engine": "elevenlabs", "api_key": "example-tts-key-0123456789", "external_voice_id": "voice-1"},
        "vqa": {"enable_vision": "true", "prompt": None},
    },
}
"""

PENDING = "PENDING_KEY"
"""A secret that a document names and an admin imports: made without a value."""
GHOST = "GHOST_KEY"
"""A secret that an editor's document names: nobody makes it."""


def _naming(name: str, secret: str) -> str:
    named = f"{{{{secret:{secret}}}}}"
    llm = {"model": "m", "base_url": f"http://{LLM_AT}/ok/v1", "api_key": named, "headers": {"X-Key": named}}
    return json.dumps({"persona_name": name, "system_prompt": "You wait.", "layers": {"llm": llm}})


IMPORTS = {
    "storyteller": examples.STORYTELLER,
    "weather assistant": examples.WEATHER_ASSISTANT,
    "caila": examples.CAILA,
    "yandex gpt": examples.YANDEX_GPT,
    "function calling": examples.FUNCTION_CALLING,
    "comments": SCRIPT_WITH_COMMENTS,
    "temp": SCRIPT_WITH_TEMP,
    "unshift": SCRIPT_WITH_UNSHIFT,
    "curl": CURL,
    "javascript": JAVASCRIPT,
    "python": PYTHON,
    "pending": _naming("Names a pending secret", PENDING),
}
"""Documents that the admin imports."""
GHOST_DOCUMENT = _naming("Names a missing secret", GHOST)
PATCHED = "Tavus voice"
"""A persona that the API changes once more."""
PATCH = [
    {"op": "add", "path": "/layers/llm/extra_body", "value": {"top_k": 7}},
    {"op": "replace", "path": "/layers/tts/tts_engine", "value": "cartesia"},
]
REVERTED = "Tavus plain"
"""A persona whose first version is restored."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation, and what happens in it: ``(what, text)`` in order."""

    persona: str
    steps: tuple[tuple[str, str], ...]
    context: str = ""
    greeting: str = ""
    is_instant: bool = True
    next_step: tuple[str, str] = ("say", "And then? «Дальше»")
    """How the test goes on."""


CUT = ("cut", "And then? «Дальше»")
"""Say it, and cut in as soon as the LLM has answered: for conversations whose speech takes its time."""
CALL_ID = "call_4Jx0qXa6vBzDWB1HkYt7mRcP"
TALKS = {
    "two turns": Talk(
        "Tavus plain", (("say", "Tell me a story."), ("say", "Go on.")), context="Maya, from Dallas."
    ),
    "greeting and echo": Talk(
        "Tavus plain", (("wait", ""), ("echo", "Word for word."), ("say", "Hello")), greeting="Welcome!"
    ),
    "context appended": Talk(
        "Tavus plain", (("say", "Hello"), ("append", "She is 7."), ("append", "It rains.")), context="Maya."
    ),
    "context overwritten": Talk(
        "Tavus headers", (("append", "Gone."), ("say", "Hello"), ("overwrite", "Only this."))
    ),
    "context emptied": Talk("Tavus headers", (("say", "Hello"), ("overwrite", "")), context="Gone soon."),
    "mocked": Talk("Tavus mocks", (("say", "The weather?"), ("wait", ""), ("say", "Thanks."))),
    "answered by hand": Talk(
        "Tavus by hand", (("say", "The weather?"), ("result", "18 °C"), ("say", "Thanks."))
    ),
    "unanswered": Talk("Tavus by hand", (("say", "The weather?"),)),
    "to be answered": Talk("Tavus by hand", (("say", "The weather?"),), next_step=("result", '{"temp": 18}')),
    "asked twice": Talk("Tavus by hand", (("say", "The weather?"), ("say", "Well?"), ("result", "rain"))),
    "endpoint": Talk("Tavus endpoint", (("say", "The weather?"), ("wait", ""))),
    "heard": Talk("Tavus plain", (("interrupt", "Tell me a story."),), is_instant=False, next_step=CUT),
    "full": Talk("Tavus full", (("interrupt", "Tell me a story."),), is_instant=False, next_step=CUT),
    "marked": Talk(
        "Tavus marked", (("interrupt", "Tell me a story."), ("say", "Yes?")), is_instant=False, next_step=CUT
    ),
    "drop": Talk("Tavus drop", (("interrupt", "Tell me a story."),), is_instant=False, next_step=CUT),
    "voice": Talk("Tavus voice", (("say", "Hello"),)),
    "echo pipeline": Talk("Tavus echo pipeline", (("say", "I say what you say."),)),
    "stand-in": Talk("Tavus stand-in", (("say", "Hello"),)),
    "demo": Talk("Tavus demo", (("say", "Hello"),), next_step=CUT),
    "demo data": Talk("Mert the Storyteller", (("say", "Tell me about the wolf."),), next_step=CUT),
    "not allowed": Talk("Tavus nowhere", (("say", "Hello"),)),
    "refused": Talk("Tavus refused", (("say", "Hello"),)),
    "cut": Talk("Tavus cut", (("say", "Hello"),)),
    "bare": Talk("Tavus bare", (("say", "Hello"),)),
    "last request": Talk("JAICP last request", (("say", "One"), ("say", "Two"))),
    "session": Talk("JAICP session", (("say", "One"), ("say", "Two"), ("say", "Three"))),
    "prompt": Talk("JAICP prompt", (("say", "One"), ("say", "Two")), context="Maya."),
    "event fired": Talk("JAICP phrase", (("say", "The weather?"),)),
    "event answered": Talk("JAICP phrase", (("say", "The weather?"), ("result", "snow"), ("say", "Brr."))),
    "caila": Talk("JAICP Caila", (("say", "One"), ("say", "Two"))),
    "pending secret": Talk("Names a pending secret", (("say", "Hello"),)),
    "missing secret": Talk("Names a missing secret", (("say", "Hello"),)),
    "ended": Talk("Tavus plain", (("say", "Hello"), ("end", "")), next_step=("", "")),
}
OPEN_TALK = "left open"
LEFT_OPEN = "Tavus drips"
"""With whom the server is killed in the middle of a turn."""
