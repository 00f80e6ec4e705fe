"""``/v2/personas``: created, listed, read, deleted, in Tavus' words; keys go in and never come out."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings
from pytest_django import DjangoAssertNumQueries

from dashboard.roles import Role
from personas.api import pages
from personas.documents import document_of
from personas.models import Persona, PersonaVersion, TokenSecret
from personas.saving import save_persona
from personas.secrets import decrypt
from playground.engine.json_types import Json
from tests.api import PERSONAS, api_client
from tests.dashboard.roles import person
from tests.personas import examples
from tests.personas.making import CANARY, make_persona


@pytest.fixture
def client(admin_user: User) -> Client:
    return api_client(admin_user)


def create(client: Client, document: Json | str) -> Json:
    """Return the answer to a persona that is taken."""
    text = document if isinstance(document, str) else json.dumps(document)
    response = client.post(PERSONAS, text, content_type="application/json")
    assert response.status_code == 200, response.content
    answer: Json = response.json()
    return answer


def shown(client: Client, persona_id: str) -> Json:
    response = client.get(f"{PERSONAS}/{persona_id}")
    assert response.status_code == 200
    personas: list[Json] = response.json()["data"]
    (persona,) = personas
    return persona


def with_llm(**llm: Any) -> Json:
    settings = {"model": "m", "base_url": "https://a.example/v1", "api_key": CANARY} | llm
    return {"persona_name": "Ann", "system_prompt": "Be Ann.", "layers": {"llm": settings}}


@pytest.mark.parametrize("text", [examples.STORYTELLER, examples.WEATHER_ASSISTANT])
def test_the_seeds_request_is_taken_exactly_as_it_stands(client: Client, text: str) -> None:
    answer = create(client, text)
    assert answer["persona_id"].startswith("p")
    assert answer.keys() == {"persona_id", "persona_name", "created_at", "updated_at", "greenroom"}
    assert answer["created_at"].endswith("Z")


def test_the_storyteller_comes_out_in_the_seeds_words(client: Client) -> None:
    persona = shown(client, create(client, examples.STORYTELLER)["persona_id"])
    assert persona["persona_name"] == "Mert the Storyteller"
    assert persona["system_prompt"].startswith("You are a storyteller.")
    assert persona["context"].endswith("The Three Little Pigs")
    assert persona["layers"]["llm"] == {
        "model": "custom_model_here",
        "api_key": "{{secret:MERT_THE_STORYTELLER_LLM_KEY}}",
        "base_url": "open-ai-compatible-llm-http-endpoint",
    }
    assert persona["layers"]["tts"] == {
        "api_key": "{{secret:MERT_THE_STORYTELLER_TTS_KEY}}",
        "tts_engine": "playht",
        "playht_user_id": "your-playht-user-id",
        "external_voice_id": "professional-voice-clone-id",
        "voice_settings": {},
    }
    assert persona["layers"]["vqa"] == {"enabled": False}


def test_the_answer_says_what_was_left_out_and_why_it_cannot_start(client: Client) -> None:
    greenroom = create(client, examples.STORYTELLER)["greenroom"]
    assert greenroom["version"] == 1
    assert greenroom["notices"] == [
        "layers.llm.tools[0]: <your-tools-here> is a placeholder; it was left out."
    ]
    assert [reason["code"] for reason in greenroom["not_ready"]] == [
        "address_placeholder",
        "model_placeholder",
        "secret_value_missing",
    ]


def test_a_saved_persona_has_its_version_and_its_author(client: Client, admin_user: User) -> None:
    create(client, with_llm())
    version = PersonaVersion.objects.get()
    assert (version.number, version.note, version.created_by) == (1, "Created by API", admin_user)


def test_a_key_is_stored_encrypted_and_only_its_name_comes_out(client: Client) -> None:
    answer = create(client, with_llm())
    secret = TokenSecret.objects.get()
    assert decrypt(secret).reveal() == CANARY
    assert secret.allowed_hosts == ["a.example"]
    persona = shown(client, answer["persona_id"])
    assert persona["layers"]["llm"]["api_key"] == f"{{{{secret:{secret.name}}}}}"
    everything = json.dumps(
        [answer, persona, client.get(PERSONAS).json(), document_of(Persona.objects.get())]
    )
    assert CANARY not in everything
    assert CANARY not in secret.ciphertext


def test_a_duplicate_refers_to_the_same_secret(client: Client) -> None:
    first = shown(client, create(client, with_llm())["persona_id"])
    again = shown(client, create(client, first)["persona_id"])
    typed_again = shown(client, create(client, with_llm())["persona_id"])
    names = {persona["layers"]["llm"]["api_key"] for persona in (first, again, typed_again)}
    assert names == {"{{secret:A_EXAMPLE_KEY}}"}
    assert TokenSecret.objects.count() == 1


def test_a_key_in_any_layer_becomes_a_secret(client: Client) -> None:
    document = with_llm() | {"knowledge": {"access_token": "live-0123456789"}}
    document["layers"]["stt"] = {"api_key": "live-9876543210"}
    persona = shown(client, create(client, document)["persona_id"])
    assert persona["layers"]["stt"]["api_key"].startswith("{{secret:")
    assert persona["knowledge"]["access_token"].startswith("{{secret:")


def test_a_secret_in_a_header_is_understood_by_its_name(client: Client) -> None:
    create(client, with_llm())
    document = with_llm(
        api_key="{{secret:A_EXAMPLE_KEY}}", headers={"X-Api-Key": "Api-Key {{secret:A_EXAMPLE_KEY}}"}
    )
    llm = shown(client, create(client, document)["persona_id"])["layers"]["llm"]
    assert llm["api_key"] == "{{secret:A_EXAMPLE_KEY}}"
    assert llm["headers"] == {"X-Api-Key": "Api-Key {{secret:A_EXAMPLE_KEY}}"}


def test_a_key_is_refused_from_someone_who_may_not_add_secrets(db: None) -> None:
    editor = api_client(person(Role.EDITOR))
    response = editor.post(PERSONAS, json.dumps(with_llm()), content_type="application/json")
    assert response.status_code == 403
    assert "{{secret:NAME}}" in response.json()["message"]
    assert not Persona.objects.exists()


def test_an_editors_reference_to_a_secret_widens_nothing(client: Client, db: None) -> None:
    create(client, with_llm())
    editor = api_client(person(Role.EDITOR))
    elsewhere = with_llm(api_key="{{secret:A_EXAMPLE_KEY}}", base_url="https://evil.example/v1")
    greenroom = create(editor, elsewhere)["greenroom"]
    assert [reason["code"] for reason in greenroom["not_ready"]] == ["secret_not_allowed"]
    assert TokenSecret.objects.get().allowed_hosts == ["a.example"]


def test_unknown_keys_and_layers_survive_a_round_trip(client: Client) -> None:
    unknown: Json = {
        "pipeline_mode": "full",
        "document_ids": ["d1", "d2"],
        "objectives_id": None,
        "layers": {
            "llm": {"model": "m", "speculative_inference": True, "default_query": {"a": "b"}},
            "tts": {"tts_engine": "cartesia", "tts_emotion_control": "false", "tts_model_name": "sonic-3"},
            "perception": {"perception_model": "raven-1", "visual_awareness_queries": ["Who?"]},
            "conversational_flow": {"turn_detection_model": "sparrow-1"},
            "of_tomorrow": [1, 2.5, {"deep": [None, True, "ü"]}],
        },
    }
    first = shown(client, create(client, {"persona_name": "A", "system_prompt": "B"} | unknown)["persona_id"])
    second = shown(client, create(client, first)["persona_id"])
    for persona in (first, second):
        assert {key: persona[key] for key in unknown} == unknown


def test_todays_names_are_taken_in_and_the_seeds_come_out(client: Client) -> None:
    today = {"pal_name": "Ann", "default_face_id": "r1", "system_prompt": "Be Ann."}
    persona = shown(client, create(client, today)["persona_id"])
    assert (persona["persona_name"], persona["default_replica_id"]) == ("Ann", "r1")
    assert not {"pal_name", "default_face_id"} & persona.keys()


def test_a_persona_that_echoes_needs_no_prompt(client: Client) -> None:
    create(client, {"persona_name": "Echo", "pipeline_mode": "echo"})
    refused = client.post(PERSONAS, '{"persona_name": "Ann"}', content_type="application/json")
    assert refused.status_code == 400
    assert refused.json()["field"] == "system_prompt"


@override_settings(SITE_URL="https://green.example")
def test_an_address_of_this_app_goes_out_and_comes_in_with_the_sites(client: Client) -> None:
    answer = create(client, with_llm(api_key="", base_url="/demo/v1"))
    persona = shown(client, answer["persona_id"])
    assert persona["layers"]["llm"]["base_url"] == "https://green.example/demo/v1"
    create(client, persona)
    assert [persona.address for persona in Persona.objects.all()] == ["/demo/v1", "/demo/v1"]


def test_a_jaicp_persona_is_shown_as_it_would_look_at_tavus(client: Client) -> None:
    persona = make_persona(platform="jaicp", address="https://a.example/v1/chat/completions", event_name="x")
    save_persona(persona, by=None)
    persona_json = shown(client, persona.pk)
    assert persona_json["layers"]["llm"]["base_url"] == "https://a.example/v1"


def test_the_list_is_paged_newest_first_and_counts_all(client: Client) -> None:
    for name in "ABC":
        create(client, {"persona_name": name, "system_prompt": ""})
    first = client.get(PERSONAS, {"limit": 2}).json()
    second = client.get(PERSONAS, {"limit": 2, "page": 2}).json()
    names = [[persona["persona_name"] for persona in page["data"]] for page in (first, second)]
    assert names == [["C", "B"], ["A"]]
    assert first["total_count"] == second["total_count"] == 3
    assert client.get(PERSONAS, {"page": 1_000_000}).json() == {"data": [], "total_count": 3}


def test_a_page_has_ten_personas_unless_told(client: Client) -> None:
    for number in range(11):
        save_persona(make_persona(persona_name=str(number)), by=None)
    assert len(client.get(PERSONAS).json()["data"]) == 10


def test_greenroom_has_no_personas_of_tavus_own(client: Client) -> None:
    create(client, with_llm())
    assert client.get(PERSONAS, {"persona_type": "user"}).json()["total_count"] == 1
    assert client.get(PERSONAS, {"persona_type": "system"}).json() == {"data": [], "total_count": 0}


def test_the_list_asks_the_database_as_often_for_many_personas_as_for_one(
    admin_user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = api_client(admin_user)
    for number in range(8):
        create(client, with_llm(api_key=f"live-key-{number}-0123456789"))
    # The key, its user, the role's rights; the count, the page's ids, its rows.
    with django_assert_num_queries(6):
        assert len(client.get(PERSONAS).json()["data"]) == 8


def test_a_deleted_persona_is_unknown_and_its_versions_stay(client: Client) -> None:
    persona_id = create(client, with_llm())["persona_id"]
    deleted = client.delete(f"{PERSONAS}/{persona_id}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get(f"{PERSONAS}/{persona_id}").status_code == 400
    assert client.delete(f"{PERSONAS}/{persona_id}").status_code == 400
    assert PersonaVersion.objects.get().persona_ref == persona_id


@pytest.mark.parametrize("persona_id", ["p000000000000", "x", "a" * 500, "p%00", "p'--", "%ED%A0%80", "ü"])
@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_an_unknown_persona_is_refused_as_tavus_does(client: Client, method: str, persona_id: str) -> None:
    response = client.generic(method.upper(), f"{PERSONAS}/{persona_id}", "[]")
    assert response.status_code == 400
    assert response.json() == {"error": "Invalid persona_id", "field": "persona_id"}


def test_a_document_with_someone_elses_id_creates_a_persona_of_its_own(client: Client) -> None:
    mine = create(client, {"persona_name": "Mine", "system_prompt": ""})["persona_id"]
    answer = create(
        client, {"persona_id": mine, "persona_name": "Other", "system_prompt": "", "owner": 1, "id": mine}
    )
    assert answer["persona_id"] != mine
    assert shown(client, mine)["persona_name"] == "Mine"
    assert Persona.objects.count() == 2


def test_a_page_ends_before_it_is_too_large(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        save_persona(make_persona(persona_name=str(number), context="x" * 1_000), by=None)
    monkeypatch.setattr(pages, "PAGE_BYTES", 3_000)
    page = client.get(PERSONAS, {"limit": 3}).json()
    assert [persona["persona_name"] for persona in page["data"]] == ["3", "2"]
    assert (page["left_out"], page["total_count"]) == (1, 4)
    assert len(client.get(PERSONAS, {"limit": 1, "page": 3}).json()["data"]) == 1
    monkeypatch.setattr(pages, "PAGE_BYTES", 10)
    assert len(client.get(PERSONAS).json()["data"]) == 1
