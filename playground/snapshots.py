"""A conversation as a viewer sees it first: what it is about, every closed turn, and how far the open one has come."""

from typing import Any

from playground.core.persona import PersonaSettings
from playground.loading import persona_of
from playground.models import Conversation, Turn

Json = dict[str, Any]


def load_snapshot(conversation_id: str) -> Json:
    """``{"conversation", "turns"}`` from the rows; open turns stand with the text that was stored of them."""
    conversation = Conversation.objects.select_related("persona_version").get(pk=conversation_id)
    turns = conversation.turns.order_by("position")
    return {
        "conversation": conversation_json(conversation, persona_of(conversation)),
        "turns": [turn_json(turn) for turn in turns],
        "last_seq": conversation.last_seq,
    }


def conversation_json(conversation: Conversation, persona: PersonaSettings) -> Json:
    """What the conversation is about, and with whom."""
    version = conversation.persona_version
    filler = persona.filler
    return {
        "conversation_id": conversation.pk,
        "conversation_name": conversation.conversation_name,
        "conversational_context": conversation.conversational_context,
        "custom_greeting": conversation.custom_greeting,
        "status": conversation.status,
        "replica_id": conversation.replica_id,
        "may_speak": conversation.status == Conversation.Status.ACTIVE,
        "persona": {
            "id": version.persona_ref,
            "name": persona.name,
            "version": version.number,
            "platform": str(persona.llm.platform),
            "model": persona.llm.model,
            "tools": [tool.get("function", {}).get("name", "") for tool in persona.llm.tools],
            "event_name": persona.llm.event_name,
            "filler": {"activation_delay_ms": filler.activation_delay_ms, "phrases": list(filler.phrases)}
            if filler
            else None,
            "barge_in": str(persona.barge_in.mode),
            "stand_in": conversation.stand_in,
        },
    }


def turn_json(turn: Turn) -> Json:
    """A stored turn in the shape of `TurnRecord.as_json`."""
    return {
        "turn_id": turn.pk,
        "turn_idx": turn.position,
        "kind": turn.kind,
        "status": turn.status,
        "user_text": turn.user_text,
        "client_msg_id": turn.client_msg_id,
        "continues": turn.continues_id,
        "text": turn.text,
        "heard_text": turn.heard_text,
        "tool_results": turn.tool_results,
        "error": turn.error,
        "timings_ms": turn.timings,
        "created_at": turn.created_at.isoformat(),
        **(_EMPTY_TIMELINE | turn.timeline),
    }


_EMPTY_TIMELINE: Json = {
    "sentences": [],
    "segments": [],
    "delta_times_ms": [],
    "filler": None,
    "tool_calls": [],
    "events_fired": [],
    "notes": [],
    "reasoning": "",
    "finish_reason": "",
    "usage": {},
    "interrupted_at_ms": None,
    "response_status": None,
}
