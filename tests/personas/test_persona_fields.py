"""The declaration of a persona's settings, and what reads it."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Field
from django.test import Client

from personas.documents import document_of
from personas.exporting import export
from personas.forms.fields import SecretField
from personas.forms.persona import PersonaForm, data_of
from personas.models import Persona
from personas.models.json_field import JSONField
from personas.persona_field import FieldKind, PersonaField
from personas.persona_fields import FORM_FIELDS, PERSONA_FIELDS, REHEARSAL_FIELDS, SECTIONS
from playground.engine.json_types import Json
from playground.engine.platforms.registry import register, unregister
from playground.engine.platforms.tavus import Tavus

OF_THE_ROW = {"id", "version", "created_at", "updated_at", "missing_secrets"}
COLUMNS: "dict[str, Field[Any, Any]]" = {
    field.name: field for field in Persona._meta.concrete_fields if field.name not in OF_THE_ROW
}


def test_the_model_has_a_column_for_every_declared_field_and_no_other() -> None:
    assert COLUMNS.keys() == PERSONA_FIELDS.keys()


@pytest.mark.parametrize("name", sorted(PERSONA_FIELDS.keys() - {"platform"}))
def test_a_new_row_has_the_declared_default(name: str) -> None:
    default = PERSONA_FIELDS[name].default
    is_reference = COLUMNS[name].is_relation
    assert getattr(Persona(), name) == (None if is_reference else default)
    assert not isinstance(COLUMNS[name].default, Enum)


@pytest.mark.parametrize("name", ["provider", "history_mode", "interrupt_history"])
def test_a_column_offers_the_values_of_the_engine_s_enum(name: str) -> None:
    enum = type(PERSONA_FIELDS[name].default)
    assert [value for value, _ in COLUMNS[name].choices or ()] == [member.value for member in enum]


def test_no_two_fields_stand_in_one_place_of_the_document() -> None:
    paths = [field.path for field in (PERSONA_FIELDS | FORM_FIELDS).values()]
    assert len(set(paths)) == len(paths)


@pytest.mark.django_db
def test_the_form_shows_every_field_in_one_section_with_its_label() -> None:
    form = PersonaForm()
    shown = [field.name for section in form.sections for field in section.fields]
    assert sorted(shown) == sorted(form.fields.keys() - {"note", "edited_version", "unshown"})
    assert all(form.fields[name].label == FORM_FIELDS[name].label != "" for name in shown)


def test_the_admin_edits_every_plain_column() -> None:
    fieldsets = admin.site.get_model_admin(Persona).fieldsets or ()
    edited = [name for _, options in fieldsets for name in options["fields"]]
    plain = {name for name, column in COLUMNS.items() if not isinstance(column, JSONField)}
    assert sorted(edited) == sorted(plain | {"id", "version", "reasons", "json_parts"})


class Third(Tavus):
    name = "third"
    help_texts: Mapping[str, str] = {"model": "Third: its id.", "temperature": "Third: at most 2."}
    section_texts: Mapping[str, str] = {"vision": "Third has none."}


def test_help_texts_hold_what_each_platform_says_in_the_registry_s_order() -> None:
    register(Third())
    try:
        assert FORM_FIELDS["model"].help_text == "The name that your LLM's server knows it by. Third: its id."
        assert FORM_FIELDS["temperature"].help_text == (
            "Higher values are more creative and less predictable. JAICP recommends 0.0 to 1.0. Third: at most 2. "
            "Empty: not sent."
        )
        lead = next(section.lead for section in SECTIONS if section.slug == "vision")
        assert lead.startswith("Tavus' vqa layer. Third has none. Vision is not simulated")
    finally:
        unregister("third")


@pytest.mark.parametrize("name", [field.name for field in REHEARSAL_FIELDS])
def test_an_export_says_that_a_changed_rehearsal_setting_stays_here(name: str) -> None:
    llm = {"platform": "tavus", "address": "https://llm.example.com/v1"}
    document: Json = {"persona_name": "Mert", "llm": llm, "rehearsal": {}}
    holder, key = PERSONA_FIELDS[name].place
    document |= {holder: {**document[holder], key: 0}}
    sentences = [note.message for note in export(document, "tavus").conversion_notes]
    assert f"Rehearsal settings stay in Greenroom, no platform has them: {name}." in sentences


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "is_valid"), [("", True), ("1", True), ("600", True), ("0", False), ("601", False)]
)
def test_the_longest_answer_is_between_1_and_600_seconds_or_unlimited(typed: str, is_valid: bool) -> None:
    form = PersonaForm(data_of(Persona(persona_name="Mert")) | {"max_answer_s": typed})
    assert ("max_answer_s" not in form.errors) is is_valid
    if is_valid:
        assert document_of(form.as_typed())["rehearsal"]["max_answer_s"] == (int(typed) if typed else None)


NUMBERS = sorted(name for name, field in PERSONA_FIELDS.items() if field.bounds is not None)


@pytest.mark.django_db
@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_outside_its_declared_bounds_is_refused_by_form_and_admin(
    name: str, admin_client: Client
) -> None:
    bounds = FORM_FIELDS[name].bounds
    assert bounds is not None
    for number in (bounds.least - 1, bounds.most + 1):
        typed = data_of(Persona(persona_name="Mert")) | {name: number}
        assert name in PersonaForm(typed).errors
        page = admin_client.post("/admin/personas/persona/add/", typed)
        assert name in page.context["adminform"].form.errors


def test_a_number_says_between_which_bounds_it_lies() -> None:
    assert NUMBERS == ["history_last", "max_answer_s", "max_tool_rounds"]
    assert all(field.bounds for field in FORM_FIELDS.values() if field.kind is FieldKind.NUMBER)


@pytest.mark.django_db
@pytest.mark.parametrize("field", [field for field in FORM_FIELDS.values() if field.kind is FieldKind.SECRET])
def test_a_secret_is_chosen_among_the_stored_ones(field: PersonaField) -> None:
    assert isinstance(PersonaForm().fields[field.name], SecretField)
