"""What a migration makes of rows that an earlier version stored."""

from importlib import import_module

import pytest
from django.apps import apps

from personas.models import Persona
from personas.saving import save_persona
from personas.secret_usage import used_names
from tests.personas.making import make_persona, make_secret

header_names = import_module("personas.migrations.0003_missing_secrets_and_header_names")

pytestmark = pytest.mark.django_db


def migrated(headers: list[list[str]], **fields: object) -> Persona:
    persona = make_persona(headers=headers, **fields)
    save_persona(persona, by=None)
    header_names.name_secrets_in_headers(apps, None)
    return Persona.objects.get(pk=persona.pk)


def test_a_bare_name_in_a_header_becomes_a_reference_in_a_new_version() -> None:
    make_secret("OTHER")
    persona = migrated([["X-Key", "Key OTHER, OTHER_2"]])
    assert persona.headers == [["X-Key", "Key {{secret:OTHER}}, OTHER_2"]]
    assert used_names(persona) == {"OTHER"}
    newest, first = persona.versions.all()
    assert newest.number == persona.version == 2
    assert newest.document == first.document | {"llm": {**first.document["llm"], "headers": persona.headers}}
    assert newest.note == "Header names a token secret: OTHER is written as a reference to it"
    assert first.document["llm"]["headers"] == [["X-Key", "Key OTHER, OTHER_2"]]


@pytest.mark.parametrize(
    "headers",
    [[["Authorization", "Bearer MY_TOKEN"]], [["X-Key", "{{secret:OTHER}}"]], [["X-Key", "word"]], []],
    ids=["its own", "a reference", "no name", "no header"],
)
def test_what_goes_on_working_stays_as_it_is(headers: list[list[str]]) -> None:
    make_secret("OTHER")
    persona = migrated(headers, token_secret=make_secret("MY_TOKEN"))
    assert (persona.headers, persona.version) == (headers, 1)


def test_a_name_without_a_value_gives_nobody_a_reference() -> None:
    make_secret("Bearer", value="")
    persona = migrated([["Authorization", "Bearer MY_TOKEN"]], token_secret=make_secret("MY_TOKEN"))
    assert (persona.headers, persona.version) == ([["Authorization", "Bearer MY_TOKEN"]], 1)
