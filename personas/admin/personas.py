"""Personas in the admin: the plain fields to edit, the JSON ones to read, and why a persona can't start."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.forms.widgets import Script
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from personas.forms.fields import AddressField
from personas.models import Persona
from personas.models.json_field import JSONField
from personas.persona_fields import PERSONA_FIELDS, SECTIONS
from personas.readiness import ReadinessProblem, readiness_problems, readiness_problems_of
from personas.saving import save_if_changed
from personas.secret_usage import SECRET_FIELDS

_JSON_FIELDS = [
    field.name for field in Persona._meta.concrete_fields if isinstance(field, JSONField) and field.editable
]


def _fieldsets() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the form's sections, with the fields that are edited here."""
    for section in SECTIONS:
        names = [field.name for field in section.fields if field.name not in _JSON_FIELDS]
        if names:
            yield section.title, {"fields": names}


_LISTED = "_listed_reasons"


class PersonaAdminForm(forms.ModelForm):
    """The plain fields; addresses are checked as on the site."""

    address = AddressField()
    stand_in_address = AddressField()
    tool_endpoint = AddressField()

    class Meta:
        model = Persona
        exclude = _JSON_FIELDS  # noqa: DJ006 - what is left out here is shown, not edited


@admin.register(Persona)
class PersonaAdmin(admin.ModelAdmin):
    form = PersonaAdminForm
    list_display = ["persona_name", "platform", "model", "token_secret", "readiness", "updated_at"]
    list_filter = ["platform"]
    list_select_related = ["token_secret"]
    list_per_page = 30
    search_fields = ["persona_name", "id", "model"]
    autocomplete_fields = SECRET_FIELDS
    readonly_fields = ["id", "version", "reasons", "json_parts"]
    fieldsets: ClassVar[Any] = [
        (None, {"fields": ["id", "version", "reasons"]}),
        *_fieldsets(),
        ("JSON", {"fields": ["json_parts"]}),
    ]

    class Media:
        js: ClassVar[Any] = [Script("js/admin_names.js", type="module")]

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return the list with the readiness problems of all its personas, loaded in one query."""
        changelist = super().get_changelist_instance(request)
        listed = list(changelist.result_list)
        for persona, problems in zip(listed, readiness_problems_of(listed), strict=True):
            setattr(persona, _LISTED, problems)
        changelist.result_list = listed
        return changelist

    def view_on_site(self, persona: Persona) -> str:
        """Return the address of the persona's editor, where every field can be edited."""
        return reverse("personas:edit", args=[persona.pk])

    def save_model(
        self, request: HttpRequest, obj: Persona, form: "forms.ModelForm[Persona]", change: bool
    ) -> None:
        by = request.user if request.user.is_authenticated else None
        save_if_changed(obj, by=by, note="Saved in the admin")

    @admin.display(description="Ready")
    def readiness(self, persona: Persona) -> SafeString:
        """Return the number of readiness problems, for the list."""
        count = len(_listed_problems(persona))
        if not count:
            return format_html('<span class="badge badge--good">{}</span>', "ready")
        label = "1 reason" if count == 1 else f"{count} reasons"
        return format_html('<span class="badge badge--warning">not yet: {}</span>', label)

    @admin.display(description="Why it can't start")
    def reasons(self, persona: Persona) -> str | SafeString:
        listed = format_html_join("", "<li>{}</li>", ((r.message,) for r in readiness_problems(persona)))
        return format_html('<ul class="reasons">{}</ul>', listed) if listed else "It can start."

    @admin.display(description="As stored")
    def json_parts(self, persona: Persona) -> SafeString:
        """Show each JSON field under its path in the document. They are edited in the persona's own form."""
        parts: dict[str, Any] = {PERSONA_FIELDS[name].path: getattr(persona, name) for name in _JSON_FIELDS}
        return format_html("<pre>{}</pre>", json.dumps(parts, indent=2, ensure_ascii=False))


def _listed_problems(persona: Persona) -> list[ReadinessProblem]:
    problems: list[ReadinessProblem] = getattr(persona, _LISTED)
    return problems
