"""Filler configs in the admin: the form of the site, in the admin's list and history."""

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest

from personas.admin.unique_names import UniqueNameAdmin
from personas.delays import delay_sentence
from personas.forms.filler_config import FillerConfigForm
from personas.models import FillerConfig
from personas.saving import save_filler_config


@admin.register(FillerConfig)
class FillerConfigAdmin(UniqueNameAdmin):
    form = FillerConfigForm
    list_display = ["name", "phrases", "activation_delay_ms", "updated_at"]
    search_fields = ["name"]

    def save_model(
        self, request: HttpRequest, obj: FillerConfig, form: "ModelForm[FillerConfig]", change: bool
    ) -> None:
        versions = save_filler_config(obj, by=request.user if request.user.is_authenticated else None)
        if versions:
            names = ", ".join(version.document["persona_name"] for version in versions)
            messages.info(request, f"A new version was saved of each persona that uses it: {names}.")
        if warning := delay_sentence(obj.activation_delay_ms):
            messages.warning(request, warning)

    @admin.display(description="Phrases")
    def phrases(self, config: FillerConfig) -> str:
        return " · ".join(phrase for phrase in [config.filler_phrase, *config.filler_phrases_list] if phrase)
