"""The demo data: the platforms' own examples, pointed at the built-in demo LLM."""

from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import transaction

from personas.models import FillerConfig, Persona, TokenSecret
from personas.saving import save_persona
from personas.secrets import holds, set_value
from playground.engine.addresses.address import OWN_ENTRY
from playground.engine.persona import HistoryMode, Provider

DEMO_SECRET = "DEMO_LLM_KEY"
DEMO_BASE_URL = "/demo/v1"
NOTE = "Demo data"


class DemoData(StrEnum):
    """The result of `load_demo_data`."""

    LOADED = "loaded"
    PRESENT = "present"
    KEY_RENEWED = "key renewed"
    KEY_DIFFERS = "key differs"


@transaction.atomic
def load_demo_data() -> DemoData:
    """Fill an empty database. In any other, add nothing, but renew an outdated demo key."""
    if _is_empty():
        _load()
        return DemoData.LOADED
    return _renew_key()


def _is_empty() -> bool:
    return not any(model.objects.exists() for model in (Persona, TokenSecret, FillerConfig))


def _renew_key() -> DemoData:
    """Replace an older value of the demo LLM's key, which is the server's own, in a secret that Greenroom made.

    A secret that a person edited, or that may be sent to other hosts, stays unchanged.
    """
    secret = TokenSecret.objects.filter(name=DEMO_SECRET).first()
    if secret is None or holds(secret, settings.DEMO_LLM_KEY):
        return DemoData.PRESENT
    if secret.replaced_by is not None or secret.allowed_hosts != [OWN_ENTRY]:
        return DemoData.KEY_DIFFERS
    set_value(secret, settings.DEMO_LLM_KEY, by=None)
    return DemoData.KEY_RENEWED


def _load() -> None:
    secret = TokenSecret(name=DEMO_SECRET, allowed_hosts=[OWN_ENTRY])
    set_value(secret, settings.DEMO_LLM_KEY, by=None)
    filler = FillerConfig.objects.create(
        name="Question fillers",
        filler_phrases_list=["Great question!", "Just a moment"],
        activation_delay_ms=1_000,
    )
    # Lists begin with the persona changed last: the storyteller is the one to talk to first.
    save_persona(_jaicp_reply(secret, filler), by=None, note=NOTE)
    save_persona(_weather_assistant(secret), by=None, note=NOTE)
    save_persona(_storyteller(secret), by=None, note=NOTE)


def _storyteller(secret: TokenSecret) -> Persona:
    """Tavus, "Create Persona"."""
    return Persona(
        persona_name="Mert the Storyteller",
        system_prompt=(
            "You are a storyteller. You like telling stories to people of all ages. "
            "Reply in brief utterances, and ask prompting questions to the user as you tell your stories "
            "to keep them engaged."
        ),
        context=(
            "Here are some of your favorite stories: Little Red Riding Hood, The Ugly Duckling and "
            "The Three Little Pigs"
        ),
        platform="tavus",
        address=DEMO_BASE_URL,
        model="demo",
        token_secret=secret,
        tts={
            "tts_engine": "playht",
            "playht_user_id": "your-playht-user-id",
            "external_voice_id": "professional-voice-clone-id",
            "voice_settings": {},
        },
        vqa={"enabled": False},
    )


def _weather_assistant(secret: TokenSecret) -> Persona:
    """Tavus, "Tools / Function Calling"."""
    return Persona(
        persona_name="Weather Assistant",
        system_prompt="You are a helpful assistant.",
        context="Help users get the weather for a given location.",
        platform="tavus",
        address=DEMO_BASE_URL,
        model="demo-tools",
        token_secret=secret,
        tools=[_GET_CURRENT_WEATHER],
        tts={
            "tts_engine": "elevenlabs",
            "external_voice_id": "professional-voice-clone-id",
            "voice_settings": {},
        },
        vqa={"enabled": False},
    )


def _jaicp_reply(secret: TokenSecret, filler: FillerConfig) -> Persona:
    """Just AI, llmRequest, "How to use": the reply for CUSTOM_LLM, with the tool of "Function calling"."""
    return Persona(
        persona_name="JAICP reply",
        platform="jaicp",
        provider=Provider.CUSTOM_LLM,
        address=f"{DEMO_BASE_URL}/chat/completions",
        model="demo-slow",
        token_secret=secret,
        headers=[["Authorization", f"Bearer {DEMO_SECRET}"]],
        temperature=0.6,
        parameters={"maxTokens": 150},
        tools=[_GET_WEATHER],
        event_name="myEvent",
        history_mode=HistoryMode.SESSION,
        filler_config=filler,
    )


_GET_CURRENT_WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_current_weather",
        "description": "Get the current weather in a given location",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {
                    "type": "string",
                    "description": "The city and state, e.g. San Francisco, CA",
                },
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            },
            "required": ["location"],
        },
    },
}

_GET_WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "getWeather",
        "description": "Get the current weather in the city",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "The city to get the weather for"},
            },
            "required": ["city"],
        },
    },
}
