"""A conversation in the API's shape, in Tavus' words."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from personas.api.documents import timestamp
from personas.api.pages import PAGE_BYTES, ROWS_AT_ONCE, json_size
from playground.api.schemas import ConversationOut
from playground.engine.callback_events import ShutdownReason
from playground.engine.json_types import Json
from playground.models import Conversation, Turn
from playground.storage.snapshot import turn_json

OTHER_KEYS = "other_keys"
"""The key in ``Conversation.properties`` for what came beside ``properties`` in the request."""


def conversation_json(conversation: Conversation) -> Json:
    """Return the flat object of lists and GET; what Greenroom doesn't use comes back unchanged."""
    properties = dict(conversation.properties)
    other = properties.pop(OTHER_KEYS, {})
    kept = {key: value for key, value in other.items() if key not in ConversationOut.model_fields}
    return (
        kept
        | links_json(conversation)
        | {
            "conversation_id": conversation.pk,
            "conversation_name": conversation.conversation_name,
            "status": conversation.status,
            "callback_url": conversation.callback_url,
            "replica_id": conversation.replica_id,
            "face_id": conversation.replica_id,
            "persona_id": conversation.persona_version.persona_ref,
            "pal_id": conversation.persona_version.persona_ref,
            "conversational_context": conversation.conversational_context,
            "custom_greeting": conversation.custom_greeting,
            "properties": properties,
            "created_at": timestamp(conversation.created_at),
            "updated_at": timestamp(conversation.updated_at),
        }
    )


def links_json(conversation: Conversation) -> Json:
    """Return the links for a person to open it, and for a program to connect."""
    site = settings.SITE_URL.rstrip("/")
    page = reverse("playground:conversation", args=[conversation.pk])
    return {
        "conversation_url": site + page,
        "ws_url": f"{site.replace('http', 'ws', 1)}/ws/conversations/{conversation.pk}/",
    }


def verbose_json(conversation: Conversation) -> Json:
    """Return the flat object with its events, in order: Tavus' ``verbose=true``."""
    events = [
        _event("system.replica_joined", conversation.created_at, {"replica_id": conversation.replica_id})
    ]
    turns, turns_left_out = _newest_turns(conversation)
    for turn_events in turns:
        events += turn_events
    document = conversation_json(conversation)
    if conversation.status == Conversation.Status.ENDED:
        ended_at = conversation.ended_at or conversation.updated_at
        reason = conversation.shutdown_reason or str(ShutdownReason.ENDED)
        events.append(_event("system.shutdown", ended_at, {"shutdown_reason": reason}))
        document["shutdown_reason"] = reason
    if turns_left_out:
        document["turns_left_out"] = turns_left_out
    return document | {"events": events}


def _newest_turns(conversation: Conversation) -> tuple[list[list[Json]], int]:
    """Return the events of the last turns that fit into `PAGE_BYTES`, and the number of turns left out."""
    newest_first: list[list[Json]] = []
    left_bytes = PAGE_BYTES
    for turn in conversation.turns.order_by("-position").iterator(chunk_size=ROWS_AT_ONCE):
        events = _turn_events(turn)
        left_bytes -= sum(map(json_size, events))
        if left_bytes < 0 and newest_first:
            return newest_first[::-1], conversation.turns.count() - len(newest_first)
        newest_first.append(events)
    return newest_first[::-1], 0


def closing_properties(turn: Turn) -> Json:
    """Return the closing event's properties from the turn's row."""
    shown = turn_json(turn)
    names = ("text", "heard_text", "tool_calls", "finish_reason", "error", "timings_ms", "usage", "reasoning")
    total_ms = (turn.timings or {}).get("total") or 0
    return {"turn_id": turn.pk, "t_ms": total_ms, **{name: shown[name] for name in names}}


def _turn_events(turn: Turn) -> list[Json]:
    about = {"turn_id": turn.pk, "turn_idx": turn.position}
    events = []
    if turn.user_text:
        utterance = about | {"role": "user", "speech": turn.user_text}
        events.append(_event("conversation.utterance", turn.created_at, utterance))
    closed_at = turn.closed_at
    if closed_at is None:
        return events
    for call in turn.timeline.get("tool_calls", ()):
        called = {"tool_call_id": call["id"], "name": call["name"], "arguments": call["arguments"]}
        events.append(_event("conversation.tool_call", closed_at, about | called))
    if turn.text:
        cut = {"interrupted": True} if turn.status == Turn.Status.INTERRUPTED else {}
        utterance = about | {"role": "replica", "speech": turn.text} | cut
        events.append(_event("conversation.utterance", closed_at, utterance))
    return [*events, _event(f"playground.turn.{turn.status}", closed_at, about | closing_properties(turn))]


def _event(event_type: str, moment: Any, properties: Json) -> Json:
    return {"event_type": event_type, "timestamp": timestamp(moment), "properties": properties}
