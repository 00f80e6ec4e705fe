"""Finds where the parts of an inspected request's system message come from, if Greenroom itself sent the request."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from playground.engine.prompt import Origin, compose_system_message
from playground.models import Completion, Conversation, InspectedRequest
from playground.storage.frozen_personas import persona_of

SENT_WITHIN = timedelta(seconds=60)
"""How long after its arrival a request's turn may have been stored, and before."""
LOOKED_AT = 50
"""The most turns of which one is looked for."""


@dataclass(frozen=True, slots=True)
class PromptPart:
    origin: str
    """``system_prompt``, ``context`` or ``conversational_context``."""
    text: str


def origins_of(row: InspectedRequest, messages: list[Any] | None, viewer: User) -> list[PromptPart]:
    """Return the parts of the system message, in order; empty if no conversation of the viewer's sent it."""
    first = messages[0] if messages else None
    text = first.get("content") if isinstance(first, dict) and first.get("role") == "system" else None
    if not isinstance(text, str):
        return []
    named = _of_conversation(row, text, viewer) if row.conversation_id else []
    return named or _of_completion(row, messages, text, viewer)


def persona_that_sent(row: InspectedRequest, viewer: User) -> str:
    """Return the id of the persona of the viewer's conversation that the request names; empty if it names none."""
    if not row.conversation_id:
        return ""
    conversations = Conversation.objects.filter(pk=row.conversation_id, owner=viewer)
    return conversations.values_list("persona_version__persona", flat=True).first() or ""


def _of_conversation(row: InspectedRequest, text: str, viewer: User) -> list[PromptPart]:
    """Compose the prompt of the conversation that the request names, with each context that it had."""
    conversation = (
        Conversation.objects.select_related("persona_version")
        .filter(pk=row.conversation_id, owner=viewer)
        .first()
    )
    if conversation is None:
        return []
    persona = persona_of(conversation)
    for context in dict.fromkeys(_contexts(conversation)):
        composed = compose_system_message(persona.system_prompt, persona.context, context)
        if composed.text == text:
            return [_part(text, origin) for origin in composed.origins]
    return []


def _contexts(conversation: Conversation) -> Iterator[str]:
    yield conversation.conversational_context
    yield from conversation.turns.order_by("-position").values_list("context", flat=True)[:LOOKED_AT]


def _of_completion(row: InspectedRequest, messages: Any, text: str, viewer: User) -> list[PromptPart]:
    """Find the turn whose request had these messages: not every platform names the conversation."""
    sent = Completion.objects.filter(
        turn__conversation__owner=viewer,
        created_at__range=(row.arrived_at - SENT_WITHIN, row.arrived_at + SENT_WITHIN),
    )
    for completion in sent.order_by("-created_at")[:LOOKED_AT]:
        body = completion.request.get("body")
        if isinstance(body, dict) and body.get("messages") == messages:
            return [_part(text, Origin(**stored)) for stored in completion.origins]
    return []


def _part(text: str, origin: Origin) -> PromptPart:
    return PromptPart(origin.origin, text[origin.start : origin.end])
