"""Parley in the pages: the persona's form and its text, the preview, one's own endpoint, the wire; and no migration."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from personas.documents import document_of
from personas.formats import read_document
from personas.forms.persona import data_of
from personas.importing import import_draft
from personas.models import Persona
from personas.readiness import dialled_address, readiness_problems
from playground.engine.events import TurnKind
from playground.engine.persona_document import read_persona
from playground.storage.frozen_personas import persona_of
from playground.storage.open_turn import NewTurn, open_turn
from playground.storage.snapshot import conversation_json
from playground.storage.start_conversation import ConversationOptions, start_conversation
from tests.personas.persona_pages import NEW, edit_url, text_of
from tests.third_platform import document_process
from tests.third_platform.examples import AGENT, TEXT

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(admin_user: User) -> Persona:
    return import_draft(read_document(TEXT), by=admin_user).persona


def previewed(client: Client, persona: Persona, **typed: Any) -> Any:
    answer = client.post("/personas/preview/", data_of(persona) | {"persona": persona.pk} | typed)
    assert answer.status_code == 200
    return answer


def wire_page(client: Client) -> str:
    """The page without its head, in which each response has a CSRF token of its own."""
    page = client.get(reverse("wire-docs")).content.decode()
    return page.partition("<main")[2]


def test_the_form_offers_it_and_saves_it(admin_client: Client) -> None:
    page = text_of(admin_client.get("/personas/new/"))
    assert '<option value="parley">Parley</option>' in page
    assert "Parley: the endpoint, called as it stands." in page
    assert "base_url or url or endpoint" in page
    assert "ECHO_HOUSE: Parley's own models" in page
    saved = admin_client.post("/personas/new/", NEW | {"platform": "parley"})
    assert saved.status_code == 302
    persona = Persona.objects.get()
    assert (persona.platform, persona.get_platform_display()) == ("parley", "Parley")
    assert "Parley" in text_of(admin_client.get("/personas/"))


def test_its_text_is_shown_and_saved(admin_client: Client, agent: Persona) -> None:
    page = admin_client.get(edit_url(agent) + "?face=text")
    assert "Parley agent JSON" in text_of(page)
    assert "A secret stands as its name in key." in text_of(page)
    assert json.loads(page.context["text"]) == AGENT
    changed = json.dumps(AGENT | {"title": "Nora II"})
    data = data_of(agent) | {"face": "text", "text": changed}
    assert admin_client.post(edit_url(agent), data).status_code == 302
    agent.refresh_from_db()
    assert (agent.persona_name, agent.platform) == ("Nora II", "parley")


def test_a_text_of_another_platform_makes_it_one_of_that(admin_client: Client, admin_user: User) -> None:
    tavus = import_draft(
        read_document('{"persona_name": "Ann", "system_prompt": "Hi"}'), by=admin_user
    ).persona
    data = data_of(tavus) | {"face": "text", "text": TEXT}
    assert admin_client.post(edit_url(tavus), data).status_code == 302
    tavus.refresh_from_db()
    assert tavus.platform == "parley"


@pytest.mark.parametrize(
    ("platform", "url", "key"),
    [
        ("parley", "https://llm.example.com/v1/chat/completions", ("X-Parley-Key", "PARLEY_KEY")),
        ("tavus", "https://llm.example.com/v1/chat/completions", ("conversation_id", "c0123456789ab")),
        ("jaicp", "https://llm.example.com/v1/chat/completions", ("Authorization", "Bearer PARLEY_KEY")),
    ],
)
def test_the_preview_is_its_own_or_anothers_request(
    admin_client: Client, agent: Persona, platform: str, url: str, key: tuple[str, str]
) -> None:
    answer = previewed(admin_client, agent, preview_platform=platform)
    request = json.loads(answer.context["preview"].request_json)
    assert request["url"] == url
    assert request["headers"][key[0]] == key[1]


def test_another_platforms_persona_is_previewed_as_it(admin_client: Client, agent: Persona) -> None:
    answer = previewed(
        admin_client, agent, platform="tavus", address="https://a.example/v1", preview_platform="parley"
    )
    shown = text_of(answer)
    assert "https://a.example/v1/chat/completions" in shown
    assert "Parley calls an endpoint; it is derived from the persona's base_url." in shown


def test_what_it_says_of_a_persona_is_shown(admin_client: Client, agent: Persona) -> None:
    answer = previewed(admin_client, agent, event_name="", system_prompt="word " * 200)
    assert "Without a signal the agent never learns of a call." in text_of(answer)
    assert "Parley reads 100 tokens of a prompt" in text_of(answer)
    assert "No prompt: the agent has no instructions." in text_of(
        previewed(admin_client, agent, system_prompt="")
    )
    assert "No endpoint is set" in text_of(previewed(admin_client, agent, address=""))


def test_the_editor_offers_its_request_beside_the_others(admin_client: Client, agent: Persona) -> None:
    page = text_of(admin_client.get(edit_url(agent)))
    for name in ("tavus", "jaicp", "parley"):
        assert f'name="preview_platform" value="{name}"' in page


def test_an_endpoint_is_tried_as_it(admin_client: Client) -> None:
    assert '<option value="parley">' in text_of(admin_client.get("/playground/"))
    typed = {"base_url": "https://a.example/v1", "key": "sk-1234567890", "model": "m", "platform": "parley"}
    admin_client.post(reverse("playground:try"), typed)
    persona = Persona.objects.get()
    assert (persona.address, persona.headers) == ("https://a.example/v1/chat/completions", [])


def test_the_wire_page_says_the_same_whichever_platforms_there_are(admin_client: Client) -> None:
    """The wire is Greenroom's own: a platform is only a value in its snapshot."""
    page = wire_page(admin_client)
    document_process.unregister()
    try:
        without = wire_page(admin_client)
    finally:
        document_process.register()
    assert "<h1>The wire</h1>" in page
    assert "&quot;platform&quot;: &quot;" in page
    assert page == without


def test_a_snapshot_on_the_wire_names_it(admin_user: User, agent: Persona) -> None:
    conversation = start_conversation(agent, ConversationOptions(), owner=admin_user)
    assert conversation_json(conversation, persona_of(conversation))["persona"]["platform"] == "parley"


def test_no_migration_is_needed() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_provider_of_its_own_is_saved_and_called(admin_client: Client, agent: Persona) -> None:
    assert admin_client.post(edit_url(agent), data_of(agent) | {"provider": "ECHO_HOUSE"}).status_code == 302
    agent.refresh_from_db()
    assert agent.get_provider_display() == "ECHO_HOUSE: Parley's own models"
    address = dialled_address(agent)
    assert address is not None
    assert address.raw == "https://echo.example/v1"
    assert read_persona(agent.pk, document_of(agent)).llm.provider == "ECHO_HOUSE"


def test_its_kept_keys_decide_what_opens_a_conversation_and_whether_an_llm_is_called(
    admin_user: User,
) -> None:
    parrot = json.dumps(AGENT | {"opening": "Nora here.", "mood": "parrot"})
    persona = import_draft(read_document(parrot), by=admin_user).persona
    assert readiness_problems(persona) == []
    conversation = start_conversation(persona, ConversationOptions(), owner=admin_user)
    assert conversation.custom_greeting == "Nora here."
    assert open_turn(conversation.pk, NewTurn(TurnKind.USER, "Hello")).turn.kind == TurnKind.ECHO
