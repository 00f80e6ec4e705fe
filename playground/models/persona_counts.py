"""What happened with a persona in three hours, for one user: counts that the home page adds up to a day and a week."""

from django.conf import settings
from django.db import models

from personas.models.json_field import JSONField


class PersonaCounts(models.Model):
    """``counts`` are those of `playground.engine.slot_counts`. They outlive the conversations that were counted."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    persona_ref = models.CharField(max_length=32)
    slot = models.DateTimeField()
    """When the three hours begin, as `playground.engine.slot_counts.slot_of`."""
    counts = JSONField(default=dict)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["owner", "persona_ref", "slot"], name="persona_counts_unique")
        ]
        indexes = [models.Index(fields=["owner", "slot"], name="persona_counts_by_time")]

    def __str__(self) -> str:
        return f"{self.persona_ref} at {self.slot:%Y-%m-%d %H}"
