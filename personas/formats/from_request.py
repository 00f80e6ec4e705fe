"""Makes a persona's document of a request that an endpoint received: its model, prompt, tools and parameters."""

from collections.abc import Mapping, Sequence
from typing import Any

from playground.engine.examined_request import system_message
from playground.engine.json_types import Json
from playground.engine.persona import HistoryMode, Provider
from playground.engine.platforms.registry import platform_named

MODEL_CHARS = 200
_OF_THE_PLATFORM = frozenset({"model", "messages", "stream", "tools", "temperature"})


def document_from_request(
    body: Mapping[str, Any],
    *,
    platform: str,
    base_url: str,
    persona_name: str,
    headers: Sequence[Sequence[str]] = (),
) -> Json:
    """Return the document of a persona whose requests are like this one.

    ``base_url`` is an OpenAI-compatible base, ``headers`` are ``[[name, value]]`` without keys. Values of the wrong
    type are left out. The document has no token secret.
    Raises ValueError if there is no such platform.
    """
    known = platform_named(platform)
    messages, temperature = body.get("messages"), body.get("temperature")
    has_temperature = isinstance(temperature, int | float) and not isinstance(temperature, bool)
    sent = {key: value for key, value in body.items() if key not in _OF_THE_PLATFORM}
    return {
        "persona_name": persona_name,
        "system_prompt": system_message(messages if isinstance(messages, list) else None),
        "context": "",
        "default_replica_id": "",
        "llm": {
            "platform": known.name,
            "provider": Provider.CUSTOM_LLM.value,
            "address": known.address_of(base_url),
            "model": _text(body.get("model"))[:MODEL_CHARS],
            "token_secret": "",
            "headers": [list(header) for header in headers],
            "temperature": temperature if has_temperature else None,
            "parameters": {key: value for key, value in sent.items() if key not in known.ignored_parameters},
            "tools": _tools(body.get("tools")),
            "event_name": "",
            "history_mode": HistoryMode.PROMPT_AND_SESSION.value,
            "history_last": None,
            "stream_options": body["stream_options"]
            if isinstance(body.get("stream_options"), dict)
            else None,
        },
        "barge_in": {},
        "filler": None,
        "tts": None,
        "vqa": None,
        "other_layers": {},
        "other_keys": {},
        "rehearsal": {},
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _tools(tools: Any) -> list[Any]:
    return [tool for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []
