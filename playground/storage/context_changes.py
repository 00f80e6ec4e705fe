"""The changes of a conversation's context, as its transcript shows them between the turns."""

from playground.engine.json_types import Json
from playground.models import ContextChange, Turn

KEPT_CHANGES = 50
"""How many of a conversation's changes are kept; the oldest goes first."""
KEPT_CHARS = 1_000
"""How much of a change's text is kept. The whole context stands in each turn's request."""


def note_change(conversation_id: str, how: ContextChange.How, text: str) -> Json:
    """Store a change of a conversation whose row is locked, and return it as `change_json`."""
    change = ContextChange.objects.create(
        conversation_id=conversation_id,
        position=Turn.next_position(conversation_id),
        how=how,
        text=text[:KEPT_CHARS],
        chars=len(text),
    )
    _drop_oldest(conversation_id)
    return change_json(change)


def context_changes(conversation_id: str) -> list[Json]:
    """Return the kept changes, in order."""
    return [change_json(change) for change in ContextChange.objects.filter(conversation_id=conversation_id)]


def change_json(change: ContextChange) -> Json:
    """Return a change for viewers; ``position`` is the ``turn_idx`` of the first turn after it."""
    return {
        "id": change.pk,
        "position": change.position,
        "how": str(change.how),
        "text": change.text,
        "chars": change.chars,
        "created_at": change.created_at.isoformat(),
    }


def _drop_oldest(conversation_id: str) -> None:
    newest_first = ContextChange.objects.filter(conversation_id=conversation_id).order_by("-pk")
    dropped = list(newest_first.values_list("pk", flat=True)[KEPT_CHANGES:])
    if dropped:
        ContextChange.objects.filter(pk__in=dropped).delete()
