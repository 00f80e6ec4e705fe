"""A conversation: one user's rehearsal with one persona version."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models

from personas.ids import new_conversation_id
from personas.models import PersonaVersion
from personas.models.json_field import JSONField
from playground.engine.callback_events import ShutdownReason

_ENDED_BECAUSE: dict[str, str] = {
    ShutdownReason.MAX_CALL_DURATION: "its max_call_duration was over",
    ShutdownReason.PARTICIPANT_LEFT: "its last participant had left",
    ShutdownReason.PARTICIPANT_ABSENT: "no participant came",
}


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
    sends_callbacks = models.BooleanField(default=False, db_default=False)
    """Whether its callback_url is told what happens: decided when it starts, and no longer after a 410."""
    custom_greeting = models.TextField(blank=True)
    properties = JSONField(default=dict, blank=True)
    initial_messages = JSONField(default=list, blank=True)
    interrupt_history = models.CharField(max_length=10, blank=True, default="", db_default="")
    """Its own policy for the history after an interrupt; empty: that of the persona version."""
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    last_seq = models.PositiveBigIntegerField(default=0)
    ends_at = models.DateTimeField(null=True, blank=True)
    """When its ``max_call_duration`` is over; null: it has none."""
    empty_until = models.DateTimeField(null=True, blank=True)
    """When it ends unless a participant is seen before; null: it goes on without any."""
    ends_by_itself = models.BooleanField(default=False, db_default=False)
    """Whether its properties end it: decided when it starts."""
    was_joined = models.BooleanField(default=False, db_default=False)
    """Whether a participant was ever there; kept only where it ends by itself."""
    shutdown_reason = models.CharField(max_length=40, blank=True, default="", db_default="")
    """Why it ended, as `ShutdownReason`; empty: it goes on, or a person or a client ended it."""
    ended_at = models.DateTimeField(null=True, blank=True)
    is_kept = models.BooleanField(default=False, db_default=False)
    """Whether retention and the tidying of trials leave it alone."""
    purge_at = models.DateTimeField(null=True, blank=True)
    """When it is deleted for good: until then its owner may undo the deletion; null: it isn't deleted."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at"], name="conversation_by_age"),
            models.Index(fields=["owner", "-created_at"], name="conversation_by_owner"),
            models.Index(fields=["owner", "persona_version", "-updated_at"], name="conversation_by_use"),
            models.Index(fields=["status", "ends_at"], name="conversation_by_duration"),
            models.Index(fields=["status", "empty_until"], name="conversation_by_absence"),
            models.Index(fields=["owner", "conversation_name", "id"], name="conversation_by_name"),
            models.Index(fields=["is_kept", "updated_at"], name="conversation_by_retention"),
            models.Index(
                fields=["purge_at"], condition=models.Q(purge_at__isnull=False), name="conversation_deleted"
            ),
        ]

    def __str__(self) -> str:
        return self.conversation_name or self.id

    @classmethod
    def of(cls, owner: User) -> "models.QuerySet[Conversation]":
        """Return the owner's conversations, without the deleted ones."""
        return cls.objects.filter(owner=owner, purge_at=None)

    @property
    def ended_because(self) -> str:
        """Why its properties ended it, in a few words; empty if a person or a client did."""
        return _ENDED_BECAUSE.get(self.shutdown_reason, "")

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
