"""Where a token secret goes: to its allowed hosts alone, whoever writes what where, and as long as it may."""

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from dashboard.roles import Role
from personas.models import Persona, TokenSecret
from personas.saving import save_secret
from personas.secrets import clear_value
from playground.engine.errors.codes import Code
from playground.engine.events import TurnKind
from playground.storage.load_plan import load_plan
from playground.storage.open_turn import NewTurn, open_turn
from playground.storage.start_conversation import ConversationOptions, start_conversation
from tests.api import PERSONAS, api_client
from tests.conftest import signed_in
from tests.personas.making import CANARY, make_persona, make_secret
from tests.playground.outgoing.secret_plans import ELSEWHERE, assert_not_sent, plan_of, sent_headers

pytestmark = pytest.mark.django_db


def fill_form(client: Client, persona: Persona, **changes: str) -> None:
    form = client.get(reverse("personas:edit", args=[persona.pk])).context["form"]
    data = {name: form[name].value() for name in form.fields}
    response = client.post(
        reverse("personas:edit", args=[persona.pk]),
        {name: "" if value is None else value for name, value in data.items()} | changes,
    )
    assert response.status_code == 302, response.context["form"].errors


def newest() -> Persona:
    return Persona.objects.latest("created_at")


# Doors: each takes the client and the persona, and gives back the persona that would send the secret elsewhere


def by_form(client: Client, persona: Persona) -> Persona:
    fill_form(client, persona, address=ELSEWHERE)
    return persona


def by_jaicp_url(client: Client, persona: Persona) -> Persona:
    fill_form(client, persona, platform="jaicp", address=f"{ELSEWHERE}/x", headers="X-Key: MY_TOKEN")
    return persona


def by_caila(client: Client, persona: Persona) -> Persona:
    fill_form(client, persona, platform="jaicp", provider="CAILA_OPEN_AI")
    return persona


def by_tavus_import(client: Client, persona: Persona) -> Persona:
    llm = {"model": "m", "base_url": ELSEWHERE, "api_key": "{{secret:MY_TOKEN}}"}
    document = json.dumps({"persona_name": "Thief", "system_prompt": "", "layers": {"llm": llm}})
    client.post(reverse("personas:import"), {"document": document})
    return newest()


def by_header_import(client: Client, persona: Persona) -> Persona:
    headers = {"Authorization": "Api-Key {{secret:MY_TOKEN}}"}
    llm = {"model": "m", "base_url": ELSEWHERE, "headers": headers}
    document = json.dumps({"persona_name": "Thief", "system_prompt": "", "layers": {"llm": llm}})
    client.post(reverse("personas:import"), {"document": document})
    return newest()


def by_jaicp_import(client: Client, persona: Persona) -> Persona:
    document = (
        '$response.replies.push({type: "llmRequest", provider: "CUSTOM_LLM", tokenSecret: "MY_TOKEN", model: "m", '
        f'url: "{ELSEWHERE}", headers: {{"X-Api-Key": "MY_TOKEN"}}, messages: []}});'
    )
    client.post(reverse("playground:paste"), {"document": document})
    return newest()


def by_duplicate(client: Client, persona: Persona) -> Persona:
    by_form(client, persona)
    client.post(
        reverse("personas:duplicate", args=[persona.pk]), {"persona_name": "Copy", "platform": "tavus"}
    )
    return newest()


def by_conversion(client: Client, persona: Persona) -> Persona:
    by_form(client, persona)
    client.post(
        reverse("personas:duplicate", args=[persona.pk]), {"persona_name": "Copy", "platform": "jaicp"}
    )
    return newest()


def by_restore(client: Client, persona: Persona) -> Persona:
    by_form(client, persona)
    fill_form(client, persona, address="https://llm.example.com/v1")
    client.post(reverse("personas:restore", args=[persona.pk, 2]))
    return persona


def by_api_post(client: Client, persona: Persona) -> Persona:
    llm = {"model": "m", "base_url": ELSEWHERE, "api_key": "{{secret:MY_TOKEN}}"}
    document = {"persona_name": "Thief", "system_prompt": "", "layers": {"llm": llm}}
    _api().post(PERSONAS, document, content_type="application/json")
    return newest()


def by_api_patch(client: Client, persona: Persona) -> Persona:
    patch = [{"op": "replace", "path": "/layers/llm/base_url", "value": ELSEWHERE}]
    response = _api().patch(f"{PERSONAS}/{persona.pk}", patch, content_type="application/json")
    assert response.status_code == 200
    return persona


def _api() -> Client:
    return api_client(User.objects.get(username="edith"), Role.EDITOR)


