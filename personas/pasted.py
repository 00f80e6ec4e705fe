"""Pasted data of a conversation, kept in the session: a JAICP reply's messages, a Tavus conversation's options."""

from django.http import HttpRequest

Message = dict[str, str]
_KEY = "pasted_messages"
_OPTIONS_KEY = "pasted_options"
KEPT = 5
"""The number of pasted personas whose messages are kept."""


def keep_messages(request: HttpRequest, persona_id: str, messages: list[Message]) -> None:
    """Remember the initial messages of this session's conversations with the persona."""
    if not messages:
        return
    by_persona = {**request.session.get(_KEY, {}), persona_id: messages}
    request.session[_KEY] = dict(list(by_persona.items())[-KEPT:])


def pasted_messages(request: HttpRequest, persona_id: str) -> list[Message]:
    messages: list[Message] = request.session.get(_KEY, {}).get(persona_id, [])
    return messages


def keep_options(request: HttpRequest, options: dict[str, str]) -> None:
    """Remember the options to prefill the next start page with."""
    request.session[_OPTIONS_KEY] = options


def take_options(request: HttpRequest) -> dict[str, str]:
    """Return the options pasted last, once."""
    options: dict[str, str] = request.session.pop(_OPTIONS_KEY, {})
    return options
