"""As many rows as the settings say and no more, by page and API alike; the sentence says what to do."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from personas.models import Persona, PersonaVersion
from personas.row_limits import TooManyRowsError
from personas.saving import save_persona
from playground.models import Conversation
from tests.api import CONVERSATIONS, PERSONAS, api_client
from tests.conftest import signed_in
from tests.personas import examples
from tests.personas.making import make_persona


@pytest.fixture
def persona(db: None) -> Persona:
    made = make_persona()
    save_persona(made, by=None)
    return made


@pytest.fixture
def full(persona: Persona, settings: Settings) -> Persona:
    """The one persona of a site for one, which may have one version."""
    settings.PERSONAS_PER_SITE = settings.VERSIONS_PER_PERSONA = 1
    return persona


def test_a_persona_up_to_the_number_is_stored(persona: Persona, settings: Settings) -> None:
    settings.PERSONAS_PER_SITE = settings.VERSIONS_PER_PERSONA = 2
    save_persona(persona, by=None)
    save_persona(make_persona(), by=None)
    with pytest.raises(TooManyRowsError, match="PERSONAS_PER_SITE"):
        save_persona(make_persona(), by=None)
    with pytest.raises(TooManyRowsError, match="VERSIONS_PER_PERSONA"):
        save_persona(persona, by=None)
    assert (Persona.objects.count(), PersonaVersion.objects.count()) == (2, 3)


@pytest.mark.parametrize("path", ["import", "paste"])
def test_another_persona_is_refused_where_its_document_is_given(
    full: Persona, admin_user: User, path: str
) -> None:
    address = {"import": "personas:import", "paste": "playground:paste"}[path]
    page = signed_in(admin_user).post(reverse(address), {"document": examples.STORYTELLER})
    assert "1 personas, as many as this site keeps" in page.content.decode()
    assert Persona.objects.count() == 1


def test_another_persona_is_refused_on_every_other_page(full: Persona, admin_user: User) -> None:
    page = signed_in(admin_user).post(
        reverse("personas:duplicate", args=[full.pk]), {"persona_name": "Copy", "platform": "tavus"}
    )
    assert page.status_code == 409
    assert "Delete one that nobody needs" in page.content.decode()
    assert Persona.objects.count() == 1


def test_another_persona_is_refused_by_the_api(full: Persona, admin_user: User) -> None:
    answer = api_client(admin_user).post(PERSONAS, examples.STORYTELLER, content_type="application/json")
    assert answer.status_code == 400
    assert "PERSONAS_PER_SITE" in answer.json()["error"]


def test_another_version_is_refused_by_the_api(full: Persona, admin_user: User) -> None:
    patch = json.dumps([{"op": "add", "path": "/context", "value": "New."}])
    answer = api_client(admin_user).patch(f"{PERSONAS}/{full.pk}", patch, content_type="application/json")
    assert answer.status_code == 400
    assert "VERSIONS_PER_PERSONA" in answer.json()["error"]
    full.refresh_from_db()
    assert (full.version, full.context) == (1, "")


def started(client: Client, persona: Persona) -> int:
    body = json.dumps({"persona_id": persona.pk})
    return client.post(CONVERSATIONS, body, content_type="application/json").status_code


def test_another_conversation_is_refused_and_another_user_begins_one(
    persona: Persona, admin_user: User, user: User, settings: Settings
) -> None:
    settings.CONVERSATIONS_PER_USER = 2
    owners = api_client(admin_user)
    assert [started(owners, persona) for _ in range(3)] == [200, 200, 400]
    assert started(api_client(user), persona) == 200
    page = signed_in(admin_user).post(reverse("playground:begin"), {"stand_in": persona.pk})
    assert page.status_code == 409
    assert "CONVERSATIONS_PER_USER" in page.content.decode()
    assert Conversation.objects.count() == 3
