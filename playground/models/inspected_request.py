"""An inspected request: what an inspector was sent, and what it answered."""

from django.db import models

from personas.models.json_field import JSONField
from playground.models.inspector import Inspector


class InspectedRequest(models.Model):
    """One request, without secrets: `playground.inspectors.masking` masks them before anything is stored or cut.

    Times are whole ms since the request's headers had arrived.
    """

    class Authentication(models.TextChoices):
        NONE = "none", "No key was sent"
        SECRET = "secret", "The key matches a token secret"
        CALLERS_KEY = "callers_key", "The key is this inspector's own"
        DEMO_KEY = "demo_key", "The key is that of the demo LLM"
        UNKNOWN = "unknown", "The key is none that Greenroom knows"

    class Kept(models.TextChoices):
        WHOLE = "whole", "Whole"
        BROKEN_OFF = "broken_off", "Broken off by its sender"
        CUT = "cut", "Its beginning: the rest is more than is kept"
        REFUSED = "refused", "Nothing: it was refused"
        UNSEARCHABLE = "unsearchable", "Nothing: compressed in a way that can't be searched for secrets"
        SPELT = "spelt", "Nothing: a secret stands in it in a way that can't be masked"

    class End(models.TextChoices):
        OPEN = "", "Being answered"
        COMPLETE = "complete", "Answered"
        CLIENT_LEFT = "client_left", "The client left"
        FAULT = "fault", "Broken off, as chosen"
        UPSTREAM = "upstream", "The server that it was passed on to failed"
        REFUSED = "refused", "Refused"
        TOO_LONG = "too_long", "Ended by Greenroom: it took or held too much"
        STOPPED = "stopped", "Greenroom stopped"

    inspector = models.ForeignKey(Inspector, on_delete=models.CASCADE, related_name="requests")
    number = models.PositiveIntegerField()
    """Increases by one with each request of the inspector."""
    kept_bytes = models.PositiveBigIntegerField(default=0)
    """What it takes of the inspector's ``most_kept_bytes``."""
    arrived_at = models.DateTimeField()
    method = models.CharField(max_length=64)
    path = models.TextField(blank=True)
    """What follows the inspector's address, as sent: ``/chat/completions``."""
    query = models.TextField(blank=True)
    """The query as sent, without the question mark."""
    http_version = models.CharField(max_length=8)
    client_address = models.CharField(max_length=64, blank=True)
    """Empty: it came from this app itself."""
    conversation_id = models.CharField(max_length=200, blank=True)
    """The value of its header ``conversation_id``, by which requests are grouped."""
    authentication = models.CharField(
        max_length=12, choices=Authentication.choices, default=Authentication.NONE
    )
    secret_name = models.CharField(max_length=64, blank=True)
    """The token secret that its key matches."""
    server = models.CharField(max_length=16, blank=True)
    """What received it: ``Daphne``, ``uvicorn`` or ``Greenroom`` for one that came from this app itself."""
    headers_as_sent = models.BooleanField(default=True)
    """Whether names have the case in which they were sent; else the server gave them in lower case."""
    body_bytes = models.PositiveBigIntegerField(default=0)
    """How many were sent."""
    body_kept = models.CharField(max_length=12, choices=Kept.choices, default=Kept.WHOLE)
    body_encoding = models.CharField(max_length=16, blank=True)
    """The compression that it came in, such as ``gzip``."""
    answer = models.CharField(max_length=10, choices=Inspector.Answer.choices, blank=True)
    """How the inspector was set to answer; empty: it was refused before."""
    answer_status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer_bytes = models.PositiveBigIntegerField(default=0)
    """How many were sent to the client."""
    answer_kept = models.CharField(max_length=12, choices=Kept.choices, default=Kept.WHOLE)
    answer_encoding = models.CharField(max_length=16, blank=True)
    timings = JSONField(default=dict, blank=True)
    """``body_ms``: the body had arrived; ``status_ms``, ``first_byte_ms``, ``total_ms`` of the answer."""
    ended = models.CharField(max_length=12, choices=End.choices, blank=True, default=End.OPEN)
    error = JSONField(null=True, blank=True)
    """``{"code", "message"}``: why it was refused, or how the server failed that it was passed on to."""

    # The large columns stand last: SQLite reads through them to reach what follows.
    headers = JSONField(default=list, blank=True)
    """``[[name, value]]`` in their order, repeated ones too; bytes beyond ASCII are Latin-1."""
    body_parts = JSONField(null=True, blank=True)
    """``[[t_ms, bytes]]``: when parts of the body arrived, as sent; None: not available under this server."""
    answer_headers = JSONField(default=list, blank=True)
    """``[[name, value]]``, as ``headers``."""
    answer_parts = JSONField(default=list, blank=True)
    """``[[t_ms, bytes]]``: when each part of ``answer_body`` came, and its length there."""
    body = models.BinaryField(default=bytes, blank=True)
    """Decompressed, if ``body_encoding`` says so."""
    answer_body = models.BinaryField(default=bytes, blank=True)
    """Its parts follow each other in ``answer_parts``; decompressed, if ``answer_encoding`` says so."""

    class Meta:
        default_permissions = ()
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["inspector", "number"], name="inspected_number_unique")
        ]
        indexes = [
            models.Index(
                fields=["inspector", "conversation_id", "-number"], name="inspected_by_conversation"
            ),
            models.Index(fields=["arrived_at"], name="inspected_by_age"),
            models.Index(fields=["arrived_at"], condition=models.Q(ended=""), name="inspected_open"),
        ]

    def __str__(self) -> str:
        return f"{self.inspector_id} #{self.number}"
