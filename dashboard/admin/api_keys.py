"""API keys in the admin: a key is shown once, on the page that created it, and never again."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_variables

from dashboard.api_keys import give_secret
from dashboard.models import ApiKey
from dashboard.roles import Role

SEEN = ["begins_with", "created_at", "last_used_at", "state"]


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    list_display = ["name", "begins_with", "role", "user", "last_used_at", "expires_at", "state"]
    list_filter = ["role", "revoked_at"]
    list_select_related = ["user", "role"]
    search_fields = ["name", "prefix", "user__username"]
    actions = ["revoke_chosen"]

    def get_fieldsets(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        entered = ["name", "user", "role", "expires_at"]
        return [(None, {"fields": entered if obj is None else [*entered, *SEEN]})]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return [] if obj is None else ["user", "role", *SEEN]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        return {"user": str(request.user.pk)} | super().get_changeform_initial_data(request)

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any]":
        if db_field.name == "role":
            kwargs["queryset"] = Group.objects.filter(name__in=list(Role))
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(is_active=True).order_by("username")
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        assert isinstance(field, ModelChoiceField)
        return field

    def save_model(self, request: HttpRequest, obj: ApiKey, form: "ModelForm[ApiKey]", change: bool) -> None:
        if not change:
            obj.shown_once = give_secret(obj)
        super().save_model(request, obj, form, change)

    @sensitive_variables()
    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "The new API key",
            "opts": self.opts,
            "api_key": obj,
            "shown_once": obj.shown_once,
        }
        return TemplateResponse(request, "admin/dashboard/apikey/made.html", context)

    @admin.action(description="Revoke the chosen keys", permissions=["change"])
    def revoke_chosen(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        usable = [key for key in chosen if key.revoked_at is None]
        for key in usable:
            key.revoke()
            self.log_change(request, key, "Revoked.")
        messages.success(
            request, f"Revoked: {len(usable)} of {len(chosen)} chosen keys; the others were already."
        )

    @admin.display(description="Begins with")
    def begins_with(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @admin.display(description="State")
    def state(self, key: ApiKey) -> SafeString:
        badge, words = "badge--good", "works"
        if key.revoked_at is not None:
            badge, words = "badge--error", f"revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC"
        elif not key.is_usable:
            badge, words = "badge--warning", "expired"
        elif not key.user.is_active:
            badge, words = "badge--warning", "its user is deactivated"
        return format_html('<span class="badge {}">{}</span>', badge, words)
