"""Personas in the admin: the plain fields to edit, the JSON ones to read, and why a persona can't start."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from personas.forms.fields import AddressField
from personas.models import Persona
from personas.readiness import Reason, reasons_not_ready, reasons_of
from personas.saving import save_persona

JSON_FIELDS = {
    "headers": "headers",
    "parameters": "parameters",
    "tools": "tools",
    "barge_in": "barge-in",
    "tts": "layers.tts",
    "vqa": "layers.vqa",
    "other_layers": "other layers",
    "other_keys": "other keys",
    "tool_mocks": "tool mocks",
    "stream_options": "stream_options",
}


_LISTED = "_listed_reasons"


class PersonaAdminForm(forms.ModelForm):
    """The plain fields; addresses are checked as on the site."""

    address = AddressField()
    stand_in_address = AddressField()
    tool_endpoint = AddressField()

    class Meta:
        model = Persona
        exclude = list(JSON_FIELDS)  # noqa: DJ006 - what is left out here is shown, not edited


@admin.register(Persona)
class PersonaAdmin(admin.ModelAdmin):
    form = PersonaAdminForm
    list_display = ["persona_name", "platform", "model", "token_secret", "readiness", "updated_at"]
    list_filter = ["platform"]
    list_select_related = ["token_secret"]
    search_fields = ["persona_name", "id", "model"]
    autocomplete_fields = ["token_secret", "tts_token_secret", "tool_endpoint_secret", "stand_in_secret"]
    readonly_fields = ["id", "version", "reasons", "json_parts"]
    fieldsets = [
        (None, {"fields": ["persona_name", "id", "version", "reasons"]}),
        ("Prompt", {"fields": ["system_prompt", "context"]}),
        ("LLM", {"fields": ["platform", "provider", "address", "model", "token_secret", "temperature"]}),
        ("JAICP", {"fields": ["event_name", "history_mode", "history_last", "filler_config"]}),
        ("Tavus", {"fields": ["default_replica_id", "tts_token_secret"]}),
        (
            "Rehearsal",
            {
                "fields": [
                    "interrupt_history",
                    "max_tool_rounds",
                    "tool_endpoint",
                    "tool_endpoint_secret",
                    "stand_in_address",
                    "stand_in_model",
                    "stand_in_secret",
                ]
            },
        ),
        ("JSON", {"fields": ["json_parts"]}),
    ]

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list, with every persona's reasons at once."""
        found = super().get_changelist_instance(request)
        listed = list(found.result_list)
        for persona, reasons in zip(listed, reasons_of(listed), strict=True):
            setattr(persona, _LISTED, reasons)
        found.result_list = listed
        return found

    def view_on_site(self, persona: Persona) -> str:
        """Where every field is edited."""
        return reverse("personas:edit", args=[persona.pk])

    def save_model(
        self, request: HttpRequest, obj: Persona, form: "forms.ModelForm[Persona]", change: bool
    ) -> None:
        by = request.user if request.user.is_authenticated else None
        save_persona(obj, by=by, note="Saved in the admin")

    @admin.display(description="Ready")
    def readiness(self, persona: Persona) -> SafeString:
        """For the list: how many reasons there are."""
        count = len(_listed_reasons(persona))
        if not count:
            return format_html('<span class="badge badge--good">{}</span>', "ready")
        said = "1 reason" if count == 1 else f"{count} reasons"
        return format_html('<span class="badge badge--warning">not yet: {}</span>', said)

    @admin.display(description="Why it can't start")
    def reasons(self, persona: Persona) -> str | SafeString:
        listed = format_html_join("", "<li>{}</li>", ((r.message,) for r in reasons_not_ready(persona)))
        return format_html('<ul class="reasons">{}</ul>', listed) if listed else "It can start."

    @admin.display(description="As stored")
    def json_parts(self, persona: Persona) -> SafeString:
        """Each JSON field by its platform's name; the persona's own form is where they are edited."""
        parts: dict[str, Any] = {name: getattr(persona, field) for field, name in JSON_FIELDS.items()}
        return format_html("<pre>{}</pre>", json.dumps(parts, indent=2, ensure_ascii=False))


def _listed_reasons(persona: Persona) -> list[Reason]:
    found: list[Reason] = getattr(persona, _LISTED)
    return found
