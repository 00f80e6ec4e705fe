"""Builds the next request of a conversation: its messages, in the form in which a platform sends them."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.engine.history import History, Message, PastTurn, build_history
from playground.engine.persona import LLMSettings, PersonaSettings
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platform_named
from playground.engine.request import LLMRequest, Surroundings


@dataclass(frozen=True, slots=True)
class NextRequest:
    request: LLMRequest
    history: History


def next_request(
    persona: PersonaSettings,
    *,
    platform: Platform,
    conversation_id: str,
    surroundings: Surroundings,
    user_text: str | None,
    conversational_context: str = "",
    initial: Sequence[Message] = (),
    past: Sequence[PastTurn] = (),
) -> NextRequest:
    """Return the request as ``platform`` would send it, possibly another than the persona's own.

    ``user_text`` is None for a continuation.
    """
    history = build_history(
        persona,
        platform=platform,
        conversational_context=conversational_context,
        initial=initial,
        past=past,
        user_text=user_text,
    )
    request = build_request(
        persona.llm,
        platform=platform,
        messages=history.messages,
        conversation_id=conversation_id,
        surroundings=surroundings,
    )
    return NextRequest(request, history)


def build_request(
    llm: LLMSettings,
    *,
    platform: Platform,
    messages: Sequence[Message],
    conversation_id: str,
    surroundings: Surroundings,
) -> LLMRequest:
    """Return a request with these messages, as ``platform`` sends it."""
    return platform.request(
        llm,
        url=_url(llm, platform),
        messages=messages,
        conversation_id=conversation_id,
        surroundings=surroundings,
    )


def _url(llm: LLMSettings, platform: Platform) -> str:
    own = platform_named(llm.platform)
    return own.url(llm) if own.name == platform.name else platform.adopted_url(own.url(llm))
