"""``PATCH /v2/personas/{id}``: RFC 6902, all of it or nothing, under the rules of every save."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from personas.api.documents import read_patch
from personas.api.patching import MAX_OPERATIONS, is_same, patched
from personas.api.stored import PATCH_ATTEMPTS
from personas.documents import document_of
from personas.formats.tolerant import MAX_VALUES
from personas.models import FillerConfig, Persona, PersonaVersion, TokenSecret
from personas.saving import save_persona
from playground.engine.json_types import Json
from tests.api import PERSONAS, api_client
from tests.personas.making import CANARY, make_persona, make_secret


@pytest.fixture
def client(admin_user: User) -> Client:
    return api_client(admin_user)


@pytest.fixture
def persona(db: None) -> Persona:
    """With everything that Tavus' JSON has no word for."""
    secret = make_secret("MY_KEY", hosts=("llm.example.com",))
    filler = FillerConfig.objects.create(name="Hm", filler_phrase="Hm …", activation_delay_ms=900)
    made = make_persona(
        system_prompt="Be Mert.",
        context="Stories.",
        token_secret=secret,
        temperature=0.5,
        filler_config=filler,
        barge_in={"bargeIn": "forced"},
        interrupt_history="marked",
        stand_in_address="/demo/v1",
        stream_options={"include_usage": True},
        tts={"tts_engine": "cartesia", "voice_settings": {"speed": 1}},
    )
    save_persona(made, by=None)
    return made


def patch(client: Client, persona: Persona, *operations: Json) -> Any:
    return client.patch(f"{PERSONAS}/{persona.pk}", json.dumps(operations), content_type="application/json")


def test_a_patch_makes_a_version_and_says_which(client: Client, persona: Persona, admin_user: User) -> None:
    response = patch(
        client,
        persona,
        {"op": "test", "path": "/persona_name", "value": "Mert"},
        {"op": "replace", "path": "/layers/llm/model", "value": "gpt-5"},
        {"op": "add", "path": "/layers/tts/voice_settings/emotion", "value": ["curiosity"]},
        {"op": "remove", "path": "/context"},
    )
    assert response.status_code == 200
    assert response.json()["greenroom"] == {"version": 2, "notices": [], "not_ready": []}
    version = PersonaVersion.objects.latest("number")
    assert (version.number, version.note, version.created_by) == (2, "Changed by API", admin_user)
    assert version.document["llm"]["model"] == "gpt-5"
    assert version.document["tts"]["voice_settings"] == {"speed": 1, "emotion": ["curiosity"]}
    assert version.document["context"] == ""


def test_what_tavus_has_no_word_for_stays_as_it_was(client: Client, persona: Persona) -> None:
    before = document_of(persona)
    assert (
        patch(client, persona, {"op": "replace", "path": "/persona_name", "value": "Ann"}).status_code == 200
    )
    after = document_of(Persona.objects.get())
    assert after == before | {"persona_name": "Ann"}


def test_the_temperature_is_changed_where_tavus_has_it(client: Client, persona: Persona) -> None:
    patch(client, persona, {"op": "replace", "path": "/layers/llm/extra_body/temperature", "value": 0.9})
    changed = Persona.objects.get()
    assert (changed.temperature, changed.parameters) == (0.9, {})


@pytest.mark.parametrize(
    "operations",
    [
        [],
        [{"op": "test", "path": "/persona_name", "value": "Mert"}],
        [{"op": "replace", "path": "/layers/llm/model", "value": "gpt-4o"}],
        [{"op": "add", "path": "/x", "value": 1}, {"op": "remove", "path": "/x"}],
    ],
)
def test_a_patch_that_changes_nothing_is_a_304_without_a_body(
    client: Client, persona: Persona, operations: list[Json]
) -> None:
    response = patch(client, persona, *operations)
    assert (response.status_code, response.content) == (304, b"")
    assert PersonaVersion.objects.count() == 1


