"""The start page: whom one can talk to, why not yet, and what a conversation is started with."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from personas.models import FillerConfig, Persona
from personas.saving import save_persona
from playground.models import Conversation
from tests.conftest import make_user, signed_in
from tests.personas.making import make_persona, make_secret

START = "/playground/"
BEGIN = "/playground/start/"


def stored(**fields: object) -> Persona:
    persona = make_persona(**fields)
    save_persona(persona, by=None)
    return persona


def page(client: Client, query: str = "") -> str:
    response = client.get(START + query)
    assert response.status_code == HTTPStatus.OK
    return response.content.decode()


def begun(client: Client, persona: Persona, **fields: str) -> Conversation:
    """Return the conversation that starts with these options."""
    response = client.post(BEGIN, {"persona": persona.pk} | fields)
    conversation = Conversation.objects.get()
    assert response.headers["Location"] == f"/playground/{conversation.pk}/"
    return conversation


def test_without_personas_the_page_says_how_to_get_one(user_client: Client) -> None:
    shown = page(user_client)
    assert "No personas yet" in shown
    assert 'id="own"' in shown
    assert 'id="paste"' in shown


def test_a_persona_that_can_start_has_a_talk_button(user_client: Client) -> None:
    persona = stored()
    shown = page(user_client)
    assert f'name="persona" value="{persona.pk}"' in shown
    assert "Use the demo LLM meanwhile" not in shown


def test_one_that_cannot_says_every_reason_and_offers_the_demo_llm(user_client: Client) -> None:
    persona = stored(address="open-ai-compatible-llm-http-endpoint", model="custom_model_here")
    shown = page(user_client)
    assert "The base_url is still a placeholder" in shown
    assert "The model is still a placeholder" in shown
    assert f'name="stand_in" value="{persona.pk}"' in shown
    assert f'name="persona" value="{persona.pk}"' not in shown


def test_names_are_text(user_client: Client) -> None:
    stored(persona_name="<script>alert(1)</script>")
    shown = page(user_client)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_the_persona_in_the_query_comes_first(user_client: Client) -> None:
    first = stored(persona_name="Older")
    stored(persona_name="Newer")
    assert page(user_client).index("Newer") < page(user_client).index("Older")
    chosen = page(user_client, f"?persona={first.pk}")
    assert chosen.index("Older") < chosen.index("Newer")


def test_an_unknown_persona_in_the_query_is_no_error(user_client: Client) -> None:
    stored(persona_name="Mert")
    assert "Mert" in page(user_client, "?persona=p000000000000")


def test_the_persona_of_the_last_conversation_comes_before_newer_ones(
    user_client: Client, user: User
) -> None:
    talked = stored(persona_name="Talked to")
    stored(persona_name="Newer")
    Conversation.objects.create(owner=user, persona_version=talked.versions.get())
    shown = page(user_client)
    assert shown.index("Talked to") < shown.index("Newer")


def test_what_others_talked_to_does_not_change_the_order(user_client: Client, other_user: User) -> None:
    talked = stored(persona_name="Older")
    stored(persona_name="Newer")
    Conversation.objects.create(owner=other_user, persona_version=talked.versions.get())
    shown = page(user_client)
    assert shown.index("Newer") < shown.index("Older")


def test_talk_starts_a_conversation_with_the_newest_version(user_client: Client, user: User) -> None:
    persona = stored(default_replica_id="r1")
    newest = save_persona(persona, by=None)
    conversation = begun(user_client, persona)
    assert conversation.owner == user
    assert conversation.persona_version == newest
    assert conversation.replica_id == "r1"
    assert not conversation.stand_in


def test_the_options_are_stored(user_client: Client) -> None:
    conversation = begun(
        user_client,
        stored(default_replica_id="r1"),
        conversation_name="My Conversation",
        conversational_context="You are talking to Maya.",
        replica_id="r123456789",
        callback_url="https://webhook.site/",
        custom_greeting="Hello!",
    )
    assert conversation.conversation_name == "My Conversation"
    assert conversation.conversational_context == "You are talking to Maya."
    assert conversation.replica_id == "r123456789"
    assert conversation.callback_url == "https://webhook.site/"
    assert conversation.custom_greeting == "Hello!"


def test_use_the_demo_llm_meanwhile_starts_on_the_stand_in(user_client: Client) -> None:
    persona = stored(address="")
    user_client.post(BEGIN, {"stand_in": persona.pk})
    assert Conversation.objects.get().stand_in


def test_a_persona_that_cannot_start_is_refused_with_its_reasons(user_client: Client) -> None:
    persona = stored(address="")
    response = user_client.post(BEGIN, {"persona": persona.pk})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "No base_url is set" in response.content.decode()
    assert not Conversation.objects.exists()


def test_a_secret_without_a_value_is_a_reason(user_client: Client) -> None:
    stored(token_secret=make_secret("MY_TOKEN", value=""))
    assert "The token secret MY_TOKEN has no value yet" in page(user_client)


def test_each_identifier_of_the_context_becomes_a_box(user_client: Client) -> None:
    context = "You are talking to {user_name}. They are {x} years old. {user_name} likes {genre}."
    response = user_client.post(BEGIN, {"persona": stored().pk, "conversational_context": context})
    shown = response.content.decode()
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for name in ("user_name", "x", "genre"):
        assert shown.count(f'name="value-{name}"') == 1
        assert f"What stands for {{{name}}}?" in shown
    assert context in shown
    assert not Conversation.objects.exists()


def test_the_values_stand_in_the_context(user_client: Client) -> None:
    conversation = begun(
        user_client,
        stored(),
        conversational_context="You are talking to {user_name}, who is {x}. {user_name}!",
        **{"value-user_name": "Maya", "value-x": "7"},
    )
    assert conversation.conversational_context == "You are talking to Maya, who is 7. Maya!"


def test_nothing_is_expanded_twice(user_client: Client) -> None:
    conversation = begun(
        user_client,
        stored(),
        conversational_context="{a} and {b}",
        **{"value-a": "{b}", "value-b": "{a} {0} {{b}}"},
    )
    assert conversation.conversational_context == "{b} and {a} {0} {{b}}"


def test_braces_that_hold_no_identifier_stay(user_client: Client) -> None:
    conversation = begun(user_client, stored(), conversational_context='Answer as {"a": 1} or {} or {1x}.')
    assert conversation.conversational_context == 'Answer as {"a": 1} or {} or {1x}.'


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://user:pw@example.com/", "/conversations/", "no url"]
)
def test_a_callback_url_that_is_no_web_address_is_refused(user_client: Client, url: str) -> None:
    response = user_client.post(BEGIN, {"persona": stored().pk, "callback_url": url})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'aria-invalid="true"' in response.content.decode()
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    "field", ["conversational_context", "conversation_name", "custom_greeting", "replica_id"]
)
def test_text_with_a_nul_or_beyond_its_limit_is_refused(user_client: Client, field: str) -> None:
    persona = stored()
    for text in ("a\x00b", "x" * 20_001):
        response = user_client.post(BEGIN, {"persona": persona.pk, field: text})
        assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not Conversation.objects.exists()


def test_an_unknown_persona_is_not_found(user_client: Client) -> None:
    assert user_client.post(BEGIN, {"persona": "p000000000000"}).status_code == HTTPStatus.NOT_FOUND
    assert user_client.post(BEGIN, {}).status_code == HTTPStatus.NOT_FOUND


def test_fillers_and_tools_are_seen_in_the_row(user_client: Client) -> None:
    config = FillerConfig.objects.create(name="Thinking", filler_phrase="Hm")
    stored(filler_config=config, tools=[{"type": "function", "function": {"name": "f"}}])
    shown = page(user_client)
    assert "Filler: Thinking" in shown
    assert "1 tool" in shown


@pytest.mark.django_db
@pytest.mark.parametrize("path", [START, BEGIN, "/playground/try/", "/playground/paste/"])
def test_who_may_not_start_conversations_is_refused(path: str) -> None:
    client = signed_in(make_user("dora", "personas.view_persona", "personas.add_persona"))
    answer = client.get(path) if path == START else client.post(path)
    assert answer.status_code == HTTPStatus.FORBIDDEN


@pytest.mark.django_db
def test_who_may_not_look_at_personas_sees_none_and_starts_with_none() -> None:
    persona = stored(persona_name="Hidden")
    client = signed_in(make_user("dora", "playground.add_conversation"))
    assert "Hidden" not in page(client)
    assert client.post(BEGIN, {"persona": persona.pk}).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.django_db
def test_who_may_not_add_personas_sees_neither_strip_nor_paste_box() -> None:
    client = signed_in(make_user("dora", "playground.add_conversation", "personas.view_persona"))
    shown = page(client)
    assert 'id="own"' not in shown
    assert 'id="paste"' not in shown
    for path in ("/playground/try/", "/playground/paste/"):
        assert client.post(path).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.django_db
def test_nobody_is_sent_to_the_sign_in_page(client: Client) -> None:
    response = client.get(START)
    assert response.headers["Location"].startswith(reverse("sign-in"))


@pytest.mark.parametrize("path", [BEGIN, "/playground/try/", "/playground/paste/"])
def test_forms_take_posts_alone_and_check_their_origin(user: User, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.get(path).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert client.post(path).status_code == HTTPStatus.FORBIDDEN
