"""What every platform answers: what it sends an LLM, which messages it keeps, what it fires, and what it calls things.

To add a platform, implement `Platform` in a module of this package, its document in ``personas/formats``, and name
both in their registries. Nothing else knows which platforms exist.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from playground.engine.json_types import Json
from playground.engine.persona import LLMSettings, PersonaSettings
from playground.engine.request import LLMRequest, Surroundings


class Endpoint(Protocol):
    """Where a persona's LLM is: its settings, or the persona's row."""

    @property
    def address(self) -> str: ...
    @property
    def provider(self) -> str: ...


@dataclass(frozen=True, slots=True)
class HostedProvider:
    """A provider that answers at an address of its own, whatever the persona's is."""

    name: str
    """As documents and rows name it."""
    label: str
    base_url: str


class Platform(Protocol):
    """One platform. All of it is pure: the same values give the same answer."""

    name: str
    """How rows, documents and URLs name it: at most ten lower-case letters."""
    label: str
    """How pages name it."""
    address_name: str
    """What its documents call the address of the LLM."""
    demo_address: str
    """The built-in demo LLM, written as an address of this platform."""
    default_engine: str
    """What speaks where a persona names no TTS engine; empty: the telephony of the platform."""
    providers: tuple[HostedProvider, ...]
    """What may answer in place of the persona's own LLM."""
    no_prompt: str
    """Why a request has no prompt: one sentence."""
    help_texts: Mapping[str, str]
    """What its documentation says of a setting, by the name of the persona form's field."""
    section_texts: Mapping[str, str]
    """The same of a section of the persona form, by its slug."""

    def url(self, llm: LLMSettings) -> str:
        """The URL that is called for one of its own personas."""

    def adopted_url(self, url: str) -> str:
        """The URL that it would call for a persona of another platform, which calls ``url``."""

    def address_of(self, base_url: str) -> str:
        """An OpenAI-compatible base URL, written as an address of this platform."""

    def request(
        self,
        llm: LLMSettings,
        *,
        url: str,
        messages: Sequence[Json],
        conversation_id: str,
        surroundings: Surroundings,
    ) -> LLMRequest:
        """The request as it is sent, with names in place of secrets."""

    def written_headers(self, secret: str) -> tuple[tuple[str, str], ...]:
        """The headers that a persona of it holds so that the key of this token secret goes out as bearer."""

    def dialled(self, endpoint: Endpoint, surroundings: Surroundings) -> str:
        """The address whose host is called, and must be among a token secret's allowed hosts."""

    def calls_its_address(self, endpoint: Endpoint) -> bool:
        """Whether the persona's own address and headers are used; if not, the provider has its own."""

    def has_prompt(self, llm: LLMSettings) -> bool:
        """Whether the composed system message begins the messages."""

    def window(self, session: list[Json], llm: LLMSettings) -> list[Json]:
        """The messages of the session that a request carries, in order."""

    key_headers: frozenset[str]
    """Headers beside the persona's own, in lower case, in which the name of its token secret is replaced."""
    ignored_parameters: frozenset[str]
    """Names in ``parameters`` that the platform sets itself, so that what is given there isn't sent."""
    keeps_tool_messages: bool
    """Whether calls and results of earlier turns stay in the messages."""

    plays_fillers: bool
    """Whether it fills the pause before an answer; if not, a persona's fillers are rehearsal only."""
    has_barge_in_settings: bool
    """Whether its documents say who may interrupt, and when."""

    def fired_event(self, llm: LLMSettings) -> str:
        """The event that a function call fires, or an empty string."""

    def bypasses_llm(self, other_keys: Mapping[str, Any]) -> bool:
        """Whether the persona's kept keys say that the voice repeats what it is given, and no LLM is called."""

    def greeting(self, other_keys: Mapping[str, Any]) -> str:
        """What the persona's kept keys have the voice open each conversation with; empty: nothing."""

    def differences(self, persona: PersonaSettings, own: "Platform") -> Iterator[str]:
        """How a rehearsal's request differs from what it would send; ``own`` is the persona's platform."""