DOORS: list[Callable[[Client, Persona], Persona]] = [
    by_form, by_jaicp_url, by_caila, by_tavus_import, by_header_import, by_jaicp_import, by_duplicate, by_conversion,
    by_restore, by_api_post, by_api_patch,
]  # fmt: skip


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_an_editor_makes_a_secret_go_nowhere_else(
    door: Callable[[Client, Persona], Persona], editor: User, persona: Persona, secret: TokenSecret
) -> None:
    assert sent_headers(plan_of(persona, editor))["Authorization"] == f"Bearer {CANARY}"
    thief = door(signed_in(editor), persona)
    assert thief.token_secret == secret
    assert_not_sent(plan_of(thief, editor))
    secret.refresh_from_db()
    assert secret.allowed_hosts == ["llm.example.com"]


def test_who_changed_the_address_stands_in_the_history(editor: User, persona: Persona) -> None:
    by_form(signed_in(editor), persona)
    version = persona.versions.latest("number")
    assert (version.created_by, version.document["llm"]["address"]) == (editor, ELSEWHERE)


def test_a_stand_in_sends_a_secret_to_its_hosts_alone(
    editor: User, persona: Persona, secret: TokenSecret
) -> None:
    fill_form(signed_in(editor), persona, stand_in_address=ELSEWHERE, stand_in_secret=str(secret.pk))
    assert_not_sent(plan_of(persona, editor, stand_in=True))


@pytest.mark.parametrize("name", ["changelist", "add"])
def test_an_editor_reaches_no_page_that_lists_hosts(editor: User, name: str) -> None:
    editor.is_staff = True
    editor.save()
    assert signed_in(editor).get(reverse(f"admin:personas_tokensecret_{name}")).status_code == 403


def test_an_import_gives_a_stored_secret_no_host(editor: User, secret: TokenSecret) -> None:
    by_tavus_import(signed_in(editor), make_persona())
    secret.refresh_from_db()
    assert secret.allowed_hosts == ["llm.example.com"]
    assert TokenSecret.objects.count() == 1


def test_a_secret_that_an_editor_names_first_is_not_made_and_goes_to_its_own_hosts_alone(
    editor: User,
) -> None:
    thief = by_tavus_import(signed_in(editor), make_persona())
    assert not TokenSecret.objects.exists()
    assert_not_sent(plan_of(thief, editor), Code.SECRET_MISSING)
    save_secret(make_secret("MY_TOKEN", hosts=("llm.example.com",)), by=None)
    assert_not_sent(plan_of(thief, editor))


# While time goes on


def test_a_secret_that_is_revoked_counts_from_the_next_turn_on(
    editor: User, persona: Persona, secret: TokenSecret
) -> None:
    running = plan_of(persona, editor)
    clear_value(secret, by=None)
    assert sent_headers(running)["Authorization"] == f"Bearer {CANARY}"
    assert_not_sent(plan_of(persona, editor), Code.SECRET_MISSING)


def test_a_host_that_is_taken_away_counts_from_the_next_turn_on(
    editor: User, persona: Persona, secret: TokenSecret
) -> None:
    plan_of(persona, editor)
    secret.allowed_hosts = []
    secret.save()
    assert_not_sent(plan_of(persona, editor))


def test_a_turn_keeps_the_persona_that_it_began_with(editor: User, persona: Persona) -> None:
    running = plan_of(persona, editor)
    fill_form(signed_in(editor), persona, model="another", system_prompt="Another")
    assert (running.persona.llm.model, running.persona.system_prompt) == ("gpt-4o", "")


def test_a_conversation_keeps_its_version_until_its_end(editor: User, persona: Persona) -> None:
    conversation = start_conversation(persona, ConversationOptions(), owner=editor)
    fill_form(signed_in(editor), persona, model="another")
    plan = load_plan(open_turn(conversation.pk, NewTurn(TurnKind.USER, "Hello")))
    assert plan.persona.llm.model == "gpt-4o"


def test_a_use_is_recorded_with_its_host_and_its_persona(
    editor: User, persona: Persona, secret: TokenSecret
) -> None:
    plan_of(persona, editor)
    secret.refresh_from_db()
    assert (secret.last_used_host, secret.last_used_persona) == ("llm.example.com", persona.pk)
    assert secret.last_used_at is not None


def test_a_refused_use_is_not_recorded(editor: User, persona: Persona, secret: TokenSecret) -> None:
    plan_of(by_form(signed_in(editor), persona), editor)
    secret.refresh_from_db()
    assert secret.last_used_at is None
