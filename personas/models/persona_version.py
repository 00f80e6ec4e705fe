"""One save of a persona: its whole document, immutable."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from personas.models.json_field import JSONField
from personas.models.persona import Persona


class ImmutableVersionError(TypeError):
    """Code tried to change or delete a persona version. Conversations run on it, so it is immutable."""

    def __init__(self) -> None:
        super().__init__(
            "A persona version is never changed or deleted: save the persona, which makes a new one."
        )


def version_name(number: int, note: str) -> str:
    """Return what lists call a version: its number and the note on it."""
    return f"{number} · {note}" if note else str(number)


class PersonaVersionQuerySet(models.QuerySet["PersonaVersion"]):
    """Allows reading and creating only."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise ImmutableVersionError

    def delete(self) -> NoReturn:
        raise ImmutableVersionError


class PersonaVersion(models.Model):
    """Immutable. ``document`` has the shape that `playground.engine.persona` documents, secrets by name."""

    persona = models.ForeignKey(Persona, null=True, on_delete=models.SET_NULL, related_name="versions")
    persona_ref = models.CharField(max_length=32)
    """The persona's id, which outlives the row."""
    number = models.PositiveIntegerField()
    document = JSONField()
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PersonaVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        indexes = [models.Index(fields=["-created_at", "-number"], name="persona_version_by_age")]
        constraints = [
            models.UniqueConstraint(fields=["persona_ref", "number"], name="persona_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.document.get('persona_name', self.persona_ref)} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new version. Raises ImmutableVersionError for a stored one."""
        if not self._state.adding:
            raise ImmutableVersionError
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImmutableVersionError

    @property
    def name(self) -> str:
        return version_name(self.number, self.note)
