"""Reads Tavus' conversation JSON (``POST /v2/conversations``) into the options of a new conversation."""

from dataclasses import dataclass

from personas.formats.fields import Fields, ImportNotes
from personas.formats.nodes import Node
from personas.formats.tolerant import Source

_TODAYS_NAMES = {"pal_id": "persona_id", "face_id": "replica_id"}
_READ_ONLY = ("conversation_id", "conversation_url", "status", "created_at", "updated_at", "meeting_token")
_KEYS = frozenset({"persona_id", "replica_id", "conversational_context", "conversation_name", *_TODAYS_NAMES})
_SIZES = {
    "conversation_name": 200,
    "conversational_context": 20_000,
    "replica_id": 100,
    "callback_url": 2_000,
    "custom_greeting": 2_000,
}
_MAX_ID_CHARS = 32


@dataclass(frozen=True, slots=True)
class ConversationDraft:
    """``options`` by Tavus' names (``conversation_name`` …), without empty ones; ``notes`` on what is left out."""

    persona_id: str
    options: dict[str, str]
    notes: tuple[str, ...] = ()


def is_conversation(node: Node) -> bool:
    """Whether the object has a key that only a conversation has."""
    return isinstance(node.value, dict) and bool(node.value.keys() & _KEYS)


def read(source: Source, node: Node) -> ConversationDraft:
    """Read the object. Raises FormatError for an invalid value."""
    notes = ImportNotes()
    fields = Fields(source, _with_the_seeds_names(node), "", notes)
    persona_id = fields.text("persona_id", _MAX_ID_CHARS)
    texts = {key: fields.text(key, max_chars) for key, max_chars in _SIZES.items()}
    for key in fields.rest():
        if key not in _READ_ONLY:
            notes.add(f"{fields.name_of(key)} is not rehearsed; it was left out.")
    return ConversationDraft(persona_id, {key: text for key, text in texts.items() if text}, notes.all())


def _with_the_seeds_names(node: Node) -> Node:
    if not isinstance(node.value, dict):
        return node
    members = {_TODAYS_NAMES.get(key, key): member for key, member in node.value.items()}
    return Node(members, node.offset)
