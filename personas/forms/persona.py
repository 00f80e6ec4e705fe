"""The persona form: every setting of a persona, checked by the rules that its documents obey."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User

from personas.formats.credentials import key_in_header, literal_key_problems
from personas.formats.rules import (
    MAX_DELAY_MS,
    MAX_PROMPT_CHARS,
    Problem,
    parameter_problems,
    printable,
    temperature_problems,
    tool_problems,
)
from personas.formats.vision import vision_is_on
from personas.forms.fields import AddressField, HeaderLinesField, PromptField, SecretField, UserJsonField
from personas.forms.persona_fields import SECTIONS, SectionText, texts
from personas.models import FillerConfig, Persona, PersonaVersion
from personas.saving import save_persona
from playground.engine.persona import BargeIn
from playground.engine.substitution import explicit_names_in, names_in

_OF_THE_MODEL = (
    "persona_name", "default_replica_id", "platform", "provider", "model", "temperature", "history_mode", "event_name",
    "interrupt_history", "stand_in_model",
)  # fmt: skip
"""Fields that are the model's own but for their words."""
_TTS_TEXTS = ("tts_engine", "external_voice_id", "playht_user_id")


def unshown_problems(unshown: dict[str, Any]) -> Iterator[Problem]:
    """Objects or null, and no key of an LLM or a voice among them."""
    for name, value in unshown.items():
        if name not in ("tts", "vqa", "barge_in") or not isinstance(value, dict | None):
            yield Problem((name,), f'"{printable(name)}" is not an object that a persona keeps.')
    yield from literal_key_problems(unshown)


class Vision:
    ABSENT, ON, OFF = "absent", "on", "off"
    CHOICES = [(ABSENT, "Absent, which means on"), (ON, "On"), (OFF, "Off")]


@dataclass(frozen=True, slots=True)
class Section:
    text: SectionText
    fields: tuple[forms.BoundField, ...]

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in self.fields)


class PersonaForm(forms.ModelForm):
    """A persona may be incomplete: what is missing or a placeholder is saved, what is wrong is refused."""

    system_prompt = PromptField(rows=8, required=False, max_length=MAX_PROMPT_CHARS, **texts("system_prompt"))
    context = PromptField(rows=5, required=False, max_length=MAX_PROMPT_CHARS, **texts("context"))
    address = AddressField(**texts("address"))
    token_secret = SecretField(**texts("token_secret"))
    headers = HeaderLinesField(**texts("headers"))
    parameters = UserJsonField(blank={}, shape=dict, rule=parameter_problems, **texts("parameters"))
    history_last = forms.IntegerField(required=False, min_value=1, max_value=1_000, **texts("history_last"))
    tools = UserJsonField(blank=[], shape=list, rule=tool_problems, rows=12, **texts("tools"))
    tts_engine = forms.CharField(required=False, max_length=200, **texts("tts_engine"))
    external_voice_id = forms.CharField(required=False, max_length=200, **texts("external_voice_id"))
    voice_settings = UserJsonField(blank=None, shape=dict, **texts("voice_settings"))
    playht_user_id = forms.CharField(required=False, max_length=200, **texts("playht_user_id"))
    tts_token_secret = SecretField(**texts("tts_token_secret"))
    filler_config = forms.ModelChoiceField(
        FillerConfig.objects.all(), required=False, empty_label="No fillers", **texts("filler_config")
    )
    barge_in_mode = forms.ChoiceField(
        required=False,
        choices=[("", "Not given (forced is assumed)"), *((mode.value, mode.value) for mode in BargeIn)],
        **texts("barge_in_mode"),
    )
    barge_in_trigger = forms.ChoiceField(
        required=False,
        choices=[("", "Not given"), ("final", "final"), ("interim", "interim")],
        **texts("barge_in_trigger"),
    )
    no_interrupt_ms = forms.IntegerField(
        required=False, min_value=0, max_value=MAX_DELAY_MS, **texts("no_interrupt_ms")
    )
    barge_in_reply = UserJsonField(blank=None, shape=dict, **texts("barge_in_reply"))
    vision = forms.ChoiceField(choices=Vision.CHOICES, **texts("vision"))
    stand_in_address = AddressField(**texts("stand_in_address"))
    stand_in_secret = SecretField(**texts("stand_in_secret"))
    tool_mocks = UserJsonField(blank={}, shape=dict, **texts("tool_mocks"))
    tool_endpoint = AddressField(**texts("tool_endpoint"))
    tool_endpoint_secret = SecretField(**texts("tool_endpoint_secret"))
    max_tool_rounds = forms.IntegerField(min_value=0, max_value=20, initial=5, **texts("max_tool_rounds"))
    stream_options = UserJsonField(blank=None, shape=dict, rows=2, **texts("stream_options"))
    other_layers = UserJsonField(blank={}, shape=dict, rule=literal_key_problems, **texts("other_layers"))
    other_keys = UserJsonField(blank={}, shape=dict, rule=literal_key_problems, **texts("other_keys"))
    note = forms.CharField(required=False, max_length=200, **texts("note"))
    edited_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    unshown = UserJsonField(
        blank={},
        shape=dict,
        rule=unshown_problems,
        widget=forms.HiddenInput(),
        label="Other keys of tts, vqa, barge-in",
    )
    """``{"tts", "vqa", "barge_in"}`` as they stand, with the keys that no field shows."""

    class Meta:
        model = Persona
        fields = [
            "persona_name", "system_prompt", "context", "default_replica_id",
            "platform", "provider", "address", "model", "token_secret", "headers", "temperature", "parameters",
            "history_mode", "history_last", "tools", "event_name", "tts_token_secret", "filler_config",
            "interrupt_history", "stand_in_address", "stand_in_model", "stand_in_secret", "tool_mocks",
            "tool_endpoint", "tool_endpoint_secret", "max_tool_rounds", "stream_options", "other_layers", "other_keys",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _OF_THE_MODEL:
            found = texts(name)
            self.fields[name].label, self.fields[name].help_text = found["label"], found["help_text"]
        self.initial.update(_parts_of(self.instance))

    @property
    def sections(self) -> tuple[Section, ...]:
        return tuple(Section(text, tuple(self[name] for name in text.names)) for text in SECTIONS)

    def disable(self) -> None:
        """Show everything, change nothing: for someone who may look at personas and not change them."""
        for field in self.fields.values():
            field.disabled = True

    def clean_persona_name(self) -> str:
        return " ".join(self.cleaned_data["persona_name"].split())

    def clean_temperature(self) -> float | None:
        found: float | None = self.cleaned_data["temperature"]
        if found is not None:
            for problem in temperature_problems(found):
                self.add_error("temperature", problem.message)
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for sentence in _literal_keys(cleaned):
            self.add_error("headers", sentence)
        return cleaned

    def as_typed(self) -> Persona:
        """The persona with every typed value that is right, not saved; where one is wrong, the stored one stands."""
        self.full_clean()
        persona: Persona = self.instance
        unshown = {"tts": persona.tts, "vqa": persona.vqa, "barge_in": persona.barge_in}
        unshown |= self.cleaned_data.get("unshown") or {}
        persona.tts = _tts(unshown["tts"], self.cleaned_data)
        persona.vqa = _vqa(unshown["vqa"], self.cleaned_data.get("vision", ""))
        persona.barge_in = _barge_in(unshown["barge_in"] or {}, self.cleaned_data)
        return persona

    def save_version(self, *, by: User) -> PersonaVersion:
        """Save the persona as its next version. Call it on a valid form."""
        return save_persona(self.as_typed(), by=by, note=self.cleaned_data["note"])


def data_of(persona: Persona) -> dict[str, Any]:
    """What a browser would send for the persona's form, were it submitted as it stands."""
    form = PersonaForm(instance=persona)
    found = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in found.items()}


