"""A snapshot to show: of a conversation that no database holds, in the words of the real one."""

from personas.models import PersonaVersion
from playground.engine.json_types import Json
from playground.engine.platforms.registry import default_platform_name
from playground.models import Conversation
from playground.storage.frozen_personas import persona_of
from playground.storage.snapshot import conversation_json

SEQ = 41
CONTEXT_CHANGE: Json = {
    "id": 7,
    "position": 1,
    "how": "overwrite",
    "text": "The caller's name is Ada.",
    "chars": 25,
    "created_at": "2025-11-24T16:00:00+00:00",
}

USED_VERSIONS: list[Json] = [
    {"version": 2, "name": "2", "position": 0},
    {"version": 3, "name": "3 · A shorter greeting", "position": 1},
]


def snapshot_example(conversation_id: str, turn: Json) -> Json:
    """The properties of ``playground.snapshot`` with this one turn."""
    document: Json = {
        "persona_name": "Ada of the weather desk",
        "llm": {"platform": default_platform_name(), "address": "https://llm.example.com/v1", "model": "m"},
    }
    version = PersonaVersion(persona_ref="p0123456789ab", number=3, document=document)
    conversation = Conversation(id=conversation_id, persona_version=version, conversation_name="Rehearsal")
    shown = conversation_json(conversation, persona_of(conversation))
    return {
        "conversation": shown,
        "context_changes": [CONTEXT_CHANGE],
        "used_versions": USED_VERSIONS,
        "turns": [turn],
        "seq": SEQ,
    }
