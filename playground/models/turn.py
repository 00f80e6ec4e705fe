"""A turn: the user's text and the whole answer, with what was heard of it and when."""

from django.db import models
from django.db.models import Q

from personas.ids import new_turn_id
from personas.models.json_field import JSONField
from playground.models.conversation import Conversation


class Turn(models.Model):
    """One turn. The database allows at most one open turn per conversation."""

    class Kind(models.TextChoices):
        USER = "user", "User"
        ECHO = "echo", "Echo"
        GREETING = "greeting", "Greeting"
        CONTINUATION = "continuation", "Continuation"

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        STREAMING = "streaming", "Streaming"
        COMPLETED = "completed", "Completed"
        INTERRUPTED = "interrupted", "Interrupted"
        FAILED = "failed", "Failed"

    OPEN = (Status.PENDING, Status.STREAMING)

    id = models.CharField(primary_key=True, max_length=32, default=new_turn_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    position = models.PositiveIntegerField()
    """``turn_idx``: increases by one with each turn of the conversation."""
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.USER)
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="children")
    continues = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="continuations")
    user_text = models.TextField(blank=True)
    client_msg_id = models.CharField(max_length=64, blank=True)
    context = models.TextField(blank=True)
    """The conversational_context as this turn used it."""
    interrupt_history = models.CharField(max_length=10, blank=True, default="", db_default="")
    """The conversation's own policy as this turn used it; empty: that of the persona version."""
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    owner_process = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    interrupt_requested = models.BooleanField(default=False)
    """Carries an interrupt to the owner process without a channel layer."""
    interrupt_is_final = models.BooleanField(default=False, db_default=False)
    """Whether that one stops the turn whatever the barge-in rules say."""

    text = models.TextField(blank=True)
    spoken_text = models.TextField(blank=True)
    heard_text = models.TextField(blank=True)
    tool_results = JSONField(default=dict, blank=True)
    """``{"output", "status"}`` by tool call id: the results of this turn's calls."""
    timings = JSONField(default=dict, blank=True)
    timeline = JSONField(default=dict, blank=True)
    """The data of the turn's picture: see `playground.engine.turn_record`."""
    error = JSONField(null=True, blank=True)
    first_audio_ms = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "position"], name="turn_position_unique"),
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(status__in=["pending", "streaming"]),
                name="turn_one_open",
            ),
            models.UniqueConstraint(
                fields=["conversation", "client_msg_id"],
                condition=~Q(client_msg_id=""),
                name="turn_client_msg_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "lease_until"], name="turn_lease"),
            models.Index(fields=["-created_at"], name="turn_created"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} #{self.position}"

    @classmethod
    def next_position(cls, conversation_id: str) -> int:
        """Return the position that the next turn of a conversation, whose row is locked, will have."""
        newest = cls.objects.filter(conversation_id=conversation_id).order_by("-position")
        position = newest.values_list("position", flat=True).first()
        return 0 if position is None else position + 1
