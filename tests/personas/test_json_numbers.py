"""Numbers that JSON knows stop nothing, also as PostgreSQL's jsonb gives them back."""

import json

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from personas.models import Persona
from personas.saving import save_persona
from tests.api import PERSONAS, api_client
from tests.personas.making import make_persona

LARGE = "1" + "0" * 20
"""What jsonb makes of ``1e20``."""


@pytest.fixture
def persona(user: User) -> Persona:
    made = make_persona(system_prompt="You tell stories.")
    save_persona(made, by=user)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE personas_persona SET parameters = %s WHERE id = %s", [f'{{"a": {LARGE}}}', made.pk]
        )
    return Persona.objects.get(pk=made.pk)


def test_a_large_number_comes_back_as_it_was_entered(persona: Persona) -> None:
    assert persona.parameters == {"a": 1e20}
    assert isinstance(persona.parameters["a"], float)


@pytest.mark.parametrize("digits", ["9223372036854775807", "-9223372036854775807", "0"])
def test_an_integer_of_64_bits_stays_one(persona: Persona, digits: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE personas_persona SET parameters = %s", [f'{{"a": {digits}}}'])
    persona.refresh_from_db()
    assert persona.parameters == {"a": int(digits)}
    assert isinstance(persona.parameters["a"], int)


def test_a_number_with_all_its_zeros_is_read(persona: Persona) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE personas_persona SET parameters = %s", [f'{{"a": 1{"0" * 300}}}'])
    persona.refresh_from_db()
    assert persona.parameters == {"a": 1e300}


def test_the_persona_can_still_be_edited(persona: Persona, admin_user: User, admin_client: Client) -> None:
    operations = [{"op": "copy", "from": "/persona_name", "path": "/context"}]
    response = api_client(admin_user).patch(
        f"{PERSONAS}/{persona.pk}", json.dumps(operations), content_type="application/json"
    )
    assert response.status_code == 200, response.content
    persona.refresh_from_db()
    assert persona.context == persona.persona_name
    page = admin_client.get(f"/personas/{persona.pk}/")
    assert "1e+20" in page.content.decode()
