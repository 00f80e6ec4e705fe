"""The interface of a platform's wire side: requests, history, fired events, and names.

To add a platform, implement `Platform` in a module of this package and its documents in ``personas/formats``, and
register both. Nothing else knows which platforms exist.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from playground.engine.callback_events import CallbackEvent, CallbackSource
from playground.engine.examined_request import ExaminedRequest
from playground.engine.json_types import Json
from playground.engine.persona import LLMSettings, PersonaSettings
from playground.engine.platforms.departures import Departure
from playground.engine.request import LLMRequest, Surroundings


class Endpoint(Protocol):
    """The address settings of a persona's LLM: its settings, or the persona's row."""

    @property
    def address(self) -> str: ...
    @property
    def provider(self) -> str: ...


@dataclass(frozen=True, slots=True)
class HostedProvider:
    """A provider that answers at an address of its own, whatever the persona's is."""

    name: str
    """The platform's name in documents and rows."""
    label: str
    base_url: str


class Platform(Protocol):
    """One platform, pure: the same values give the same result."""

    name: str
    """Its name in rows, documents and URLs: at most ten lower-case letters."""
    label: str
    """Its name on pages."""
    address_name: str
    """What its documents call the LLM's address."""
    demo_address: str
    """The built-in demo LLM as an address of this platform."""
    default_engine: str
    """The TTS engine if a persona names none; empty for the platform's telephony voice."""
    providers: tuple[HostedProvider, ...]
    """What may answer in place of the persona's own LLM."""
    no_prompt: str
    """One sentence on why a request has no prompt."""
    help_texts: Mapping[str, str]
    """Its documentation of settings, by the persona form's field."""
    section_texts: Mapping[str, str]
    """Its documentation of the persona form's sections, by slug."""
    foreign_fields: Mapping[str, str]
    """What the settings that only other platforms' documents have do on its persona, by the persona form's field."""

    def url(self, llm: LLMSettings) -> str:
        """Return the URL called for a persona of this platform."""

    def adopted_url(self, url: str) -> str:
        """Return the URL that it would call for another platform's persona, which calls ``url``."""

    def address_of(self, base_url: str) -> str:
        """Return an OpenAI-compatible base URL as an address of this platform."""

    def request(
        self,
        llm: LLMSettings,
        *,
        url: str,
        messages: Sequence[Json],
        conversation_id: str,
        surroundings: Surroundings,
    ) -> LLMRequest:
        """Return the request as sent, with names in place of secrets."""

    def written_headers(self, secret: str) -> tuple[tuple[str, str], ...]:
        """Return the headers to store in a persona so that this token secret's key is sent as bearer."""

    def dialled(self, endpoint: Endpoint, surroundings: Surroundings) -> str:
        """Return the address that is called, whose host must be allowed by the token secret."""

    def calls_its_address(self, endpoint: Endpoint) -> bool:
        """Whether the persona's own address and headers are used; if not, the provider has its own."""

    def has_prompt(self, llm: LLMSettings) -> bool:
        """Whether the composed system message begins the messages."""

    def window(self, session: list[Json], llm: LLMSettings) -> list[Json]:
        """Return the session's messages that a request carries, in order."""

    key_headers: frozenset[str]
    """Lower-case names of further headers in which the token secret's name is replaced."""
    ignored_parameters: frozenset[str]
    """Names in ``parameters`` that the platform sets itself, so that what is given there isn't sent."""
    keeps_tool_messages: bool
    """Whether calls and results of earlier turns stay in the messages."""

    plays_fillers: bool
    """Whether it fills the pause before an answer; if not, a persona's fillers are rehearsal only."""
    has_barge_in_settings: bool
    """Whether its documents say who may interrupt, and when."""

    def fired_event(self, llm: LLMSettings) -> str:
        """Return the event that a function call fires, or an empty string."""

    def bypasses_llm(self, other_keys: Mapping[str, Any]) -> bool:
        """Whether the persona's kept keys say that the voice repeats what it is given, and no LLM is called."""

    def greeting(self, other_keys: Mapping[str, Any]) -> str:
        """What the persona's kept keys have the voice open each conversation with; empty: nothing."""

    def callback(self, event: CallbackEvent, source: CallbackSource, at: datetime) -> Json:
        """Return the body that a conversation's ``callback_url`` gets of what happened then."""

    def differences(self, persona: PersonaSettings, own: "Platform") -> Iterator[str]:
        """Yield notes on how a rehearsal's request differs from its own; ``own`` is the persona's platform."""

    def departures(self, received: ExaminedRequest) -> Iterator[Departure]:
        """Yield what in a received request this platform would send otherwise, in the order of a request."""

    def endpoint_settings(self, base_url: str) -> tuple[tuple[str, str], ...]:
        """Return what to enter at the platform so that it calls an endpoint: its names of settings, and their values.

        A value in angle brackets is for the user to choose.
        """
