"""What a conversation is called: by its user, or by its persona and what was said first; and its tags."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform

from playground.models import Conversation, ConversationTag, Turn
from playground.models.conversation_tag import TAG_CHARS

MOST_TAGS = 20
"""Of one conversation."""
NAME_CHARS = 200


def with_called(rows: QuerySet[Conversation]) -> QuerySet[Any]:
    """Add what tells a conversation without a name: ``persona_name`` and ``first_user_text``, None if none was said."""
    user_turns = Turn.objects.filter(conversation=OuterRef("pk")).exclude(user_text="").order_by("position")
    return rows.annotate(
        persona_name=KeyTextTransform("persona_name", "persona_version__document"),
        first_user_text=Subquery(user_turns.values("user_text")[:1]),
    )


def first_user_text(conversation_id: str) -> str:
    """Return what the user said first; empty if they said nothing."""
    user_turns = Turn.objects.filter(conversation=conversation_id).exclude(user_text="").order_by("position")
    return user_turns.values_list("user_text", flat=True).first() or ""


class LabelError(ValueError):
    """``message`` is one sentence for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def tags_in(text: str) -> list[str]:
    """Return the tags of a list separated by commas. Raises LabelError."""
    names = list(dict.fromkeys(name for part in text.split(",") if (name := " ".join(part.split()))))
    if any(len(name) > TAG_CHARS for name in names):
        raise LabelError(f"A tag has at most {TAG_CHARS} characters.")
    if len(names) > MOST_TAGS:
        raise LabelError(f"A conversation has at most {MOST_TAGS} tags.")
    return names


@transaction.atomic
def label(conversation: Conversation, name: str, tags: Sequence[str]) -> None:
    """Give the conversation this name and these tags alone."""
    conversation.conversation_name = name
    Conversation.objects.filter(pk=conversation.pk).update(conversation_name=name)
    ConversationTag.objects.filter(conversation=conversation).exclude(name__in=tags).delete()
    _add([conversation.pk], tags, conversation.owner_id)


@transaction.atomic
def add_tags(conversation_ids: Collection[str], tags: Sequence[str], user: User) -> None:
    """Add the tags to the user's own among these. Raises LabelError if one would have too many."""
    rows = Conversation.of(user).filter(pk__in=conversation_ids).order_by("pk")
    own = list(rows.select_for_update().values_list("pk", flat=True))  # who adds others meanwhile waits
    present = ConversationTag.objects.filter(conversation__in=own).exclude(name__in=tags)
    counts: dict[str, int] = {}
    for conversation_id in present.values_list("conversation", flat=True):
        counts[conversation_id] = counts.get(conversation_id, 0) + 1
    if any(count + len(tags) > MOST_TAGS for count in counts.values()):
        raise LabelError(f"A conversation has at most {MOST_TAGS} tags, and one of these would have more.")
    _add(own, tags, user.pk)


def _add(conversation_ids: Iterable[str], tags: Sequence[str], owner_id: int) -> None:
    ConversationTag.objects.bulk_create(
        (
            ConversationTag(conversation_id=conversation_id, owner_id=owner_id, name=name)
            for conversation_id in conversation_ids
            for name in tags
        ),
        ignore_conflicts=True,
    )
