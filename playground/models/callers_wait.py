"""A caller's wait: the numbers of one turn, or of several that a tool round makes one."""

from django.conf import settings
from django.db import models

from personas.models.json_field import JSONField
from playground.models.conversation import Conversation


class CallersWait(models.Model):
    """As `playground.engine.wait_numbers.WaitNumbers`; stored with the end of each of its turns."""

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="waits")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    """The conversation's."""
    position = models.PositiveIntegerField()
    """The position of its first turn."""
    last_turn_id = models.CharField(max_length=32)
    began_at = models.DateTimeField()
    turns = models.PositiveSmallIntegerField()
    first_audio_ms = models.IntegerField(null=True)
    dead_air_ms = models.IntegerField(null=True)
    longest_silence_ms = models.IntegerField(null=True)
    is_failed = models.BooleanField()
    is_interrupted = models.BooleanField()
    has_tool_calls = models.BooleanField()
    error_code = models.CharField(max_length=40, blank=True)
    counted = JSONField(default=dict, blank=True)
    """What it adds to its `PersonaCounts`."""
    text = models.TextField(blank=True)
    """What either side said: searched for words."""

    class Meta:
        default_permissions = ()
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["conversation", "position"], name="wait_unique")]
        indexes = [
            models.Index(fields=["owner", "-id"], name="wait_by_owner"),
            models.Index(fields=["owner", "error_code", "-id"], name="wait_by_error"),
            models.Index(fields=["owner", "is_failed", "-began_at"], name="wait_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} from #{self.position}"
