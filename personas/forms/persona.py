"""The persona form: every setting of a persona, checked by the same rules as documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User

from personas.formats.credentials import key_in_header, literal_key_problems
from personas.formats.rules import ValueProblem, printable, temperature_problems
from personas.formats.vision import vision_is_on
from personas.forms.declared import form_field
from personas.forms.fields import UserJsonField
from personas.forms.platform_texts import platform_texts
from personas.models import Persona
from personas.persona_field import FormSection, Vision
from personas.persona_fields import FORM_FIELDS, PERSONA_FIELDS, SECTIONS
from personas.saving import Saved, save_changes
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platform_or_default
from playground.engine.substitution import explicit_names_in, names_in

FORM_ID = "persona-form"
"""The form's element, for controls that stand outside of it."""


def unshown_problems(unshown: dict[str, Any]) -> Iterator[ValueProblem]:
    """Yield a problem for a value that is neither an object nor null, and for each key of an LLM or a voice."""
    for name, value in unshown.items():
        if name not in ("tts", "vqa", "barge_in") or not isinstance(value, dict | None):
            yield ValueProblem((name,), f'"{printable(name)}" is not an object that a persona keeps.')
    yield from literal_key_problems(unshown)


@dataclass(frozen=True, slots=True)
class Section:
    text: FormSection
    fields: tuple[forms.BoundField, ...]


class PersonaForm(forms.ModelForm):
    """Saves an incomplete persona (missing values, placeholders) and refuses invalid values."""

    note = forms.CharField(
        required=False,
        max_length=200,
        label="Note on this version",
        help_text="Why you changed it: the version's name in every list.",
        widget=forms.TextInput(
            attrs={"form": FORM_ID, "placeholder": "Why you changed it", "autocomplete": "off"}
        ),
    )
    edited_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    unshown = UserJsonField(
        blank={},
        shape=dict,
        rule=unshown_problems,
        widget=forms.HiddenInput(),
        label="Other keys of tts, vqa, barge-in",
    )
    """``{"tts", "vqa", "barge_in"}`` in full, with the keys that no field shows."""

    class Meta:
        model = Persona
        fields = [name for name, field in PERSONA_FIELDS.items() if not field.parts]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {name: own for name, declared in FORM_FIELDS.items() if (own := form_field(declared))}
        # Django would compare with a hidden copy in the page, since the column's default is a function.
        self.fields["platform"].show_hidden_initial = False
        self.initial.update(_parts_of(self.instance))
        for name, declared in FORM_FIELDS.items():
            self.fields[name].label = declared.label
            self.fields[name].help_text = platform_texts(declared.help_on, self.platform)

    @property
    def platform(self) -> Platform:
        """The platform as typed; the default one for a name that is none."""
        return platform_or_default(str(self["platform"].value()))

    @property
    def changed_labels(self) -> list[str]:
        """The labels of the fields that differ from the stored persona's."""
        return [str(self[name].label) for name in self.changed_data if name not in ("note", "edited_version")]

    @property
    def sections(self) -> tuple[Section, ...]:
        return tuple(
            Section(text, tuple(self[field.name] for field in text.form_fields)) for text in SECTIONS
        )

    def clean_persona_name(self) -> str:
        return " ".join(self.cleaned_data["persona_name"].split())

    def clean_temperature(self) -> float | None:
        temperature: float | None = self.cleaned_data["temperature"]
        if temperature is not None:
            for problem in temperature_problems(temperature):
                self.add_error("temperature", problem.message)
        return temperature

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for sentence in _literal_keys(cleaned):
            self.add_error("headers", sentence)
        return cleaned

    def as_typed(self) -> Persona:
        """Return the persona with every valid typed value, not saved. Invalid fields keep the stored value."""
        self.full_clean()
        persona: Persona = self.instance
        unshown = {"tts": persona.tts, "vqa": persona.vqa, "barge_in": persona.barge_in}
        unshown |= self.cleaned_data.get("unshown") or {}
        persona.tts = _tts(unshown["tts"], self.cleaned_data)
        persona.vqa = _vqa(unshown["vqa"], self.cleaned_data.get("vision", ""))
        persona.barge_in = _with(unshown["barge_in"] or {}, _typed_parts("barge_in", self.cleaned_data))
        return persona

    def save_version(self, *, by: User) -> Saved:
        """Save the persona as its next version, if something changed. The form must be valid."""
        return save_changes(self.as_typed(), by=by, note=self.cleaned_data["note"])


class FilledInForm(PersonaForm):
    """What is typed and not to be saved yet: what is missing or wrong is told by the save."""

    def full_clean(self) -> None:
        super().full_clean()
        self.errors.clear()


def data_of(persona: Persona) -> dict[str, Any]:
    """Return the data that a browser would send for the persona's unchanged form."""
    form = PersonaForm(instance=persona)
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()}


def _literal_keys(cleaned: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each header that seems to contain a key: keys belong in token secrets."""
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
    """Return the form's values for the persona's tts, vqa and barge-in objects."""
    vision = Vision.ON if vision_is_on(persona.vqa) else Vision.OFF
    return {
        **_shown_parts("tts", persona.tts or {}),
        **_shown_parts("barge_in", persona.barge_in or {}),
        "vision": Vision.ABSENT if persona.vqa is None else vision,
        "edited_version": persona.version,
        "unshown": {"tts": persona.tts, "vqa": persona.vqa, "barge_in": persona.barge_in},
    }


def _shown_parts(column: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return the shown members of a column's object, by form field."""
    return {part.name: value.get(part.place[1], part.default) for part in PERSONA_FIELDS[column].parts}


def _typed_parts(column: str, cleaned: dict[str, Any]) -> dict[str, Any]:
    """Return the typed members of a column's object, with None for an empty text."""
    typed = {
        part.place[1]: cleaned[part.name] for part in PERSONA_FIELDS[column].parts if part.name in cleaned
    }
    return {key: None if value == "" else value for key, value in typed.items()}


def _tts(stored: dict[str, Any] | None, cleaned: dict[str, Any]) -> dict[str, Any] | None:
    """Return the tts layer with the form's values. A missing layer stays missing while nothing is entered."""
    values = _typed_parts("tts", cleaned)
    has_values = any(value is not None for value in values.values())
    if stored is None and cleaned.get("tts_token_secret") is None and not has_values:
        return None
    return _with(stored, values)


def _vqa(stored: dict[str, Any] | None, vision: str) -> dict[str, Any] | None:
    """Return the vqa layer, unchanged if its state is the same in another spelling."""
    if vision == Vision.ABSENT:
        return None
    is_on = vision == Vision.ON
    if not vision or (stored is not None and vision_is_on(stored) is is_on):
        return stored
    key = "enable_vision" if "enable_vision" in (stored or {}) else "enabled"
    return (stored or {}) | {key: is_on}


def _with(stored: dict[str, Any] | None, values: dict[str, Any]) -> dict[str, Any]:
    """Return the object with these values in its own order. None removes a key."""
    merged = dict(stored or {}) | values
    return {key: value for key, value in merged.items() if value is not None or key not in values}
