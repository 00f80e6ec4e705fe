"""Parley, a platform that doesn't exist: what it sends an LLM.

It differs from the others wherever they differ from each other: its key goes in a header of its own, the conversation's
id in the body, and of the session only the last two exchanges.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from playground.engine.addresses.route import has_route, with_route
from playground.engine.callback_events import CallbackEvent, CallbackSource
from playground.engine.examined_request import ExaminedRequest
from playground.engine.json_types import Json
from playground.engine.persona import LLMSettings, PersonaSettings
from playground.engine.platforms.departures import Departure
from playground.engine.platforms.platform import Endpoint, HostedProvider, Platform
from playground.engine.platforms.request_parts import common_headers, free_parameters, merged
from playground.engine.request import LLMRequest, Surroundings

KEY_HEADER = "X-Parley-Key"
EXCHANGES = 2
ECHO_HOUSE = HostedProvider("ECHO_HOUSE", "ECHO_HOUSE: Parley's own models", "https://echo.example/v1")


class Parley:
    name = "parley"
    label = "Parley"
    address_name = "endpoint"
    demo_address = "/demo/v1/chat/completions"
    default_engine = "elevenlabs"
    providers: tuple[HostedProvider, ...] = (ECHO_HOUSE,)
    no_prompt = "the agent has no instructions."
    key_headers = frozenset({KEY_HEADER.lower()})
    keeps_tool_messages = False
    ignored_parameters = frozenset({"stream", "seed"})
    plays_fillers = False
    has_barge_in_settings = False
    help_texts: Mapping[str, str] = {"address": "Parley: the endpoint, called as it stands."}
    section_texts: Mapping[str, str] = {"llm": "Parley calls its endpoint."}
    foreign_fields: Mapping[str, str] = {"event_name": "On a Parley persona nothing."}

    def url(self, llm: LLMSettings) -> str:
        return llm.address

    def adopted_url(self, url: str) -> str:
        return url

    def address_of(self, base_url: str) -> str:
        return base_url if has_route(base_url) else with_route(base_url)

    def request(
        self,
        llm: LLMSettings,
        *,
        url: str,
        messages: Sequence[Json],
        conversation_id: str,
        surroundings: Surroundings,
    ) -> LLMRequest:
        body: Json = {"session": conversation_id, "stream": True, "model": llm.model}
        body |= free_parameters(llm, self.ignored_parameters)
        if llm.tools:
            body["tools"] = list(llm.tools)
        body["messages"] = list(messages)
        key = ((KEY_HEADER, llm.token_secret),) if llm.token_secret else ()
        return LLMRequest("POST", url, merged(common_headers(surroundings), key, llm.headers), body)

    def written_headers(self, secret: str) -> tuple[tuple[str, str], ...]:
        return ()

    def dialled(self, endpoint: Endpoint, surroundings: Surroundings) -> str:
        return endpoint.address if self.calls_its_address(endpoint) else ECHO_HOUSE.base_url

    def calls_its_address(self, endpoint: Endpoint) -> bool:
        return endpoint.provider != ECHO_HOUSE.name

    def has_prompt(self, llm: LLMSettings) -> bool:
        return True

    def window(self, session: list[Json], llm: LLMSettings) -> list[Json]:
        user_places = [place for place, message in enumerate(session) if message["role"] == "user"]
        return session[user_places[-EXCHANGES] :] if len(user_places) > EXCHANGES else session

    def fired_event(self, llm: LLMSettings) -> str:
        return llm.event_name

    def bypasses_llm(self, other_keys: Mapping[str, Any]) -> bool:
        return other_keys.get("mood") == "parrot"

    def greeting(self, other_keys: Mapping[str, Any]) -> str:
        return str(other_keys.get("opening", ""))

    def callback(self, event: CallbackEvent, source: CallbackSource, at: datetime) -> Json:
        return {"session": source.conversation_id, "what": event.event_type, "at": at.isoformat()}

    def differences(self, persona: PersonaSettings, own: Platform) -> Iterator[str]:
        if own.name != self.name:
            yield f"Parley calls an endpoint; it is derived from the persona's {own.address_name}."

    def departures(self, received: ExaminedRequest) -> Iterator[Departure]:
        if not received.values(KEY_HEADER.lower()):
            yield Departure("header", KEY_HEADER, "There is no X-Parley-Key header.")

    def endpoint_settings(self, base_url: str) -> tuple[tuple[str, str], ...]:
        return (("endpoint", self.address_of(base_url)),)
