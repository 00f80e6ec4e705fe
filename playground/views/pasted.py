"""What was pasted for a conversation, kept in the session: a JAICP reply's messages, a Tavus conversation's options."""

from django.http import HttpRequest

from playground.storage.start_conversation import Message

_KEY = "pasted_messages"
_OPTIONS_KEY = "pasted_options"
KEPT = 5
"""For how many pasted personas the messages are kept."""


def keep_messages(request: HttpRequest, persona_id: str, messages: list[Message]) -> None:
    """Remember what conversations of this session with the persona begin with."""
    if not messages:
        return
    by_persona = {**request.session.get(_KEY, {}), persona_id: messages}
    request.session[_KEY] = dict(list(by_persona.items())[-KEPT:])


def pasted_messages(request: HttpRequest, persona_id: str) -> list[Message]:
    messages: list[Message] = request.session.get(_KEY, {}).get(persona_id, [])
    return messages


def keep_options(request: HttpRequest, options: dict[str, str]) -> None:
    """Remember what the start page's options are filled with when it is shown next."""
    request.session[_OPTIONS_KEY] = options


def take_options(request: HttpRequest) -> dict[str, str]:
    """The options that were pasted last; they are given once."""
    options: dict[str, str] = request.session.pop(_OPTIONS_KEY, {})
    return options