def _literal_keys(cleaned: dict[str, Any]) -> Iterator[str]:
    """A sentence for each header that seems to hold a key itself: keys live in token secrets alone."""
    secret = cleaned.get("token_secret")
    for name, value in cleaned.get("headers") or ():
        key = key_in_header(name, value)
        is_named = bool(explicit_names_in(key)) or (secret is not None and secret.name in names_in(value))
        if not key or is_named:
            continue
        yield (
            f"The header {name} seems to hold a key: make it a token secret, choose that above, and write its name "
            "here."
        )


def _parts_of(persona: Persona) -> dict[str, Any]:
    """What the form shows of the persona's tts, vqa and barge-in objects."""
    tts, barge_in = persona.tts or {}, persona.barge_in or {}
    vision = Vision.ON if vision_is_on(persona.vqa) else Vision.OFF
    return {
        **{name: tts.get(name, "") for name in _TTS_TEXTS},
        "voice_settings": tts.get("voice_settings"),
        "vision": Vision.ABSENT if persona.vqa is None else vision,
        "barge_in_mode": barge_in.get("bargeIn", ""),
        "barge_in_trigger": barge_in.get("bargeInTrigger", ""),
        "no_interrupt_ms": barge_in.get("noInterruptTime"),
        "barge_in_reply": barge_in.get("bargeInReply"),
        "edited_version": persona.version,
        "unshown": {"tts": persona.tts, "vqa": persona.vqa, "barge_in": persona.barge_in},
    }


def _tts(stored: dict[str, Any] | None, cleaned: dict[str, Any]) -> dict[str, Any] | None:
    """The tts layer with the form's values in it; an absent one stays absent while nothing is entered."""
    values = {name: cleaned[name] or None for name in _TTS_TEXTS if name in cleaned}
    if "voice_settings" in cleaned:
        values["voice_settings"] = cleaned["voice_settings"]
    has_values = any(value is not None for value in values.values())
    if stored is None and cleaned.get("tts_token_secret") is None and not has_values:
        return None
    return _with(stored, values)


def _vqa(stored: dict[str, Any] | None, vision: str) -> dict[str, Any] | None:
    """The vqa layer; untouched where its state is the same, whatever its spelling."""
    if vision == Vision.ABSENT:
        return None
    is_on = vision == Vision.ON
    if not vision or (stored is not None and vision_is_on(stored) is is_on):
        return stored
    key = "enable_vision" if "enable_vision" in (stored or {}) else "enabled"
    return (stored or {}) | {key: is_on}


_BARGE_IN_FIELDS = {
    "bargeIn": "barge_in_mode",
    "bargeInTrigger": "barge_in_trigger",
    "noInterruptTime": "no_interrupt_ms",
    "bargeInReply": "barge_in_reply",
}


def _barge_in(stored: dict[str, Any], cleaned: dict[str, Any]) -> dict[str, Any]:
    typed = {key: cleaned[name] for key, name in _BARGE_IN_FIELDS.items() if name in cleaned}
    return _with(stored, {key: None if value == "" else value for key, value in typed.items()})


def _with(stored: dict[str, Any] | None, values: dict[str, Any]) -> dict[str, Any]:
    """The object with these values, in its own order; None takes a key out."""
    found = dict(stored or {}) | values
    return {key: value for key, value in found.items() if value is not None or key not in values}
