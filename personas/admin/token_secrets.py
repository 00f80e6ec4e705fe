"""Token secrets in the admin: name, hosts, state and use. A value can be entered and is never shown or logged."""

from typing import Any

from django.contrib import admin, messages
from django.forms import Form, ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from personas.admin.secret_form import TokenSecretForm
from personas.admin.unique_names import UniqueNameAdmin
from personas.error_reports import takes_secrets
from personas.models import Persona, TokenSecret
from personas.saving import save_secret
from personas.secret_usage import asking_sentences, users_of
from personas.secrets import SecretState, clear_value, set_value, short_value_sentence, state_of

_BADGES = {
    SecretState.READY: "badge badge--good",
    SecretState.MISSING: "badge badge--warning",
    SecretState.UNREADABLE: "badge badge--error",
}


@admin.register(TokenSecret)
class TokenSecretAdmin(UniqueNameAdmin):
    form = TokenSecretForm
    list_display = ["name", "state", "last_four_shown", "hosts", "replaced_at", "last_used_at"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "allowed_hosts"]}),
        ("Value", {"fields": ["state", "last_four_shown", "value", "clear_value", "created", "replaced"]}),
        ("Use", {"fields": ["used_by", "last_used"]}),
    ]
    readonly_fields = ["state", "last_four_shown", "created", "replaced", "used_by", "last_used"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask who may add token secrets for those that personas name and that are missing."""
        if request.method == "GET" and self.has_add_permission(request):
            for sentence in asking_sentences():
                messages.warning(request, sentence)
        return super().changelist_view(request, extra_context)

    @method_decorator(takes_secrets("value"))
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_fieldsets(self, request: HttpRequest, obj: TokenSecret | None = None) -> Any:
        """Hide the value's field without permission to change it, and the state of a new secret."""
        if obj is None:
            return [(None, {"fields": ["name", "allowed_hosts", "value"]})]
        if self.has_change_permission(request, obj):
            return self.fieldsets
        shown = ["name", "hosts", "state", "last_four_shown", "created", "replaced", "used_by", "last_used"]
        return [(None, {"fields": shown})]

    def get_readonly_fields(self, request: HttpRequest, obj: TokenSecret | None = None) -> list[str]:
        return [*self.readonly_fields, "hosts"]

    def save_model(
        self, request: HttpRequest, obj: TokenSecret, form: "ModelForm[TokenSecret]", change: bool
    ) -> None:
        by = request.user if request.user.is_authenticated else None
        value = form.cleaned_data.get("value")
        if value:
            set_value(obj, value.reveal(), by=by)
            if sentence := short_value_sentence(obj.name, value.reveal()):
                messages.info(request, sentence)
        elif form.cleaned_data.get("clear_value"):
            clear_value(obj, by=by)
        save_secret(obj, by=by)
        if isinstance(form, TokenSecretForm) and form.value_was_trimmed:
            messages.info(request, "The spaces or line breaks around the value were left out.")

    def construct_change_message(
        self, request: HttpRequest, form: Form, formsets: Any, add: bool = False
    ) -> Any:
        """Return the history's message: the changed fields and that a value was entered, never the value."""
        phrases = {"name": "name changed", "allowed_hosts": "allowed hosts changed"}
        phrases |= {"value": "value replaced", "clear_value": "value cleared"}
        if add:
            return "Added with a value." if "value" in form.changed_data else "Added without a value."
        parts = [phrases[field] for field in form.changed_data]
        return (", ".join(parts) or "nothing changed").capitalize() + "."

    @admin.display(description="State")
    def state(self, secret: TokenSecret) -> SafeString:
        secret_state = state_of(secret)
        return format_html('<span class="{}">{}</span>', _BADGES[secret_state], secret_state.label)

    @admin.display(description="Last four")
    def last_four_shown(self, secret: TokenSecret) -> str:
        return f"…{secret.last_four}" if secret.last_four else ""

    @admin.display(description="Allowed hosts")
    def hosts(self, secret: TokenSecret) -> str:
        return ", ".join(secret.allowed_hosts) or "nowhere"

    @admin.display(description="Created")
    def created(self, secret: TokenSecret) -> str:
        return f"{secret.created_at:%Y-%m-%d %H:%M} UTC"

    @admin.display(description="Replaced")
    def replaced(self, secret: TokenSecret) -> str:
        if secret.replaced_at is None:
            return "never"
        by = secret.replaced_by.get_username() if secret.replaced_by else "the app"
        return f"{secret.replaced_at:%Y-%m-%d %H:%M} UTC by {by}"

    @admin.display(description="Last used")
    def last_used(self, secret: TokenSecret) -> str | SafeString:
        if secret.last_used_at is None:
            return "never"
        when = f"{secret.last_used_at:%Y-%m-%d %H:%M} UTC"
        persona = Persona.objects.filter(pk=secret.last_used_persona).first()
        by = _link(persona) if persona is not None else "a persona that is gone"
        return format_html("{} at {} by {}", when, secret.last_used_host, by)

    @admin.display(description="Used by")
    def used_by(self, secret: TokenSecret) -> str | SafeString:
        return (
            format_html_join(", ", "{}", ((_link(persona),) for persona in users_of(secret))) or "no persona"
        )


def _link(persona: Persona) -> SafeString:
    address = reverse("admin:personas_persona_change", args=[persona.pk])
    return format_html('<a href="{}">{}</a>', address, persona)
