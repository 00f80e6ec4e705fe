"""An inspector: an address of one's own that records every request it is sent, and answers as chosen."""

from datetime import datetime, timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from personas.ids import new_id
from personas.models import TokenSecret
from personas.models.json_field import JSONField

ADDRESS_TOKEN_BYTES = 24
"""192 random bits: 32 characters of an address."""
MIB = 1024 * 1024
LIFETIME_DAYS = 7
"""After how many days an inspector expires unless its maker says otherwise."""
MOST_REQUESTS = 500
MOST_KEPT_BYTES = 50 * MIB
SEE_EVERYONES = "view_everyones_inspectors"
"""The permission of admins to see what others made."""


def new_inspector_id() -> str:
    return new_id("i")


def new_address_token() -> str:
    return token_urlsafe(ADDRESS_TOKEN_BYTES)


def usual_expiry() -> datetime:
    return timezone.now() + timedelta(days=LIFETIME_DAYS)


class Inspector(models.Model):
    """Whoever knows the address may send requests to it; only its maker and admins see what was sent.

    The address stands in clear: personas, their versions and exports hold it as their ``base_url`` anyway, and it
    opens nothing that is stored.
    """

    class Answer(models.TextChoices):
        DEMO = "demo", "The demo LLM"
        TEXT = "text", "A text at a chosen pace"
        TOOL_CALL = "tool_call", "A tool call"
        FAULT = "fault", "A fault"
        PASS_ON = "pass_on", "Pass on to a server"

    id = models.CharField(primary_key=True, max_length=32, default=new_inspector_id, editable=False)
    address_token = models.CharField(max_length=64, unique=True, default=new_address_token, editable=False)
    """The unguessable part of the address: ``/inspect/<address_token>/…``."""
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="inspectors")
    name = models.CharField(max_length=100)
    expires_at = models.DateTimeField(default=usual_expiry)
    """From then on it answers 410, and its requests go unless it is kept (`playground.inspectors.retention`)."""
    is_kept = models.BooleanField(default=False, db_default=False)
    """Whether neither its expiry nor the retention deletes its requests; its own bounds still do."""
    most_requests = models.PositiveIntegerField(
        default=MOST_REQUESTS, validators=[MinValueValidator(1), MaxValueValidator(5_000)]
    )
    """How many requests it keeps; the oldest go first."""
    most_kept_bytes = models.PositiveBigIntegerField(
        default=MOST_KEPT_BYTES, validators=[MinValueValidator(MIB), MaxValueValidator(200 * MIB)]
    )
    """How many bytes of requests and answers it keeps; the oldest go first."""
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.DEMO)
    answer_settings = JSONField(default=dict, blank=True)
    """What the answer's kind needs: see `playground.inspectors.answer_settings`."""
    forward_url = models.CharField(max_length=2048, blank=True, default="")
    """Where requests are passed on to: a base URL, to which the path after the inspector's address is appended."""
    forward_secret = models.ForeignKey(
        TokenSecret, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The token secret that goes on in place of the caller's key; None: the caller's own goes on."""
    forward_secret_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    """The secret manager who switched its use on."""
    callers_key_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    """SHA-256 in hex of the key that a caller presents to have the token secret used; empty: nobody may."""
    last_number = models.PositiveIntegerField(default=0, editable=False)
    """The number of its newest request: also how many it ever recorded."""
    lost_busy = models.PositiveIntegerField(default=0, editable=False)
    """How many requests were refused unrecorded, because too many were being answered or stored."""
    lost_fast = models.PositiveIntegerField(default=0, editable=False)
    """How many were refused unrecorded, because they came too fast."""
    lost_unstored = models.PositiveIntegerField(default=0, editable=False)
    """How many requests or answers the database did not take."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at"]
        permissions = [(SEE_EVERYONES, "Can view everyone's inspectors")]
        indexes = [
            models.Index(fields=["maker", "-created_at"], name="inspector_by_maker"),
            models.Index(fields=["expires_at"], name="inspector_by_expiry"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """The base URL within this app: ``/inspect/<address_token>``."""
        return f"/inspect/{self.address_token}"

    @property
    def address(self) -> str:
        """The base URL to enter on a platform."""
        return f"{settings.SITE_URL}{self.path}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()
