"""A persona version that a conversation went on with, and from which turn on."""

from django.db import models

from personas.models import PersonaVersion
from playground.models.conversation import Conversation


class UsedVersion(models.Model):
    """One of the versions of a conversation that had several, the first one included; others have none."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="used_versions")
    persona_version = models.ForeignKey(PersonaVersion, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    """The position of the first turn with the version."""

    class Meta:
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "position"], name="used_version_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} from #{self.position}"
