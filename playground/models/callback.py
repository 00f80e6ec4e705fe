"""A callback: what a conversation's ``callback_url`` is told of one event, and how far its delivery has come."""

import secrets

from django.conf import settings
from django.db import models

from personas.models.json_field import JSONField
from playground.models.conversation import Conversation


def new_webhook_id() -> str:
    """Return the id by which a receiver knows a callback again, however often it is sent."""
    return f"msg_{secrets.token_hex(12)}"


class Callback(models.Model):
    """A row of the outbox, stored with what happened. `playground.callbacks` delivers it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    webhook_id = models.CharField(max_length=64, unique=True, default=new_webhook_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="callbacks")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="callbacks")
    """The conversation's."""
    event_type = models.CharField(max_length=64)
    url = models.CharField(max_length=2000)
    """The conversation's callback_url as it was when this happened."""
    body = models.TextField(blank=True)
    """What is sent, the same each time; empty until a transcript is made, with the first attempt."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=20, blank=True)
    """Why the last attempt failed, as `NotDelivered`; empty if none has."""
    attempts = models.PositiveSmallIntegerField(default=0)
    """The number of attempts begun. A killed process may have left the last one without an outcome."""
    is_overtaken = models.BooleanField(default=False)
    """Whether it has failed so often that later ones of its conversation no longer wait for it."""
    next_at = models.DateTimeField()
    """When it is sent next, while it waits."""
    lease = models.CharField(max_length=32, blank=True)
    """The delivery under way; empty for none."""
    lease_until = models.DateTimeField(null=True, blank=True)
    answers = JSONField(default=list, blank=True)
    """The last attempts, oldest first: ``{"at", "status", "text", "problem", "message"}``, redacted."""
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["state", "next_at"], name="callback_due"),
            models.Index(fields=["owner", "state"], name="callback_queue"),
            models.Index(fields=["owner", "-id"], name="callback_by_owner"),
            models.Index(fields=["closed_at"], name="callback_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} of {self.conversation_id}"
