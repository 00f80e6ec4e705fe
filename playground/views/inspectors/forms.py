"""The form of an inspector: its name, its lifetime, how it answers."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from personas.models import TokenSecret
from playground.access import USE_SECRETS
from playground.engine.addresses.address import AddressError, allows, parse_address
from playground.inspectors.answer_settings import (
    DELTA_MS,
    FIRST_DELTA_MS,
    FUNCTION_CHARS,
    MODEL_CHARS,
    RETRY_AFTER_S,
    TEXT_CHARS,
    AnswerSettings,
    Fault,
    read_settings,
)
from playground.models import Inspector
from playground.models.inspector import LIFETIME_DAYS

LONGEST_LIFETIME_DAYS = 30
_USUAL = AnswerSettings()


class InspectorForm(forms.ModelForm):
    """Every kind's settings stand in it; those of the chosen kind are used."""

    lifetime_days = forms.IntegerField(
        label="Expires in (days)",
        min_value=1,
        max_value=LONGEST_LIFETIME_DAYS,
        initial=LIFETIME_DAYS,
        help_text="Then its address answers 410, and what it was sent is deleted unless the inspector is kept.",
    )
    answer = forms.ChoiceField(
        label="It answers with", choices=Inspector.Answer.choices, widget=forms.RadioSelect
    )
    model = forms.CharField(
        label="Demo model",
        required=False,
        max_length=MODEL_CHARS,
        widget=forms.TextInput(attrs={"placeholder": "demo", "spellcheck": "false"}),
        help_text="demo, demo-slow, demo-tools or demo-echo. Empty: the request's own, or one that fits.",
    )
    text = forms.CharField(
        label="Text",
        required=False,
        max_length=TEXT_CHARS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    function = forms.CharField(label="Function", required=False, max_length=FUNCTION_CHARS)
    arguments = forms.CharField(
        label="Arguments",
        required=False,
        max_length=TEXT_CHARS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false"}),
        help_text="Sent as it stands, valid JSON or not.",
    )
    fault = forms.ChoiceField(
        label="Fault", required=False, choices=[(fault.value, fault.label) for fault in Fault]
    )
    retry_after_s = forms.IntegerField(
        label="Retry-After (s)", required=False, min_value=0, max_value=RETRY_AFTER_S
    )
    first_delta_ms = forms.IntegerField(
        label="First delta after (ms)", required=False, min_value=0, max_value=FIRST_DELTA_MS
    )
    delta_ms = forms.IntegerField(
        label="Between deltas (ms)", required=False, min_value=0, max_value=DELTA_MS
    )
    forward_url = forms.CharField(
        label="Server",
        required=False,
        max_length=2_000,
        widget=forms.TextInput(
            attrs={
                "inputmode": "url",
                "placeholder": "https://llm.example.com/v1",
                "spellcheck": "false",
                "class": "code",
            }
        ),
        help_text=(
            "Its base URL. What stands behind the inspector's address is called behind it. Under Daphne a request goes "
            "on once its whole body has arrived, under uvicorn part by part; answers stream under both."
        ),
    )
    forward_secret = forms.ModelChoiceField(
        TokenSecret.objects.order_by("name"),
        label="Token secret",
        required=False,
        empty_label="None: the caller's own key goes on",
        help_text=(
            "Sent in place of the caller's key, to its allowed hosts, and only for callers who present the inspector's "
            "own key."
        ),
    )

    class Meta:
        model = Inspector
        fields = ["name", "answer", "forward_url", "forward_secret"]

    field_order = ["name", "lifetime_days"]

    def __init__(self, data: Any = None, *, instance: Inspector | None = None, user: User) -> None:
        stored = read_settings(instance.answer_settings) if instance else _USUAL
        initial = stored.as_json() | {"fault": stored.fault.value}
        if instance is None:
            initial["answer"] = Inspector.Answer.DEMO
        super().__init__(data, instance=instance, initial=initial)
        self.fields["name"].widget.attrs["placeholder"] = "What Tavus sends"
        self._may_use_secrets = user.has_perm(USE_SECRETS)
        if instance is not None:
            left = instance.expires_at - timezone.now()
            self.initial["lifetime_days"] = max(
                1, min(LONGEST_LIFETIME_DAYS, round(left / timedelta(days=1)))
            )
        if not self._may_use_secrets:
            self.fields["forward_secret"].disabled = True

    @property
    def may_use_secrets(self) -> bool:
        return self._may_use_secrets

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return each kind of answer with the fields of its settings, as the page shows them."""
        pace = ["first_delta_ms", "delta_ms"]
        fields = {
            Inspector.Answer.DEMO: ["model"],
            Inspector.Answer.TEXT: ["text"],
            Inspector.Answer.TOOL_CALL: ["function", "arguments"],
            Inspector.Answer.FAULT: ["fault", "retry_after_s"],
            Inspector.Answer.PASS_ON: ["forward_url", "forward_secret"],
        }
        groups = [(kind.value, [self[name] for name in names]) for kind, names in fields.items()]
        paced = " ".join((Inspector.Answer.TEXT, Inspector.Answer.TOOL_CALL, Inspector.Answer.FAULT))
        return [*groups, (paced, [self[name] for name in pace])]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("answer") == Inspector.Answer.PASS_ON:
            self._check_server(cleaned)
        return cleaned

    def _check_server(self, cleaned: dict[str, Any]) -> None:
        url = (cleaned.get("forward_url") or "").strip()
        if not url:
            self.add_error("forward_url", "Give the base URL of the server that requests are passed on to.")
            return
        try:
            address = parse_address(url)
        except AddressError as error:
            self.add_error("forward_url", error.message)
            return
        secret = cleaned.get("forward_secret")
        if secret is not None and not allows(secret.allowed_hosts, address):
            self.add_error(
                "forward_secret",
                ValidationError(
                    f"{secret.name} may not be sent to {address.entry}: add that host to it first."
                ),
            )
        cleaned["forward_url"] = url

    def save_by(self, user: User) -> Inspector:
        """Store the inspector; a new one is the user's own."""
        inspector: Inspector = self.save(commit=False)
        if inspector._state.adding:
            inspector.maker = user
        inspector.answer_settings = self._settings().as_json()
        inspector.expires_at = timezone.now() + timedelta(days=self.cleaned_data["lifetime_days"])
        if "forward_secret" in self.changed_data and self._may_use_secrets:
            inspector.forward_secret_by = user if inspector.forward_secret else None
        inspector.save()
        return inspector

    def _settings(self) -> AnswerSettings:
        """Return the settings as typed; an empty number is as by default."""
        names = AnswerSettings.__dataclass_fields__
        typed = {name: self.cleaned_data.get(name) for name in names}
        return read_settings({name: value for name, value in typed.items() if value is not None})
