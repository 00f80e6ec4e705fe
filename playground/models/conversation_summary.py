"""What a conversation's turns add up to, for lists: one narrow row each, kept with the end of each turn."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver

from personas.models import PersonaVersion
from personas.models.json_field import JSONField
from playground.engine.call_summary import NOT_MEASURED
from playground.engine.persona_document import platform_of
from playground.models.conversation import Conversation

SORTED_BY = ("created_at", "turns", "first_audio_ms", "dead_air_ms", "longest_silence_ms", "failed")

FLAGS = ("has_failed", "has_interrupted", "has_tool_calls")
FILTERED_BY = ("first_audio_ms", "platform", "persona_version", "last_turn_at")
"""Held by the index of the order of time: what few conversations have is found without reading all their rows."""


class ConversationSummary(models.Model):
    """Times in ms are NOT_MEASURED where there is none. Every conversation has one from its start on."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, on_delete=models.CASCADE, related_name="summary"
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    persona_ref = models.CharField(max_length=32)
    persona_version = models.ForeignKey(PersonaVersion, on_delete=models.CASCADE, related_name="+")
    """The conversation's version."""
    platform = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    """The conversation's."""
    turns = models.PositiveIntegerField(default=0)
    """Closed ones."""
    waits = models.PositiveIntegerField(default=0)
    first_audio_ms = models.IntegerField(default=NOT_MEASURED)
    """The median of its waits."""
    dead_air_ms = models.IntegerField(default=NOT_MEASURED)
    """The sum of its waits; without those whose dead air has no end."""
    longest_silence_ms = models.IntegerField(default=NOT_MEASURED)
    failed = models.PositiveIntegerField(default=0)
    """How many of its waits failed."""
    interrupted = models.PositiveIntegerField(default=0)
    has_failed = models.BooleanField(default=False)
    has_interrupted = models.BooleanField(default=False)
    has_tool_calls = models.BooleanField(default=False)
    last_turn_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            *(
                models.Index(fields=["owner", f"-{name}", "-conversation"], name=f"summary_by_{name}"[:30])
                for name in SORTED_BY
                if name != "created_at"
            ),
            models.Index(
                fields=["owner", "-created_at", "-conversation", *FILTERED_BY], name="summary_by_created_at"
            ),
            models.Index(
                fields=["owner", "persona_ref", "-created_at", "-conversation", "last_turn_at"],
                name="summary_by_persona",
            ),
            *(
                models.Index(
                    fields=["owner", name, "-created_at", "-conversation"], name=f"summary_{name}"[:30]
                )
                for name in FLAGS
            ),
        ]

    def __str__(self) -> str:
        return str(self.conversation_id)


class DrawnWait(models.Model):
    """The turns of a conversation's last wait as its strip is drawn from: `playground.engine.drawn_turn`."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, on_delete=models.CASCADE, related_name="drawn_wait"
    )
    turns = JSONField(default=list)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.conversation_id)


@receiver(post_save, sender=Conversation)
def keep_summary(
    instance: Conversation, *, created: bool, update_fields: frozenset[str] | None, **_signal: Any
) -> None:
    """Store the summary of a conversation that has just begun, or its new version, in its transaction."""
    if created:
        ConversationSummary.objects.create(**beginning_of(instance))
    elif update_fields and "persona_version" in update_fields:
        names = ("persona_version", "persona_ref", "platform")
        values = {name: value for name, value in beginning_of(instance).items() if name in names}
        ConversationSummary.objects.filter(pk=instance.pk).update(**values)


def beginning_of(conversation: Conversation) -> dict[str, Any]:
    """Return the values of a conversation without turns."""
    version = conversation.persona_version
    return {
        "conversation": conversation,
        "owner_id": conversation.owner_id,
        "persona_ref": version.persona_ref,
        "persona_version": version,
        "platform": platform_of(version.document).name,
        "created_at": conversation.created_at,
    }
