"""What a user calls a conversation of their own, and its tags."""

from collections.abc import Collection, Iterable, Sequence

from django.contrib.auth.models import User
from django.db import transaction

from playground.models import Conversation, ConversationTag
from playground.models.conversation_tag import TAG_CHARS

MOST_TAGS = 20
"""Of one conversation."""
NAME_CHARS = 200


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