def test_true_is_not_one(client: Client, persona: Persona) -> None:
    assert patch(client, persona, {"op": "add", "path": "/x", "value": True}).status_code == 200
    assert patch(client, persona, {"op": "replace", "path": "/x", "value": 1}).status_code == 200
    assert PersonaVersion.objects.latest("number").document["other_keys"] == {"x": 1}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"op": "remove", "path": "/context"}, None),
        ("text", None),
        (["remove"], "[0]"),
        ([{"op": "erase", "path": "/context"}], "[0].op"),
        ([{"op": ["add"], "path": "/context"}], "[0].op"),
        ([{"path": "/context"}], "[0].op"),
        ([{"op": "remove"}], "[0].path"),
        ([{"op": "remove", "path": 5}], "[0].path"),
        ([{"op": "remove", "path": "context"}], "[0].path"),
        ([{"op": "add", "path": "/x"}], "[0].value"),
        ([{"op": "test", "path": "/persona_name", "value": "Ann"}], "[0].value"),
        ([{"op": "add", "path": "/x", "value": 1}, {"op": "copy", "path": "/y"}], "[1].from"),
        ([{"op": "copy", "path": "/y", "from": "/nowhere"}], "[0].path"),
        ([{"op": "move", "path": "/layers/llm/x", "from": "/layers"}], "[0].path"),
        ([{"op": "remove", "path": "/nowhere"}], "[0].path"),
        ([{"op": "remove", "path": ""}], "[0].path"),
        ([{"op": "replace", "path": "/nowhere/at/all", "value": 1}], "[0].path"),
        ([{"op": "add", "path": "/system_prompt/x", "value": 1}], "[0].path"),
        ([{"op": "remove", "path": "/system_prompt/0"}], "[0].path"),
        ([{"op": "add", "path": "/layers/tts/voice_settings/speed/0", "value": 1}], "[0].path"),
        ([{"op": "add", "path": "/~2", "value": 1}], "[0].path"),
    ],
)
def test_what_is_no_patch_or_does_not_fit_is_a_422(
    client: Client, persona: Persona, body: Any, field: str | None
) -> None:
    response = client.patch(f"{PERSONAS}/{persona.pk}", json.dumps(body), content_type="application/json")
    assert response.status_code == 422
    assert response.json()["message"].startswith("Invalid JSON patch format")
    assert response.json().get("field") == field
    assert PersonaVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("/system_prompt", 5, "system_prompt"),
        ("/layers", [], "layers"),
        ("/layers/llm/tools", [{"type": "function"}], "layers.llm.tools[0]"),
        ("/layers/llm/base_url", "ftp://a.example", "layers.llm.base_url"),
        ("/layers/llm/headers", {"Host": "a.example"}, "layers.llm.headers.Host"),
        ("/persona_id", "p1", "persona_id"),
        ("/created_at", "2001-01-01", "created_at"),
        ("", {"persona_name": "no prompt"}, "persona_id"),
        ("", "text", None),
    ],
)
def test_a_result_that_is_no_persona_is_a_400_with_its_path(
    client: Client, persona: Persona, path: str, value: Any, field: str | None
) -> None:
    response = patch(client, persona, {"op": "add", "path": path, "value": value})
    assert response.status_code == 400
    assert response.json().get("field") == field
    assert PersonaVersion.objects.count() == 1


def test_a_patch_that_fails_at_its_end_changes_nothing(client: Client, persona: Persona) -> None:
    name = {"op": "replace", "path": "/persona_name", "value": "Ann"}
    assert patch(client, persona, name, {"op": "remove", "path": "/nowhere"}).status_code == 422
    assert Persona.objects.get().persona_name == "Mert"


def test_todays_names_lead_to_the_seeds_keys(client: Client, persona: Persona) -> None:
    assert patch(client, persona, {"op": "replace", "path": "/pal_name", "value": "Ann"}).status_code == 200
    assert Persona.objects.get().persona_name == "Ann"


@pytest.mark.parametrize(
    ("path", "first", "today"),
    [
        ("/persona_name", "persona_name", "pal_name"),
        ("/pal_name", "persona_name", "pal_name"),
        ("/default_replica_id", "default_replica_id", "default_face_id"),
        ("/default_face_id", "default_replica_id", "default_face_id"),
    ],
)
def test_a_key_that_came_in_both_names_is_changed_in_both(
    client: Client, path: str, first: str, today: str
) -> None:
    sent = {first: "old", today: "old", "persona_name": "old", "system_prompt": "Be brief."}
    made = client.post(PERSONAS, json.dumps(sent), content_type="application/json").json()
    persona = Persona.objects.get(pk=made["persona_id"])
    assert patch(client, persona, {"op": "replace", "path": path, "value": "new"}).status_code == 200
    shown = client.get(f"{PERSONAS}/{persona.pk}").json()["data"][0]
    assert (shown[first], shown[today]) == ("new", "new")


def test_a_name_that_is_changed_in_a_page_is_changed_in_todays_too(client: Client) -> None:
    sent = {"persona_name": "old", "pal_name": "old", "system_prompt": "Be brief.", "pal_id": "p1"}
    made = client.post(PERSONAS, json.dumps(sent), content_type="application/json").json()
    persona = Persona.objects.get(pk=made["persona_id"])
    persona.persona_name = "new"
    save_persona(persona, by=None)
    shown = client.get(f"{PERSONAS}/{persona.pk}").json()["data"][0]
    assert shown["pal_name"] == "new"
    assert "pal_id" not in shown


