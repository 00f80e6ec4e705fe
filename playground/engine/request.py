"""The request that a platform sends to a custom LLM: method, URL, headers and body, with names in place of secrets."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.engine.json_types import Json
from playground.engine.persona import LLMSettings, Platform, Provider
from playground.engine.substitution import names_in

IGNORED_PARAMETERS = frozenset(
    {
        "audio", "function_call", "functions", "logit_bias", "logprobs", "messages", "modalities", "model", "n",
        "stream", "stream_options", "tool_choice", "tools",
    }
)  # fmt: skip
"""Just AI, llmRequest, "Parameters": these cannot be overridden; passed values are ignored."""

CAILA_MODEL_PREFIX = "just-ai/openai-proxy/"
CONVERSATION_HEADER = "conversation_id"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a request takes from outside the persona."""

    user_agent: str
    caila_base_url: str = "https://caila.io/api/adapters/openai"


@dataclass(frozen=True, slots=True)
class LLMRequest:
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: Json

    def body_bytes(self) -> bytes:
        """Compact UTF-8 JSON, as the OpenAI client writes it. Raises ValueError for a value that JSON has not."""
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "url": self.url,
            "headers": [list(header) for header in self.headers],
            "body": self.body,
        }


def build_request(
    llm: LLMSettings,
    *,
    platform: Platform,
    messages: Sequence[Json],
    conversation_id: str,
    surroundings: Surroundings,
) -> LLMRequest:
    """The request as ``platform`` sends it; for the other platform than the persona's own, as that one would."""
    common = (
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Content-Type", "application/json"),
        ("User-Agent", surroundings.user_agent),
    )
    if platform is Platform.TAVUS:
        return _tavus(llm, messages, conversation_id, common)
    if llm.provider is Provider.CAILA_OPEN_AI:
        return _caila(llm, messages, common, surroundings)
    return _jaicp(llm, messages, common)


def _tavus(
    llm: LLMSettings, messages: Sequence[Json], conversation_id: str, common: Sequence[tuple[str, str]]
) -> LLMRequest:
    """Tavus, "Launch a Conversation": base_url and /chat/completions, the key as bearer, the conversation_id."""
    body: Json = {"model": llm.model, "messages": list(messages), "stream": True}
    if llm.tools:
        body["tools"] = list(llm.tools)
    body |= _free_parameters(llm)
    own = (*_authorization(llm), *llm.headers)
    headers = _merge(common, own, ((CONVERSATION_HEADER, conversation_id),))
    return LLMRequest("POST", chat_completions_url(llm), headers, body)


def _jaicp(llm: LLMSettings, messages: Sequence[Json], common: Sequence[tuple[str, str]]) -> LLMRequest:
    """Just AI, llmRequest, CUSTOM_LLM: the url and the headers as they stand."""
    body: Json = {"model": llm.model, "messages": list(messages), "stream": True}
    body |= _free_parameters(llm)
    if llm.tools:
        body["tools"] = list(llm.tools)
    return LLMRequest("POST", endpoint_url(llm), _merge(common, _authorization(llm), llm.headers), body)


def _caila(
    llm: LLMSettings, messages: Sequence[Json], common: Sequence[tuple[str, str]], surroundings: Surroundings
) -> LLMRequest:
    """Caila's OpenAI adapter: the bare key in Authorization; headers, url and tools are for CUSTOM_LLM alone."""
    body: Json = {"model": CAILA_MODEL_PREFIX + llm.model, "messages": list(messages), "stream": True}
    body |= _free_parameters(llm)
    headers = _merge(common, (("Authorization", llm.token_secret),) if llm.token_secret else ())
    url = surroundings.caila_base_url.rstrip("/") + "/chat/completions"
    return LLMRequest("POST", url, headers, body)


def chat_completions_url(llm: LLMSettings) -> str:
    """The base_url with the route that Tavus adds; a JAICP url that already ends in it stays as it is."""
    path, mark, query = llm.address.partition("?")
    if llm.platform is Platform.JAICP and path.endswith("/chat/completions"):
        return llm.address
    return path.rstrip("/") + "/chat/completions" + mark + query


def endpoint_url(llm: LLMSettings) -> str:
    """JAICP's ``url``, byte for byte; for a Tavus persona the address that Tavus would call."""
    return llm.address if llm.platform is Platform.JAICP else chat_completions_url(llm)


def _free_parameters(llm: LLMSettings) -> Json:
    """``parameters`` less the thirteen ignored names; the top-level temperature wins."""
    found = {name: value for name, value in llm.parameters.items() if name not in IGNORED_PARAMETERS}
    if llm.temperature is not None:
        found["temperature"] = llm.temperature
    if llm.stream_options is not None:
        found["stream_options"] = llm.stream_options
    return found


def _authorization(llm: LLMSettings) -> tuple[tuple[str, str], ...]:
    """Bearer, unless a header names the secret or is an Authorization already (not documented by Just AI: assumed)."""
    if not llm.token_secret:
        return ()
    for name, value in llm.headers:
        if name.lower() == "authorization" or llm.token_secret in names_in(value):
            return ()
    return (("Authorization", f"Bearer {llm.token_secret}"),)


def _merge(*groups: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Headers of all groups, in order; a later one takes the place of an earlier one of the same name."""
    merged: dict[str, tuple[str, str]] = {}
    for group in groups:
        for name, value in group:
            merged[name.lower()] = (name, value)
    return tuple(merged.values())
