"""Loads a conversation for a viewer: its metadata, its newest turns, then earlier ones in parts."""

from dataclasses import dataclass

from django.db.models import QuerySet

from playground.engine.json_text import json_bytes
from playground.engine.json_types import Json
from playground.engine.persona import PersonaSettings
from playground.models import Conversation, Turn
from playground.storage.context_changes import context_changes
from playground.storage.frozen_personas import frozen_persona, persona_of
from playground.storage.newer_versions import NewerVersion, newer_versions, with_difference
from playground.storage.used_versions import used_versions

SLICE_TURNS = 20
"""The number of turns read from the database at a time."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A conversation from its rows; open turns have the text stored so far."""

    conversation: Json
    context_changes: list[Json]
    """As `context_changes.change_json`."""
    used_versions: list[Json]
    """As `used_versions.used_versions`."""
    turns: list[Json]
    """The newest turns in order, as many as fit into one part."""
    earlier: int
    """The number of earlier turns."""
    last_seq: int
    newer_version: NewerVersion | None = None


def load_snapshot(conversation_id: str, *, part_bytes: int) -> Snapshot:
    """Load the conversation with its newest turns, of ``part_bytes`` at most unless the newest alone is larger."""
    conversation = Conversation.objects.select_related("persona_version").get(pk=conversation_id)
    changes = context_changes(conversation_id)
    newest = _slice(conversation.turns.all())
    turns = parts(newest, part_bytes - len(json_bytes(changes)))[0] if newest else []
    return Snapshot(
        conversation=conversation_json(conversation, persona_of(conversation)),
        context_changes=changes,
        used_versions=used_versions(conversation_id),
        turns=turns,
        earlier=conversation.turns.filter(position__lt=turns[0]["turn_idx"]).count() if turns else 0,
        last_seq=conversation.last_seq,
        newer_version=_newer_version(conversation_id),
    )


def _newer_version(conversation_id: str) -> NewerVersion | None:
    newer = newer_versions([conversation_id]).get(conversation_id)
    return None if newer is None else with_difference(conversation_id, newer)


def load_turns_before(conversation_id: str, position: int, *, part_bytes: int) -> list[list[Json]]:
    """Load the next earlier turns in parts, the newest first; empty if none are left."""
    turns = Turn.objects.filter(conversation_id=conversation_id, position__lt=position)
    return parts(_slice(turns), part_bytes)


def parts(turns: list[Json], part_bytes: int) -> list[list[Json]]:
    """Split turns into parts of at most ``part_bytes``, the newest first; a larger turn is a part of its own."""
    cut: list[list[Json]] = []
    room = 0
    for turn in reversed(turns):
        size = len(json_bytes(turn)) + 1
        if not cut or size > room:
            cut.append([])
            room = part_bytes
        cut[-1].insert(0, turn)
        room -= size
    return cut


def _slice(turns: QuerySet[Turn]) -> list[Json]:
    """Return the last SLICE_TURNS turns, in order."""
    newest_first = turns.order_by("-position").defer("spoken_text", "context")[:SLICE_TURNS]
    return [turn_json(turn) for turn in newest_first][::-1]


def conversation_json(conversation: Conversation, persona: PersonaSettings) -> Json:
    """Return the conversation's metadata."""
    version = conversation.persona_version
    filler = persona.filler
    return {
        "conversation_id": conversation.pk,
        "conversation_name": conversation.conversation_name,
        "conversational_context": conversation.conversational_context,
        "custom_greeting": conversation.custom_greeting,
        "interrupt_history": str(persona.interrupt_history),
        "status": conversation.status,
        "replica_id": conversation.replica_id,
        "may_speak": conversation.status == Conversation.Status.ACTIVE,
        "persona": {
            "id": version.persona_ref,
            "name": persona.name,
            "version": version.number,
            "version_name": version.name,
            "platform": str(persona.llm.platform),
            "model": persona.llm.model,
            "tools": [tool.get("function", {}).get("name", "") for tool in persona.llm.tools],
            "event_name": persona.llm.event_name,
            "filler": {"activation_delay_ms": filler.activation_delay_ms, "phrases": list(filler.phrases)}
            if filler
            else None,
            "barge_in": str(persona.barge_in.mode),
            "interrupt_history": str(frozen_persona(version).settings.interrupt_history),
            "stand_in": conversation.stand_in,
        },
    }


def turn_json(turn: Turn) -> Json:
    """Return a stored turn in the shape of `TurnRecord.as_json`."""
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
