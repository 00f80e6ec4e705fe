"""Tavus: the requests to a persona's custom LLM, and its documentation of the settings."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from playground.engine.addresses.route import has_route, with_route
from playground.engine.callback_events import CallbackEvent, CallbackSource
from playground.engine.examined_request import ExaminedRequest
from playground.engine.json_types import Json
from playground.engine.persona import LLMSettings, PersonaSettings
from playground.engine.platforms import pipeline
from playground.engine.platforms.callbacks import conversation_callback
from playground.engine.platforms.departures import Departure
from playground.engine.platforms.platform import Endpoint, HostedProvider, Platform
from playground.engine.platforms.request_parts import (
    IGNORED_PARAMETERS,
    authorization,
    common_headers,
    free_parameters,
    merged,
)
from playground.engine.platforms.tavus_departures import departures
from playground.engine.request import LLMRequest, Surroundings

CONVERSATION_HEADER = "conversation_id"


class Tavus:
    name = "tavus"
    label = "Tavus"
    address_name = "base_url"
    demo_address = "/demo/v1"
    default_engine = "cartesia"
    """Tavus, "TTS": the default if the layer is missing."""
    providers: tuple[HostedProvider, ...] = ()
    no_prompt = "system_prompt, context and conversational_context are all empty."
    key_headers = frozenset({"authorization"})
    ignored_parameters = IGNORED_PARAMETERS
    """Not documented: assumed to be those of JAICP."""
    plays_fillers = False
    has_barge_in_settings = False
    keeps_tool_messages = True
    """Tavus sends the whole history with every request."""
    help_texts: Mapping[str, str] = {
        "persona_name": "Tavus: persona_name.",
        "default_replica_id": "Tavus: the replica used when a conversation names none.",
        "address": ("Tavus: the OpenAI-compatible base without a route, such as https://llm.example.com/v1."),
        "token_secret": "Tavus: api_key, sent as Authorization: Bearer.",
        "parameters": "Tavus: extra_body.",
        "history_mode": "Tavus always sends prompt and whole history.",
        "tts_engine": "Tavus: cartesia, elevenlabs or, in older documents, playht.",
        "tts_token_secret": "Tavus: api_key of the tts layer.",
        "filler_config": "On a Tavus persona fillers are rehearsal only.",
        "interrupt_history": "Tavus keeps what was spoken.",
        "other_layers": "Tavus: layers beside llm, tts and vqa, and unknown keys of llm.",
    }
    section_texts: Mapping[str, str] = {
        "prompt": (
            "Tavus joins system_prompt, context and the conversation's conversational_context into the first "
            "system message of every request."
        ),
        "llm": "Tavus calls base_url with /chat/completions behind it.",
        "tools": "Tavus leaves a call to your server.",
        "vision": "Tavus' vqa layer.",
    }
    foreign_fields: Mapping[str, str] = {
        "provider": "On a Tavus persona nothing: base_url is called.",
        "history_mode": "On a Tavus persona nothing: prompt and whole history are always sent.",
        "history_last": "On a Tavus persona nothing: the whole history is always sent.",
        "event_name": "On a Tavus persona nothing: Tavus raises no event.",
        **dict.fromkeys(
            ("barge_in_mode", "no_interrupt_ms", "barge_in_reply"),
            "On a Tavus persona it applies to interrupts in rehearsals here alone.",
        ),
        "barge_in_trigger": "On a Tavus persona nothing; it is kept.",
    }

    def url(self, llm: LLMSettings) -> str:
        return with_route(llm.address)

    def adopted_url(self, url: str) -> str:
        """Append the route unless the URL ends in it."""
        return url if has_route(url) else with_route(url)

    def address_of(self, base_url: str) -> str:
        return base_url

    def request(
        self,
        llm: LLMSettings,
        *,
        url: str,
        messages: Sequence[Json],
        conversation_id: str,
        surroundings: Surroundings,
    ) -> LLMRequest:
        """Tavus, "Launch a Conversation": base_url and /chat/completions, bearer key, conversation_id header."""
        body: Json = {"model": llm.model, "messages": list(messages), "stream": True}
        if llm.tools:
            body["tools"] = list(llm.tools)
        body |= free_parameters(llm, self.ignored_parameters)
        own = (*authorization(llm), *llm.headers)
        headers = merged(common_headers(surroundings), own, ((CONVERSATION_HEADER, conversation_id),))
        return LLMRequest("POST", url, headers, body)

    def written_headers(self, secret: str) -> tuple[tuple[str, str], ...]:
        """Return no headers: Tavus adds the bearer header."""
        return ()

    def dialled(self, endpoint: Endpoint, surroundings: Surroundings) -> str:
        return endpoint.address

    def calls_its_address(self, endpoint: Endpoint) -> bool:
        return True

    def has_prompt(self, llm: LLMSettings) -> bool:
        return True

    def window(self, session: list[Json], llm: LLMSettings) -> list[Json]:
        return session

    def fired_event(self, llm: LLMSettings) -> str:
        return ""

    def bypasses_llm(self, other_keys: Mapping[str, Any]) -> bool:
        return pipeline.bypasses_llm(other_keys)

    def greeting(self, other_keys: Mapping[str, Any]) -> str:
        return pipeline.greeting_of(other_keys)

    def callback(self, event: CallbackEvent, source: CallbackSource, at: datetime) -> Json:
        return conversation_callback(event, source, at)

    def differences(self, persona: PersonaSettings, own: Platform) -> Iterator[str]:
        if own.name != self.name:
            yield (
                "Tavus calls a base_url with /chat/completions after it; "
                f"it is derived from the persona's {own.address_name}."
            )

    def departures(self, received: ExaminedRequest) -> Iterator[Departure]:
        return departures(received)

    def endpoint_settings(self, base_url: str) -> tuple[tuple[str, str], ...]:
        return (
            ("layers.llm.base_url", base_url),
            ("layers.llm.api_key", "<a key of your own>"),
            ("layers.llm.model", "<any name>"),
        )
