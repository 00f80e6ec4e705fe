"""Persona versions in the admin, read-only."""

import json

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from personas.models import PersonaVersion


@admin.register(PersonaVersion)
class PersonaVersionAdmin(admin.ModelAdmin):
    list_display = ["persona_name", "number", "created_at", "created_by", "note"]
    list_display_links = ["persona_name", "number"]
    list_select_related = ["created_by"]
    list_per_page = 30
    search_fields = ["persona_ref", "note"]
    list_filter = ["created_at"]
    ordering = ["-created_at", "-number"]
    readonly_fields = (
        "persona",
        "persona_ref",
        "number",
        "note",
        "created_at",
        "created_by",
        "whole_document",
    )
    fields = readonly_fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PersonaVersion | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PersonaVersion | None = None) -> bool:
        return False

    @admin.display(description="Persona", ordering="persona__persona_name")
    def persona_name(self, version: PersonaVersion) -> str:
        return str(version.document.get("persona_name") or version.persona_ref)

    @admin.display(description="Document")
    def whole_document(self, version: PersonaVersion) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(version.document, indent=2, ensure_ascii=False))
