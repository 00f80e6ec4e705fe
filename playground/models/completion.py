"""A completion: one request to the LLM and its answer, stored as a replayable cassette."""

import uuid

from django.db import models

from personas.models.json_field import JSONField
from playground.models.turn import Turn


class Completion(models.Model):
    """Its id is ``inference_id`` on the wire. Secrets appear by name; texts are redacted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="completions")
    attempt = models.PositiveSmallIntegerField(default=1)
    request = JSONField()
    """``{"method", "url", "headers": [[name, value]], "body"}`` as sent, names in place of secrets."""
    origins = JSONField(default=list, blank=True)
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_headers = JSONField(default=list, blank=True)
    response_body = models.TextField(blank=True, default="", db_default="")
    """The first words of a refusal's body."""
    payloads = JSONField(default=list, blank=True)
    """``[[t_ms, data]]``: each SSE payload with its arrival in ms from the turn's start."""
    phases = JSONField(default=list, db_default=[], blank=True)
    """``[[moment, t_ms]]``: when each moment of the request was (`playground.outgoing.phases`), in order."""
    deltas = JSONField(default=list, db_default=[], blank=True)
    """``[[t_ms, chars]]``: when text came and its length in code points: what one read brought together is one."""
    reasoning = models.TextField(blank=True)
    tool_calls = JSONField(default=list, blank=True)
    usage = JSONField(default=dict, blank=True)
    finish_reason = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["turn", "attempt"], name="completion_by_turn"),
            models.Index(fields=["-created_at"], name="completion_by_age"),
        ]

    def __str__(self) -> str:
        return str(self.id)
