"""A save that fails leaves nothing behind, at whichever door: no persona and no empty token secret."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from personas.models import Persona, TokenSecret
from personas.saving import save_persona
from tests.api import PERSONAS, api_client
from tests.personas.making import make_persona

pytestmark = pytest.mark.django_db

GOOD_KEY = "key-of-the-voice-0123456789"
BAD_KEY = "key-in-two-lines\r\nX-Other: 1"
DOCUMENT = json.dumps(
    {
        "persona_name": "Ann",
        "system_prompt": "Be Ann.",
        "layers": {
            "tts": {"tts_engine": "cartesia", "api_key": GOOD_KEY},
            "llm": {"model": "m", "base_url": "https://llm.example.com/v1", "api_key": BAD_KEY},
        },
    }
)


def by_import_page(client: Client, user: User) -> Any:
    return client.post(reverse("personas:import"), {"document": DOCUMENT})


def by_playground(client: Client, user: User) -> Any:
    return client.post("/playground/paste/", {"document": DOCUMENT})


def by_endpoint_form(client: Client, user: User) -> Any:
    typed = {"base_url": "https://llm.example.com/v1", "key": BAD_KEY, "model": "m", "platform": "tavus"}
    return client.post("/playground/try/", typed)


def by_admin_form(client: Client, user: User) -> Any:
    typed = {"name": "NEW_KEY", "allowed_hosts": "llm.example.com", "value": BAD_KEY}
    return client.post(reverse("admin:personas_tokensecret_add"), typed)


def by_api(client: Client, user: User) -> Any:
    return api_client(user).post(PERSONAS, DOCUMENT, content_type="application/json")


@pytest.mark.parametrize(
    ("save", "status"),
    [
        (by_import_page, 422),
        (by_playground, 422),
        (by_endpoint_form, 422),
        (by_admin_form, 200),
        (by_api, 400),
    ],
)
def test_a_key_that_cannot_be_stored_leaves_no_secret_behind(
    save: Callable[[Client, User], Any], status: int, admin_client: Client, admin_user: User
) -> None:
    answer = save(admin_client, admin_user)
    shown = answer.content.decode()
    assert answer.status_code == status
    assert "cannot stand in a header" in shown
    assert not TokenSecret.objects.exists()
    assert not Persona.objects.exists()


def test_a_file_with_such_a_key_leaves_no_secret_behind(tmp_path: Path, admin_user: User) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(DOCUMENT.replace(json.dumps(BAD_KEY), '"ollama"'))
    bad.write_text(DOCUMENT)
    with pytest.raises(CommandError, match="nothing was saved") as refused:
        call_command("import_persona", str(good), str(bad))
    assert "X-Other" not in str(refused.value)
    assert not TokenSecret.objects.exists()
    assert not Persona.objects.exists()


def test_a_patch_with_such_a_key_leaves_the_persona_and_no_secret(admin_user: User) -> None:
    persona = make_persona()
    save_persona(persona, by=None)
    patch = [
        {"op": "add", "path": "/layers/tts", "value": {"api_key": GOOD_KEY}},
        {"op": "add", "path": "/layers/llm/api_key", "value": BAD_KEY},
    ]
    path = f"{PERSONAS}/{persona.pk}"
    answer = api_client(admin_user).patch(path, json.dumps(patch), content_type="application/json")
    assert answer.status_code == 400
    persona.refresh_from_db()
    assert (persona.version, persona.tts) == (1, None)
    assert not TokenSecret.objects.exists()


def test_a_text_face_with_such_a_key_leaves_the_persona_and_no_secret(admin_client: Client) -> None:
    persona = make_persona(persona_name="Ann")
    save_persona(persona, by=None)
    page = reverse("personas:edit", args=[persona.pk])
    answer = admin_client.post(page, {"face": "text", "text": DOCUMENT, "edited_version": 1})
    assert answer.status_code == 422
    assert not TokenSecret.objects.exists()
