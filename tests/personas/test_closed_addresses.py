"""The note at save on an address that Greenroom won't call."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from personas.closed_addresses import closed_address_sentence
from personas.models import Persona
from personas.readiness import readiness_problems
from personas.saving import save_persona
from tests.api import PERSONAS, api_client
from tests.personas.making import make_persona

pytestmark = pytest.mark.django_db

PRIVATE = "http://10.0.0.7:8000/v1"
NOT_PUBLIC = "10.0.0.7:8000 is not on the public internet"


def create(user: User, base_url: str) -> Any:
    llm = {"model": "gpt-4o", "base_url": base_url}
    body = {"persona_name": "Ann", "system_prompt": "Be brief.", "layers": {"llm": llm}}
    return api_client(user).post(PERSONAS, json.dumps(body), content_type="application/json").json()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (PRIVATE, NOT_PUBLIC),
        ("http://0.0.0.0:8000/v1", "write 127.0.0.1:8000."),
        ("http://169.254.169.254/v1", "169.254.169.254:80 is a metadata service"),
    ],
)
def test_a_private_address_is_a_notice_and_no_reason(address: str, sentence: str) -> None:
    persona = make_persona(address=address)
    assert sentence in closed_address_sentence(persona)
    assert readiness_problems(persona) == []


@pytest.mark.parametrize(
    "address", ["https://llm.example.com/v1", "/demo/v1", "", "ftp://10.0.0.7", "<your-url>"]
)
def test_of_any_other_address_nothing_is_said(address: str) -> None:
    assert closed_address_sentence(make_persona(address=address)) == ""


def test_of_an_address_that_the_operator_opened_nothing_is_said(settings: Any) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["10.0.0.7:8000"]
    assert closed_address_sentence(make_persona(address=PRIVATE)) == ""


def test_cailas_address_is_the_one_that_the_settings_name(settings: Any) -> None:
    persona = make_persona(platform="jaicp", provider="CAILA_OPEN_AI", address="http://10.0.0.9/unused")
    assert closed_address_sentence(persona) == ""
    settings.CAILA_BASE_URL = PRIVATE
    assert NOT_PUBLIC in closed_address_sentence(persona)


def test_the_editor_shows_it_at_the_address(admin_client: Client, admin_user: User) -> None:
    persona = make_persona(address=PRIVATE)
    save_persona(persona, by=admin_user)
    assert NOT_PUBLIC in admin_client.get(f"/personas/{persona.pk}/").content.decode()


def test_the_api_saves_the_persona_and_says_it(admin_user: User) -> None:
    notes = create(admin_user, PRIVATE)["greenroom"]["notices"]
    assert [NOT_PUBLIC in note for note in notes] == [True]
    assert Persona.objects.get().address == PRIVATE
    assert create(admin_user, "https://llm.example.com/v1")["greenroom"]["notices"] == []