def test_a_key_in_a_patch_becomes_a_secret(client: Client, persona: Persona) -> None:
    key = CANARY.replace("never", "NEVER")
    assert (
        patch(client, persona, {"op": "replace", "path": "/layers/llm/api_key", "value": key}).status_code
        == 200
    )
    made = TokenSecret.objects.exclude(name="MY_KEY").get()
    assert Persona.objects.get().token_secret == made
    assert made.allowed_hosts == ["llm.example.com"]
    assert key not in json.dumps(document_of(Persona.objects.get()))


def test_a_changed_base_url_never_takes_the_key_along(client: Client, persona: Persona) -> None:
    elsewhere = {"op": "replace", "path": "/layers/llm/base_url", "value": "https://evil.example/v1"}
    greenroom = patch(client, persona, elsewhere).json()["greenroom"]
    assert [reason["code"] for reason in greenroom["not_ready"]] == ["secret_not_allowed"]
    assert TokenSecret.objects.get().allowed_hosts == ["llm.example.com"]


def test_a_jaicp_personas_layers_are_only_shown(client: Client) -> None:
    made = make_persona(platform="jaicp", address="https://a.example/v1/chat/completions", event_name="x")
    save_persona(made, by=None)
    before = document_of(made)
    refused = patch(client, made, {"op": "replace", "path": "/layers/llm/model", "value": "other"})
    assert (refused.status_code, refused.json()["field"]) == (400, "layers")
    assert patch(client, made, {"op": "replace", "path": "/persona_name", "value": "Ann"}).status_code == 200
    assert document_of(Persona.objects.get()) == before | {"persona_name": "Ann"}


def test_the_patch_of_a_persona_leaves_what_it_was_given_alone() -> None:
    document = {"a": {"b": [1]}}
    assert patched(document, [{"op": "add", "path": "/a/b/-", "value": 2}]) == {"a": {"b": [1, 2]}}
    assert document == {"a": {"b": [1]}}


def test_copies_of_copies_do_not_grow_without_end(client: Client, persona: Persona) -> None:
    growing = [{"op": "copy", "from": "", "path": f"/x{number}"} for number in range(40)]
    response = patch(client, persona, *growing)
    assert response.status_code == 422
    assert response.json()["field"].startswith("[")


def test_a_patch_has_a_most_of_operations(client: Client, persona: Persona) -> None:
    tests = [{"op": "test", "path": "/persona_name", "value": "Mert"}] * (MAX_OPERATIONS + 1)
    assert patch(client, persona, *tests).status_code == 422
    assert patch(client, persona, *tests[1:]).status_code == 304


def test_the_order_of_keys_makes_no_difference() -> None:
    assert is_same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not is_same({"a": 1}, {"a": True})
    assert not is_same({"a": 1}, {"a": 1.0})


@pytest.fixture
def rename_while_reading(persona: Persona, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Somebody else renames the persona as often, while a patch of it is being read."""

    def prepare(times: int) -> None:
        names = iter(f"Name {number}" for number in range(times))

        def read(*arguments: Any) -> Any:
            if name := next(names, ""):
                changed = Persona.objects.get(pk=persona.pk)
                changed.persona_name = name
                save_persona(changed, by=None)
            return read_patch(*arguments)

        monkeypatch.setattr("personas.api.stored.read_patch", read)

    return prepare


def test_a_patch_is_applied_to_what_the_persona_is_by_then(
    client: Client, persona: Persona, rename_while_reading: Callable[[int], None]
) -> None:
    rename_while_reading(1)
    assert patch(client, persona, {"op": "remove", "path": "/context"}).status_code == 200
    changed = Persona.objects.get()
    assert (changed.persona_name, changed.context, changed.version) == ("Name 0", "", 3)


def test_a_persona_that_keeps_changing_is_a_409(
    client: Client, persona: Persona, rename_while_reading: Callable[[int], None]
) -> None:
    rename_while_reading(PATCH_ATTEMPTS)
    assert patch(client, persona, {"op": "remove", "path": "/context"}).status_code == 409
    assert Persona.objects.get().context == "Stories."


def test_a_persona_that_was_stored_with_more_values_than_are_taken_now_can_be_changed(
    client: Client, admin_user: User
) -> None:
    large = make_persona(other_keys={"x": [1] * MAX_VALUES})
    save_persona(large, by=admin_user)
    renaming: Json = {"op": "replace", "path": "/persona_name", "value": "Renamed"}
    assert patch(client, large, renaming).status_code == 200
    growing: Json = {"op": "add", "path": "/y", "value": [1] * 10}
    assert patch(client, large, growing).status_code == 400
