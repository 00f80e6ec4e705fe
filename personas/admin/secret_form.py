"""The form of a token secret. Its value is write-only."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables

from personas.models import TokenSecret
from personas.secret_usage import personas_naming
from personas.secrets import SecretValue, validate_value
from playground.engine.addresses.address import AddressError, parse_host_entry

MOST_HOSTS = 50


class AllowedHostsField(forms.CharField):
    """Takes one entry a line. Its value is the list of normalised entries without duplicates."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in str(super().clean(value)).splitlines()]
        entries: dict[str, None] = {}
        for number, line in enumerate(lines, start=1):
            if not line:
                continue
            try:
                entries[str(parse_host_entry(line))] = None
            except AddressError as error:
                raise ValidationError(f"Line {number}: {error.message}") from None
        if len(entries) > MOST_HOSTS:
            raise ValidationError(f"At most {MOST_HOSTS} hosts.")
        return list(entries)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or []) != self.clean(data))
        except ValidationError:
            return True


class TokenSecretForm(forms.ModelForm):
    """An empty value keeps the stored one; clearing it is a separate option."""

    allowed_hosts = AllowedHostsField(
        required=False,
        help_text=(
            "One a line: api.openai.com, *.example.com, http://127.0.0.1:11434, or / for Greenroom's demo LLM. "
            "Without a scheme it means https. The value is sent to these hosts alone; with none, nowhere."
        ),
    )
    value = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Stored encrypted and never shown again. Left empty, what is stored stays as it is.",
    )
    clear_value = forms.BooleanField(required=False, label="Clear the stored value")

    class Meta:
        model = TokenSecret
        fields = ["name", "allowed_hosts"]
        help_texts = {
            "name": "Latin letters, digits and underscores. Headers refer to the secret by this name."
        }

    value_was_trimmed = False

    def clean_name(self) -> str:
        """Refuse to rename a secret that a header names: the header would keep the old name as text, and send it."""
        name = str(self.cleaned_data["name"])
        old_name = self.initial.get("name")
        if not old_name or name == old_name:
            return name
        naming = personas_naming(old_name)
        if naming:
            users = ", ".join(persona.persona_name for persona in naming)
            raise ValidationError(f"{old_name} stands in the headers of {users}: change these headers first.")
        return name

    @sensitive_variables()
    def clean_value(self) -> SecretValue:
        value = str(self.cleaned_data["value"])
        if not value:
            return SecretValue("")
        trimmed = validate_value(value)
        self.value_was_trimmed = trimmed != value
        return SecretValue(trimmed)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("value") and cleaned.get("clear_value"):
            self.add_error("clear_value", "Either enter a new value or clear the stored one.")
        return cleaned
