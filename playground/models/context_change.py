"""A change of a conversation's context: when, and what was given."""

from django.db import models

from playground.models.conversation import Conversation


class ContextChange(models.Model):
    """One ``append_llm_context`` or ``overwrite_llm_context``."""

    class How(models.TextChoices):
        APPEND = "append", "Appended"
        OVERWRITE = "overwrite", "Overwritten"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="context_changes")
    position = models.PositiveIntegerField()
    """The position of the first turn after the change."""
    how = models.CharField(max_length=10, choices=How.choices)
    text = models.TextField(blank=True)
    """The beginning of what was given."""
    chars = models.PositiveIntegerField()
    """The length of what was given."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.conversation_id} before #{self.position}"

    @property
    def is_cut(self) -> bool:
        """Whether more was given than is kept."""
        return self.chars > len(self.text)
