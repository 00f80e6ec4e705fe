"""A conversation: one user's rehearsal with one persona version."""

from django.conf import settings
from django.db import models

from personas.ids import new_conversation_id
from personas.models import PersonaVersion
from personas.models.json_field import JSONField


class Conversation(models.Model):
    """Tavus' conversation, with its owner and its persona version."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        ENDED = "ended", "Ended"

    class Speech(models.TextChoices):
        REALTIME = "realtime", "In real time"
        INSTANT = "instant", "Heard at once"

    id = models.CharField(primary_key=True, max_length=32, default=new_conversation_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations"
    )
    persona_version = models.ForeignKey(
        PersonaVersion, on_delete=models.PROTECT, related_name="conversations"
    )
    stand_in = models.BooleanField(default=False)
    """Whether the built-in demo LLM (or the persona's stand-in address) answers in place of the persona's LLM."""
    conversation_name = models.CharField(max_length=200, blank=True)
    conversational_context = models.TextField(blank=True)
    replica_id = models.CharField(max_length=100, blank=True)
    callback_url = models.CharField(max_length=2000, blank=True)
    custom_greeting = models.TextField(blank=True)
    properties = JSONField(default=dict, blank=True)
    initial_messages = JSONField(default=list, blank=True)
    interrupt_history = models.CharField(max_length=10, blank=True, default="", db_default="")
    """Its own policy for the history after an interrupt; empty: that of the persona version."""
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    last_seq = models.PositiveBigIntegerField(default=0)
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at"], name="conversation_by_age"),
            models.Index(fields=["owner", "-created_at"], name="conversation_by_owner"),
            models.Index(fields=["owner", "persona_version", "-updated_at"], name="conversation_by_use"),
        ]

    def __str__(self) -> str:
        return self.conversation_name or self.id

    def due_greeting(self) -> str:
        """The greeting that the voice opens with; empty without one, or after the conversation began or ended."""
        is_open = self.status == self.Status.ACTIVE and self.custom_greeting and not self.turns.exists()
        return self.custom_greeting if is_open else ""

    @property
    def filler_seed(self) -> int | None:
        """The seed of the choice of fillers; None for a random choice."""
        seed = self.properties.get("filler_seed")
        return seed if isinstance(seed, int) and not isinstance(seed, bool) else None

    @property
    def simulated_speech(self) -> str:
        return str(self.properties.get("simulated_speech") or self.Speech.REALTIME)
