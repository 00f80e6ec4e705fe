"""``POST /v2/conversations``: what a start takes, assumes, names and refuses, in Tavus' words."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse

from personas.models import Persona
from personas.saving import save_persona
from playground.engine.json_types import Json
from playground.models import Conversation
from tests.api import CONVERSATIONS, PERSONAS, api_client
from tests.conftest import signed_in
from tests.personas import examples
from tests.personas.making import make_persona
from tests.playground.api.starting import get, start
from tests.playground.rehearsals import make_conversation


def test_the_seeds_two_requests_follow_each_other(admin_user: User) -> None:
    client = api_client(admin_user)
    made = client.post(PERSONAS, examples.STORYTELLER, content_type="application/json").json()
    request = examples.CONVERSATION.replace("p234324a", made["persona_id"])
    answer = client.post(CONVERSATIONS, request, content_type="application/json").json()
    conversation = Conversation.objects.get(pk=answer["conversation_id"])
    assert conversation.conversation_name == "My Conversation"
    assert conversation.replica_id == "r123456789"
    assert conversation.callback_url == "https://webhook.site/"
    assert conversation.conversational_context.startswith("You are talking to Maya")
    assert (answer["status"], answer["greenroom"]["not_simulated"]) == ("active", ["callback_url"])


def test_the_seeds_request_is_taken_exactly_as_it_stands(client: Client, db: None) -> None:
    save_persona(make_persona(id="p234324a"), by=None)
    response = client.post(CONVERSATIONS, examples.CONVERSATION, content_type="application/json")
    assert response.status_code == 200
    assert get(client, response.json()["conversation_id"])["persona_id"] == "p234324a"


def test_the_seeds_persona_talks_by_the_demo_llm_until_it_has_an_address(admin_user: User) -> None:
    client = api_client(admin_user)
    made = client.post(PERSONAS, examples.STORYTELLER, content_type="application/json").json()
    greenroom = start(client, Persona.objects.get(pk=made["persona_id"]))["greenroom"]
    assert greenroom["stand_in"] is True
    assert greenroom["not_ready"][0]["code"] == "address_placeholder"
    assert any("demo LLM" in note for note in greenroom["notices"])


def test_a_persona_with_an_address_is_called_itself(client: Client, persona: Persona) -> None:
    greenroom = start(client, persona)["greenroom"]
    assert (greenroom["stand_in"], greenroom["persona_version"], greenroom["not_ready"]) == (False, 1, [])


@override_settings(SITE_URL="https://green.example")
def test_the_answer_leads_to_the_page_and_the_socket(client: Client, persona: Persona, viewer: User) -> None:
    answer = start(client, persona)
    conversation_id = answer["conversation_id"]
    assert answer["conversation_url"] == f"https://green.example/playground/{conversation_id}/"
    assert answer["ws_url"] == f"wss://green.example/ws/conversations/{conversation_id}/"
    page = reverse("playground:conversation", args=[conversation_id])
    assert signed_in(viewer).get(page).status_code == 200


def test_every_field_of_tavus_is_taken_and_what_is_not_simulated_is_named(
    client: Client, persona: Persona
) -> None:
    beside: Json = {
        "audio_only": True,
        "memory_stores": ["a"],
        "document_ids": ["d1"],
        "document_tags": [],
        "document_retrieval_strategy": "speed",
        "require_auth": False,
        "max_participants": 2,
        "of_tomorrow": {"x": 1},
    }
    properties: Json = {
        "max_call_duration": 60,
        "participant_left_timeout": 0,
        "enable_recording": False,
        "language": "multilingual",
        "recording_s3_bucket_name": "b",
        "simulated_speech": "instant",
    }
    answer = start(client, persona, **beside, properties=properties)
    acted_on = {"simulated_speech", "max_call_duration", "participant_left_timeout"}
    named = {*beside, *(f"properties.{key}" for key in properties.keys() - acted_on)}
    assert set(answer["greenroom"]["not_simulated"]) == named
    conversation = get(client, answer["conversation_id"])
    assert {key: conversation[key] for key in beside} == beside
    assert conversation["properties"] == properties
    assert Conversation.objects.get().simulated_speech == "instant"


def test_what_is_not_the_callers_to_choose_has_no_effect(
    client: Client, persona: Persona, other_user: User
) -> None:
    foreign = make_conversation(other_user)
    forged = {"conversation_id": foreign.pk, "owner": other_user.pk, "status": "ended", "created_at": "1999"}
    conversation = get(client, start(client, persona, **forged)["conversation_id"])
    assert conversation["conversation_id"] != foreign.pk
    assert conversation["status"] == "active"
    assert not conversation["created_at"].startswith("1999")
    assert Conversation.objects.filter(owner=other_user).count() == 1


def test_the_requests_replica_counts_before_the_personas(client: Client, persona: Persona) -> None:
    assert get(client, start(client, persona)["conversation_id"])["replica_id"] == "r-of-the-persona"
    answer = start(client, persona, replica_id="r-of-the-request")
    assert get(client, answer["conversation_id"])["replica_id"] == "r-of-the-request"


def test_todays_names_are_taken_in(client: Client, persona: Persona) -> None:
    body = json.dumps({"pal_id": persona.pk, "face_id": "r1"})
    answer = client.post(CONVERSATIONS, body, content_type="application/json").json()
    conversation = get(client, answer["conversation_id"])
    assert (conversation["persona_id"], conversation["replica_id"]) == (persona.pk, "r1")


def test_without_any_replica_the_answer_says_that_tavus_wants_one(client: Client) -> None:
    made = make_persona()
    save_persona(made, by=None)
    (note,) = start(client, made)["greenroom"]["notices"]
    assert "replica_id" in note


def test_an_unfilled_placeholder_is_named(client: Client, persona: Persona) -> None:
    answer = start(client, persona, conversational_context="You talk to {name}.")
    assert "{name}" in answer["greenroom"]["notices"][0]


def test_in_test_mode_a_conversation_has_ended_when_it_begins(client: Client, persona: Persona) -> None:
    answer = start(client, persona, test_mode=True)
    assert answer["status"] == "ended"
    assert Conversation.objects.get().ended_at is not None


def test_a_greeting_and_a_null_are_taken(client: Client, persona: Persona) -> None:
    answer = start(client, persona, custom_greeting="Hello!", callback_url=None, properties=None)
    conversation = get(client, answer["conversation_id"])
    assert (conversation["custom_greeting"], conversation["callback_url"], conversation["properties"]) == (
        "Hello!",
        "",
        {},
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"persona_id": None}, "persona_id"),
        ({"persona_id": 5}, "persona_id"),
        ({"conversation_name": "a" * 201}, "conversation_name"),
        ({"conversation_name": ["a"]}, "conversation_name"),
        ({"conversational_context": "a" * 70_000}, "conversational_context"),
        ({"custom_greeting": 1}, "custom_greeting"),
        ({"callback_url": "ftp://a.example"}, "callback_url"),
        ({"callback_url": "/demo/v1"}, "callback_url"),
        ({"callback_url": "https://u:p@a.example"}, "callback_url"),
        ({"test_mode": "yes"}, "test_mode"),
        ({"audio_only": 1}, "audio_only"),
        ({"max_participants": 1}, "max_participants"),
        ({"max_participants": 2.5}, "max_participants"),
        ({"document_ids": ["a", 5]}, "document_ids[1]"),
        ({"document_retrieval_strategy": "best"}, "document_retrieval_strategy"),
        ({"properties": []}, "properties"),
        ({"properties": {"simulated_speech": "slow"}}, "properties.simulated_speech"),
        ({"properties": {"max_call_duration": "60"}}, "properties.max_call_duration"),
        ({"properties": {"enable_recording": "false"}}, "properties.enable_recording"),
        ({"properties": {"other_keys": {}}}, "properties.other_keys"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(
    client: Client, persona: Persona, fields: Json, field: str
) -> None:
    body = json.dumps({"persona_id": persona.pk} | fields)
    response = client.post(CONVERSATIONS, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["field"] == field
    assert response.json()["error"].startswith(field)
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("persona_id", ["p234324a", "", "x" * 200, "p'--"])
def test_an_unknown_persona_is_refused_as_tavus_does(client: Client, db: None, persona_id: str) -> None:
    body = json.dumps({"persona_id": persona_id})
    response = client.post(CONVERSATIONS, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"] == "Invalid persona_id"


@pytest.mark.parametrize("kept", ["properties", "document_tags"])
def test_what_is_only_kept_is_bounded(client: Client, persona: Persona, kept: str) -> None:
    large = ["x" * 70_000]
    body = {"persona_id": persona.pk, kept: {"tags": large} if kept == "properties" else large}
    response = client.post(CONVERSATIONS, json.dumps(body), content_type="application/json")
    assert response.status_code == 400
    assert "at most 65,536 are kept" in response.json()["error"]
    assert not Conversation.objects.exists()
