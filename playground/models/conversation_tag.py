"""A tag: a word of its owner's by which conversations are found again."""

from django.conf import settings
from django.db import models

from playground.models.conversation import Conversation

TAG_CHARS = 40


class ConversationTag(models.Model):
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="tags")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    """The conversation's."""
    name = models.CharField(max_length=TAG_CHARS)

    class Meta:
        default_permissions = ()
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "name"], name="conversation_tag_unique")
        ]
        indexes = [models.Index(fields=["owner", "name", "conversation"], name="conversation_by_tag")]

    def __str__(self) -> str:
        return self.name
