"""The declaration of a persona's settings, and what reads it."""

from collections.abc import Mapping
from enum import Enum

import pytest
from django.contrib import admin
from django.test import Client

from personas.documents import document_of
from personas.exporting import export
from personas.formats.platform_format import PlatformFormat
from personas.formats.registry import formats
from personas.forms.fields import SecretField
from personas.forms.persona import PersonaForm, data_of
from personas.models import Persona
from personas.models.json_field import JSONField
from personas.persona_field import FieldKind, PersonaField
from personas.persona_fields import FORM_FIELDS, PERSONA_FIELDS, REHEARSAL_FIELDS, SECTIONS
from playground.engine.json_types import Json
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platforms
from playground.engine.platforms.tavus import Tavus
from tests.personas.making import COLUMNS


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
    foreign_fields: Mapping[str, str] = {"event_name": "On a Third persona nothing."}


def test_a_help_text_says_what_the_persona_s_platform_says() -> None:
    assert (
        FORM_FIELDS["model"].help_on(Third()) == "The name that your LLM's server knows it by. Third: its id."
    )
    assert FORM_FIELDS["temperature"].help_on(Third()) == (
        "Higher values are more creative and less predictable. Third: at most 2. Empty: not sent."
    )
    lead = next(section.lead_on(Third()) for section in SECTIONS if section.slug == "vision")
    assert lead.startswith("Third has none. Vision is not simulated")


def test_another_platform_s_setting_says_what_it_is_there_and_does_here() -> None:
    text = FORM_FIELDS["event_name"].help_on(Third())
    assert text.startswith("JAICP: the event that is raised in the script")
    assert text.endswith("On a Third persona nothing.")


@pytest.mark.parametrize("platform", platforms(), ids=lambda platform: platform.name)
def test_what_is_foreign_to_a_platform_is_a_setting_of_another(platform: Platform) -> None:
    for name in platform.foreign_fields:
        assert name in FORM_FIELDS
        assert any(name not in owner.foreign_fields for owner in platforms())


@pytest.mark.parametrize("known", formats(), ids=lambda known: known.platform.name)
def test_each_key_that_is_offered_says_what_it_is_and_stands_in_an_object(known: PlatformFormat) -> None:
    paths = {key.path for key in known.face.keys}
    assert len(paths) == len(known.face.keys)
    for key in known.face.keys:
        assert key.help or FORM_FIELDS[key.field].help_on(known.platform)
        holder = key.path.rpartition(".")[0].removesuffix("[]")
        assert holder == "" or holder in paths


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
