"""Just AI's JAICP: the requests of an ``llmRequest``, and its documentation of the settings."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from playground.engine.addresses.route import ROUTE, ends_in_route, with_route
from playground.engine.callback_events import CallbackEvent, CallbackSource
from playground.engine.examined_request import ExaminedRequest
from playground.engine.json_types import Json
from playground.engine.persona import HistoryMode, LLMSettings, PersonaSettings, Provider
from playground.engine.platforms import pipeline
from playground.engine.platforms.callbacks import conversation_callback
from playground.engine.platforms.departures import Departure
from playground.engine.platforms.jaicp_departures import departures
from playground.engine.platforms.platform import Endpoint, HostedProvider, Platform
from playground.engine.platforms.request_parts import (
    IGNORED_PARAMETERS,
    authorization,
    common_headers,
    free_parameters,
    merged,
)
from playground.engine.request import LLMRequest, Surroundings

CAILA = HostedProvider(
    Provider.CAILA_OPEN_AI, "CAILA_OPEN_AI: Caila's openai-proxy", "https://caila.io/api/adapters/openai"
)
CAILA_MODEL_PREFIX = "just-ai/openai-proxy/"


class Jaicp:
    name = "jaicp"
    label = "JAICP"
    address_name = "url"
    demo_address = "/demo/v1" + ROUTE
    default_engine = ""
    providers: tuple[HostedProvider, ...] = (CAILA,)
    no_prompt = "with this choice of messages the script passes none, or all parts are empty."
    key_headers = frozenset({"authorization"})
    ignored_parameters = IGNORED_PARAMETERS
    plays_fillers = True
    has_barge_in_settings = True
    keeps_tool_messages = False
    """Just AI, llmRequest, "Dialog history": ``chatHistoryInLlmFormat`` has user and assistant messages only."""
    help_texts: Mapping[str, str] = {
        "provider": (
            "JAICP only. CUSTOM_LLM is a direct connection to the address below; CAILA_OPEN_AI goes to Caila's "
            "OpenAI adapter and uses neither url, headers, tools nor eventName."
        ),
        "address": "JAICP: the whole url, called byte for byte.",
        "token_secret": "JAICP: tokenSecret.",
        "temperature": "JAICP recommends 0.0 to 1.0.",
        "parameters": "JAICP ignores 13 names there, model, messages, stream and tools among them.",
        "history_mode": (
            "JAICP only: what the script passes. chatHistoryInLlmFormat holds no system message."
        ),
        "history_last": "JAICP only: how many of the session's last messages are passed. Empty: all.",
        "tools": "JAICP: CUSTOM_LLM only.",
        "event_name": (
            "JAICP: the event that is raised in the script when the LLM calls a function. A function can't end "
            "the call."
        ),
        "filler_config": (
            "JAICP: fillersPhraseConfig, what the bot says while it waits for the LLM's first sentence."
        ),
        "barge_in_mode": (
            "JAICP: forced cuts the reply at once, phrase lets the current reply end first, disabled ignores the "
            "caller."
        ),
        "barge_in_trigger": "JAICP: which recognition result interrupts, final or interim.",
        "no_interrupt_ms": "JAICP: ms from the start of the reply in which nothing interrupts.",
        "barge_in_reply": "JAICP: the object of an empty reply with bargeInIf, kept as given.",
    }
    section_texts: Mapping[str, str] = {
        "prompt": "A JAICP script passes its own messages; here the same parts make its prompt.",
        "llm": "JAICP calls url as it stands.",
        "tools": "JAICP raises an event in the script.",
    }
    foreign_fields: Mapping[str, str] = {
        "default_replica_id": "On a JAICP persona nothing; it is kept.",
        **dict.fromkeys(
            ("tts_engine", "voice_settings"),
            "On a JAICP persona it applies to the speech that is simulated here alone.",
        ),
        **dict.fromkeys(
            ("external_voice_id", "playht_user_id", "tts_token_secret", "vision", "other_layers"),
            "On a JAICP persona nothing; it is kept.",
        ),
    }

    def url(self, llm: LLMSettings) -> str:
        """Just AI, llmRequest, ``url``: byte for byte."""
        return llm.address

    def adopted_url(self, url: str) -> str:
        return url

    def address_of(self, base_url: str) -> str:
        """Return the whole URL: the route is appended unless the base URL ends in it."""
        return base_url if ends_in_route(base_url) else with_route(base_url)

    def request(
        self,
        llm: LLMSettings,
        *,
        url: str,
        messages: Sequence[Json],
        conversation_id: str,
        surroundings: Surroundings,
    ) -> LLMRequest:
        """Return the request. CUSTOM_LLM: the URL and headers as given. CAILA_OPEN_AI: Caila's OpenAI adapter."""
        if not self.calls_its_address(llm):
            return _caila(llm, messages, surroundings)
        body: Json = {"model": llm.model, "messages": list(messages), "stream": True}
        body |= free_parameters(llm, self.ignored_parameters)
        if llm.tools:
            body["tools"] = list(llm.tools)
        headers = merged(common_headers(surroundings), authorization(llm), llm.headers)
        return LLMRequest("POST", url, headers, body)

    def written_headers(self, secret: str) -> tuple[tuple[str, str], ...]:
        return (("Authorization", f"Bearer {secret}"),)

    def dialled(self, endpoint: Endpoint, surroundings: Surroundings) -> str:
        return endpoint.address if self.calls_its_address(endpoint) else caila_base_url(surroundings)

    def calls_its_address(self, endpoint: Endpoint) -> bool:
        """Just AI, llmRequest, ``provider``: url, headers, tools and eventName are for CUSTOM_LLM alone."""
        return endpoint.provider != Provider.CAILA_OPEN_AI

    def has_prompt(self, llm: LLMSettings) -> bool:
        return llm.history_mode is HistoryMode.PROMPT_AND_SESSION

    def window(self, session: list[Json], llm: LLMSettings) -> list[Json]:
        """Return only the last request, or the session's last ``history_last`` messages."""
        if llm.history_mode is HistoryMode.LAST_REQUEST:
            return session[_last_request(session) :]
        last = llm.history_last
        if last is None or last >= len(session):
            return session
        return session[min(len(session) - last, _last_request(session)) :]

    def fired_event(self, llm: LLMSettings) -> str:
        return llm.event_name if self.calls_its_address(llm) else ""

    def bypasses_llm(self, other_keys: Mapping[str, Any]) -> bool:
        """As on Tavus: its keys in a document act whatever the platform is."""
        return pipeline.bypasses_llm(other_keys)

    def greeting(self, other_keys: Mapping[str, Any]) -> str:
        """As on Tavus: its keys in a document act whatever the platform is."""
        return pipeline.greeting_of(other_keys)

    def callback(self, event: CallbackEvent, source: CallbackSource, at: datetime) -> Json:
        """As on Tavus: the conversation is Tavus' whatever the platform is."""
        return conversation_callback(event, source, at)

    def differences(self, persona: PersonaSettings, own: Platform) -> Iterator[str]:
        if own.name != self.name:
            yield f"JAICP calls a whole url; it is derived from the persona's {own.address_name}."
        if persona.llm.tools and not self.calls_its_address(persona.llm):
            yield "JAICP sends tools with CUSTOM_LLM only."

    def departures(self, received: ExaminedRequest) -> Iterator[Departure]:
        return departures(received)

    def endpoint_settings(self, base_url: str) -> tuple[tuple[str, str], ...]:
        return (
            ("provider", Provider.CUSTOM_LLM.value),
            ("url", self.address_of(base_url)),
            ("tokenSecret", "<the name of a secret>"),
            ("headers", '{"Authorization": "Bearer <the name of the secret>"}'),
            ("model", "<any name>"),
        )


def caila_base_url(surroundings: Surroundings) -> str:
    """Where this installation calls Caila."""
    return surroundings.caila_base_url or CAILA.base_url


def _caila(llm: LLMSettings, messages: Sequence[Json], surroundings: Surroundings) -> LLMRequest:
    """Return a request to Caila's OpenAI adapter: the bare key in Authorization."""
    body: Json = {"model": CAILA_MODEL_PREFIX + llm.model, "messages": list(messages), "stream": True}
    body |= free_parameters(llm, Jaicp.ignored_parameters)
    bare_key = (("Authorization", llm.token_secret),) if llm.token_secret else ()
    headers = merged(common_headers(surroundings), bare_key)
    return LLMRequest("POST", with_route(caila_base_url(surroundings)), headers, body)


def _last_request(session: Sequence[Json]) -> int:
    """Return the index of the last user message; cutting after it would separate tool messages from their calls."""
    for place in range(len(session) - 1, -1, -1):
        if session[place]["role"] == "user":
            return place
    return 0
