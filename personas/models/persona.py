"""A persona's current state. Every save also creates a PersonaVersion."""

from django.db import models

from personas.ids import new_persona_id
from personas.models.filler_config import FillerConfig
from personas.models.json_field import JSONField
from personas.models.token_secret import TokenSecret
from personas.persona_fields import bounds_of, choices_of, default_of
from playground.engine.platforms.registry import default_platform_name, platform_choices, provider_choices


class PersonaQuerySet(models.QuerySet["Persona"]):
    def unarchived(self) -> "PersonaQuerySet":
        """Leave out those that were archived: lists and start forms don't show them."""
        return self.filter(archived_at=None)


class PersonaManager(models.Manager["Persona"]):
    """Sees all personas but those that were deleted and wait to be purged."""

    def get_queryset(self) -> PersonaQuerySet:
        return PersonaQuerySet(self.model, using=self._db).filter(deleted_at=None)

    def unarchived(self) -> PersonaQuerySet:
        return self.get_queryset().unarchived()


class Persona(models.Model):
    """Tavus' persona and JAICP's ``llmRequest`` in one row; `personas.persona_fields` declares each setting.

    A persona may be incomplete: `personas.readiness` says what prevents a start.
    """

    id = models.CharField(primary_key=True, max_length=32, default=new_persona_id, editable=False)
    persona_name = models.CharField(max_length=200)
    system_prompt = models.TextField(blank=True)
    context = models.TextField(blank=True)
    default_replica_id = models.CharField(max_length=100, blank=True)

    platform = models.CharField(max_length=10, choices=platform_choices, default=default_platform_name)
    provider = models.CharField(max_length=20, choices=provider_choices, default=default_of("provider"))
    address = models.CharField(max_length=2000, blank=True)
    """Tavus: ``base_url``; JAICP: ``url``. Kept as typed."""
    model = models.CharField(max_length=200, blank=True)
    token_secret = models.ForeignKey(
        TokenSecret, null=True, blank=True, on_delete=models.PROTECT, related_name="personas"
    )
    headers = JSONField(default=list, blank=True)
    """``[[name, value]]`` in order; a value may contain the secret's name."""
    temperature = models.FloatField(null=True, blank=True)
    parameters = JSONField(default=dict, blank=True)
    tools = JSONField(default=list, blank=True)
    event_name = models.CharField(max_length=200, blank=True)
    history_mode = models.CharField(
        max_length=20, choices=choices_of("history_mode"), default=default_of("history_mode")
    )
    history_last = models.PositiveIntegerField(null=True, blank=True, validators=bounds_of("history_last"))
    barge_in = JSONField(default=dict, blank=True)
    """``bargeIn``, ``bargeInTrigger``, ``noInterruptTime``, ``bargeInReply``, each as given."""
    filler_config = models.ForeignKey(
        FillerConfig, null=True, blank=True, on_delete=models.PROTECT, related_name="personas"
    )

    tts = JSONField(null=True, blank=True)
    """The tts layer as given, without its key; None if the layer is absent."""
    tts_token_secret = models.ForeignKey(
        TokenSecret, null=True, blank=True, on_delete=models.PROTECT, related_name="tts_personas"
    )
    vqa = JSONField(null=True, blank=True)
    """None if absent, which means that vision is on."""
    other_layers = JSONField(default=dict, blank=True)
    other_keys = JSONField(default=dict, blank=True)

    interrupt_history = models.CharField(
        max_length=10, choices=choices_of("interrupt_history"), default=default_of("interrupt_history")
    )
    tool_mocks = JSONField(default=dict, blank=True)
    tool_endpoint = models.CharField(max_length=2000, blank=True)
    tool_endpoint_secret = models.ForeignKey(
        TokenSecret, null=True, blank=True, on_delete=models.PROTECT, related_name="tool_personas"
    )
    max_tool_rounds = models.PositiveSmallIntegerField(
        default=default_of("max_tool_rounds"), validators=bounds_of("max_tool_rounds")
    )
    max_answer_s = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=bounds_of("max_answer_s")
    )
    stand_in_address = models.CharField(max_length=2000, blank=True)
    """Called in rehearsals instead of the address while the persona's own LLM can't be called."""
    stand_in_model = models.CharField(max_length=200, blank=True)
    stand_in_secret = models.ForeignKey(
        TokenSecret, null=True, blank=True, on_delete=models.PROTECT, related_name="stand_in_personas"
    )
    stream_options = JSONField(null=True, blank=True)
    missing_secrets = JSONField(default=dict, blank=True, editable=False)
    """Names of pending token secrets that a document refers to, by the field that would refer to them."""

    version = models.PositiveIntegerField(default=0, editable=False)
    """The number of the newest PersonaVersion."""
    is_trial = models.BooleanField(default=False, db_default=False, editable=False)
    """Whether "Try my endpoint" made it and nobody has kept it: see `personas.tidying`."""
    last_used_at = models.DateTimeField(null=True, editable=False)
    """When a conversation with it last began; null: never."""
    archived_at = models.DateTimeField(null=True, editable=False)
    """Null unless it is archived: hidden from lists and start forms."""
    deleted_at = models.DateTimeField(null=True, editable=False)
    """Null unless it is deleted: hidden from everything until the deletion is undone or the row is purged."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PersonaManager()
    including_deleted = PersonaQuerySet.as_manager()

    class Meta:
        ordering = ["persona_name", "id"]
        indexes = [
            models.Index(fields=["-updated_at", "id"], name="persona_by_change"),
            models.Index(fields=["-created_at", "id"], name="persona_by_age"),
            models.Index(fields=["persona_name", "id"], name="persona_by_name"),
            models.Index(
                fields=["deleted_at"], name="persona_deleted", condition=models.Q(deleted_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.persona_name
