"""Two example personas in the engine's types."""

from typing import Any

from playground.engine.persona import HistoryMode, LLMSettings, PersonaSettings

WEATHER_TOOL: dict[str, Any] = {
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

WEATHER_ASSISTANT = PersonaSettings(
    persona_id="p234324a",
    name="Weather Assistant",
    system_prompt="You are a helpful assistant.",
    context="Help users get the weather for a given location.",
    llm=LLMSettings(
        platform="tavus",
        address="https://llm.example.com/v1",
        model="custom_model_here",
        token_secret="WEATHER_KEY",
        tools=(WEATHER_TOOL,),
    ),
)

YANDEX_REPLY = PersonaSettings(
    persona_id="p000000b",
    name="NoMatch",
    llm=LLMSettings(
        platform="jaicp",
        address="https://llm.api.cloud.yandex.net/v1/chat/completions",
        model="gpt://folder12345/yandexgpt",
        token_secret="MY_TOKEN",
        headers=(("Authorization", "Api-Key MY_TOKEN"),),
        temperature=0.6,
        parameters={"maxTokens": 150},
        history_mode=HistoryMode.SESSION,
    ),
)
