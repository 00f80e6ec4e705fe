"""The form field of a declared setting, by its kind."""

from django import forms

from personas.formats.rules import MAX_PROMPT_CHARS
from personas.forms.fields import (
    AddressField,
    HeaderLinesField,
    PromptField,
    SecretField,
    UserJsonField,
)
from personas.models import FillerConfig
from personas.persona_field import FieldKind, PersonaField

MAX_TEXT_CHARS = 200


def form_field(declared: PersonaField) -> forms.Field | None:
    """A new field; None: the model's own column makes it."""
    match declared.kind:
        case FieldKind.TEXT:
            return forms.CharField(required=False, max_length=MAX_TEXT_CHARS)
        case FieldKind.NUMBER:
            bounds = declared.bounds
            return forms.IntegerField(
                required=declared.default is not None,
                min_value=None if bounds is None else bounds.least,
                max_value=None if bounds is None else bounds.most,
            )
        case FieldKind.CHOICE:
            choices = [(str(value), label) for value, label in (declared.choices or {}).items()]
            return forms.ChoiceField(choices=choices, required="" not in dict(choices))
        case FieldKind.PROMPT:
            return PromptField(rows=declared.rows, required=False, max_length=MAX_PROMPT_CHARS)
        case FieldKind.ADDRESS:
            return AddressField()
        case FieldKind.HEADERS:
            return HeaderLinesField()
        case FieldKind.OBJECT:
            return UserJsonField(blank=declared.default, shape=dict, rule=declared.rule, rows=declared.rows)
        case FieldKind.LIST:
            return UserJsonField(blank=declared.default, shape=list, rule=declared.rule, rows=declared.rows)
        case FieldKind.SECRET:
            return SecretField()
        case FieldKind.FILLER:
            return forms.ModelChoiceField(
                FillerConfig.objects.all(), required=False, empty_label="No fillers"
            )
        case FieldKind.VALUE:
            return None
