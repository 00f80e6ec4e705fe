"""Try my endpoint: four fields, and the conversation begins; the key is never seen again."""

import json
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from personas.models import Persona, TokenSecret
from personas.secrets import decrypt
from playground.models import Conversation
from tests.conftest import make_user, signed_in
from tests.personas.making import CANARY

TRY = "/playground/try/"


def try_it(client: Client, **fields: str) -> Any:
    complete = {"base_url": "https://llm.example.com/v1", "key": "", "model": "gpt-4o", "platform": "tavus"}
    return client.post(TRY, complete | fields)


def test_the_conversation_begins_with_a_persona_for_the_endpoint(admin_client: Client) -> None:
    response = try_it(admin_client, key=CANARY)
    conversation = Conversation.objects.get()
    assert response.headers["Location"] == f"/playground/{conversation.pk}/"
    llm = conversation.persona_version.document["llm"]
    assert (llm["address"], llm["model"], llm["platform"]) == (
        "https://llm.example.com/v1",
        "gpt-4o",
        "tavus",
    )
    assert not conversation.stand_in


def test_the_key_becomes_a_token_secret_bound_to_that_host(admin_client: Client) -> None:
    try_it(admin_client, key=CANARY)
    secret = TokenSecret.objects.get()
    assert secret.allowed_hosts == ["llm.example.com"]
    assert decrypt(secret).reveal() == CANARY
    assert Persona.objects.get().token_secret == secret


def test_as_jaicp_the_whole_url_is_called_with_the_secrets_name_in_the_header(admin_client: Client) -> None:
    try_it(admin_client, key=CANARY, platform="jaicp")
    llm = Conversation.objects.get().persona_version.document["llm"]
    assert llm["address"] == "https://llm.example.com/v1/chat/completions"
    assert llm["headers"] == [["Authorization", f"Bearer {TokenSecret.objects.get().name}"]]


@pytest.mark.parametrize("platform", ["tavus", "jaicp"])
def test_a_route_that_the_platform_adds_once_more_is_told(user_client: Client, platform: str) -> None:
    twice = "https://llm.example.com/v1/chat/completions/chat/completions is called"
    for base_url, is_told in [("/v1", False), ("/v1/chat/completions", platform == "tavus")]:
        answer = try_it(user_client, base_url=f"https://llm.example.com{base_url}", platform=platform)
        shown = user_client.get(answer.headers["Location"]).content.decode()
        assert (twice in shown) is is_told


def test_the_page_shows_the_prompt_that_a_trial_gets(user_client: Client) -> None:
    shown = user_client.get("/playground/").content.decode()
    try_it(user_client)
    assert Persona.objects.get().system_prompt in shown


def test_the_page_knows_what_each_platform_adds_to_a_base_url(user_client: Client) -> None:
    route = "/chat/completions"
    added = json.loads(user_client.get("/playground/").context["routes_added"])
    assert added == {"tavus": {"base": route, "whole": route}, "jaicp": {"base": route, "whole": ""}}


def test_a_server_on_ones_own_machine_needs_no_key(user_client: Client) -> None:
    try_it(user_client, base_url="http://127.0.0.1:8000/v1")
    assert Conversation.objects.count() == 1
    assert not TokenSecret.objects.exists()


def test_trying_again_makes_neither_a_second_persona_nor_a_second_secret(admin_client: Client) -> None:
    for _ in range(2):
        try_it(admin_client, key=CANARY)
    assert (Persona.objects.count(), TokenSecret.objects.count(), Conversation.objects.count()) == (1, 1, 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"base_url": ""},
        {"base_url": "ftp://llm.example.com/v1"},
        {"base_url": "https://user:pw@llm.example.com/v1"},
        {"model": ""},
        {"model": "your-model-here"},
        {"key": f"{CANARY}\n{CANARY}"},
        {"platform": "other"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(admin_client: Client, fields: dict[str, str]) -> None:
    response = try_it(admin_client, **({"key": CANARY} | fields))
    shown = response.content.decode()
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'class="errorlist"' in shown
    assert CANARY not in shown
    assert not Persona.objects.exists()
    assert not TokenSecret.objects.exists()


def test_a_short_key_is_stored_and_its_limit_is_said_in_the_conversation(admin_client: Client) -> None:
    response = try_it(admin_client, key="ollama")
    assert decrypt(TokenSecret.objects.get()).reveal() == "ollama"
    shown = admin_client.get(response.headers["Location"]).content.decode()
    assert "is shorter than 8 characters: it is stored and sent" in shown


def test_a_model_that_only_looks_like_an_example_is_the_model(admin_client: Client) -> None:
    try_it(admin_client, model="llama-here")
    assert Conversation.objects.get().persona_version.document["llm"]["model"] == "llama-here"


def test_a_placeholder_is_said_at_its_field_with_what_was_typed(admin_client: Client) -> None:
    form = try_it(admin_client, model="your-model-here").context["endpoint"]
    assert list(form.errors) == ["model"]
    assert (form["model"].value(), form["base_url"].value()) == (
        "your-model-here",
        "https://llm.example.com/v1",
    )


def test_what_was_typed_stays_but_for_the_key(admin_client: Client) -> None:
    shown = try_it(admin_client, base_url="ftp://llm.example.com/v1", key=CANARY).content.decode()
    assert "ftp://llm.example.com/v1" in shown
    assert CANARY not in shown


def test_who_may_not_add_token_secrets_stores_no_key(user_client: Client, user: User) -> None:
    assert not user.has_perm("personas.add_tokensecret")
    try_it(user_client, key=CANARY)
    assert not TokenSecret.objects.exists()
    assert "disabled" in user_client.get("/playground/").content.decode()


@pytest.mark.django_db
def test_with_that_right_alone_added_the_key_is_taken() -> None:
    rights = ("personas.add_persona", "personas.add_tokensecret", "playground.add_conversation")
    try_it(signed_in(make_user("dora", *rights)), key=CANARY)
    assert TokenSecret.objects.count() == 1
