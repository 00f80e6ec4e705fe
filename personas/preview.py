"""Previews a persona's next turn: the composed prompt with its origins, and the request as any platform sends it."""

import json
from dataclasses import dataclass

from django.conf import settings

from personas.documents import document_of
from personas.formats.prompt_size import PromptSize, size_of
from personas.models import Persona
from personas.surroundings import surroundings
from playground.engine.curl import as_curl
from playground.engine.events import TurnKind
from playground.engine.header_secrets import header_secrets_of
from playground.engine.next_request import next_request
from playground.engine.persona_document import read_persona
from playground.engine.platform_differences import platform_differences
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platform_named
from playground.engine.prompt import Origin
from playground.engine.request import LLMRequest

SAMPLE_CONVERSATION_ID = "c0123456789ab"
SAMPLE_WORDS = "Hello!"

ORIGIN_WORDS = {
    "system_prompt": "who the persona is",
    "context": "what it has",
    "conversational_context": "whom it talks to",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the composed prompt."""

    origin: str
    meaning: str
    text: str
    size: PromptSize


@dataclass(frozen=True, slots=True)
class Preview:
    """``request_json`` and ``curl`` contain the names of secrets, never their values."""

    platform: str
    no_prompt: str
    """Why there is no composed prompt; empty if there is one."""
    parts: tuple[Part, ...]
    size: PromptSize
    request_json: str
    curl: str
    missing_address: str
    """Why there is no address; empty if there is one."""
    platform_notes: tuple[str, ...]


def preview_of(
    persona: Persona, platform: Platform, *, conversational_context: str = "", user_text: str = SAMPLE_WORDS
) -> Preview:
    """Return the first turn's request of a new conversation, in which the caller says ``user_text``."""
    settings_of_persona = read_persona(persona.pk, document_of(persona))
    made = next_request(
        settings_of_persona,
        platform=platform,
        conversation_id=SAMPLE_CONVERSATION_ID,
        surroundings=surroundings(),
        user_text=user_text,
        conversational_context=conversational_context,
    )
    request, history = made.request, made.history
    prompt = str(history.messages[0]["content"]) if history.origins else ""
    header_secrets = header_secrets_of(settings_of_persona.llm, platform)
    missing = _missing_address(persona)
    return Preview(
        platform=platform.name,
        no_prompt=platform.no_prompt,
        parts=tuple(_part(prompt, origin) for origin in history.origins),
        size=size_of(prompt),
        request_json=_request_json(request, None if missing else request.whole_url(settings.SITE_URL)),
        curl=missing or as_curl(request, site_url=settings.SITE_URL, header_secrets=header_secrets),
        missing_address=missing,
        platform_notes=tuple(
            platform_differences(
                settings_of_persona, platform=platform, kind=TurnKind.USER, is_stand_in=False
            )
        ),
    )


def _part(prompt: str, origin: Origin) -> Part:
    text = prompt[origin.start : origin.end]
    return Part(origin.origin, ORIGIN_WORDS[origin.origin], text, size_of(text))


def _missing_address(persona: Persona) -> str:
    """Return a sentence if the persona is called at an address that is empty; else an empty text."""
    own = platform_named(persona.platform)
    if persona.address.strip() or not own.calls_its_address(persona):
        return ""
    return f"No {own.address_name} is set: the request has no address yet."


def _request_json(request: LLMRequest, url: str | None) -> str:
    shown = {"method": request.method, "url": url, "headers": dict(request.headers), "body": request.body}
    return json.dumps(shown, indent=2, ensure_ascii=False)
