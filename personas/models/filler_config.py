"""A filler config: what the voice says while the LLM is silent (Just AI, ``fillersPhraseConfig``)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from personas.delays import DEFAULT_ACTIVATION_DELAY_MS, LONGEST_ACTIVATION_DELAY_MS
from personas.models.json_field import JSONField
from personas.names import name_key, normalised_name


class FillerConfig(models.Model):
    """At least one phrase. One of all phrases is picked at random, at most once a turn."""

    name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=400, unique=True, editable=False)
    """`personas.names.name_key` of the name: no two names may look the same."""
    filler_phrase = models.CharField("fillerPhrase", max_length=500, blank=True)
    filler_phrases_list = JSONField("fillerPhrasesList", default=list, blank=True)
    activation_delay_ms = models.PositiveIntegerField(
        "activationDelayMs",
        default=DEFAULT_ACTIVATION_DELAY_MS,
        validators=[MinValueValidator(0), MaxValueValidator(LONGEST_ACTIVATION_DELAY_MS)],
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = normalised_name(self.name)
        self.name_key = name_key(self.name)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Raise ValidationError if another filler config's name looks the same."""
        self.name = normalised_name(self.name)
        same = FillerConfig.objects.filter(name_key=name_key(self.name)).exclude(pk=self.pk).first()
        if same is not None:
            raise ValidationError({"name": f"There is a filler config with this name already: {same.name}."})
