"""``/v2/pals``: what a script for today's Tavus sends and gets, of the same personas as ``/v2/personas``."""

from django.contrib.auth.models import User

from dashboard.roles import Role
from personas.models import Persona
from tests.api import PERSONAS, api_client

PALS = "/v2/pals"
COACH = {
    "pal_name": "Life Coach",
    "system_prompt": "You are a life coach.",
    "default_face_id": "r90bbd427f71",
}


def test_a_script_with_todays_names_runs(user: User) -> None:
    client = api_client(user, Role.EDITOR)
    created = client.post(PALS, COACH, content_type="application/json").json()
    assert (created["pal_name"], created["greenroom"]["notices"]) == ("Life Coach", [])
    assert created.keys() == {"pal_id", "pal_name", "created_at", "updated_at", "greenroom"}
    address = f"{PALS}/{created['pal_id']}"
    (pal,) = client.get(address).json()["data"]
    assert {key: pal[key] for key in COACH} == COACH
    assert not pal.keys() & {"persona_id", "persona_name", "default_replica_id"}
    patch = [{"op": "replace", "path": "/pal_name", "value": "Coach"}]
    assert client.patch(address, patch, content_type="application/json").json()["pal_name"] == "Coach"
    assert client.patch(address, patch, content_type="application/json").status_code == 304
    listed = client.get(PALS, {"pal_type": "user"}).json()
    assert ([each["pal_name"] for each in listed["data"]], listed["total_count"]) == (["Coach"], 1)
    assert client.get(PALS, {"pal_type": "system"}).json()["total_count"] == 0
    call = {"pal_id": created["pal_id"], "face_id": "r1"}
    conversation = client.post("/v2/conversations", call, content_type="application/json").json()
    shown = client.get(f"/v2/conversations/{conversation['conversation_id']}").json()
    assert (shown["pal_id"], shown["face_id"]) == (shown["persona_id"], shown["replica_id"])
    assert (shown["pal_id"], shown["face_id"]) == (created["pal_id"], "r1")
    assert client.delete(address).status_code == 204
    gone = client.get(address)
    assert (gone.status_code, gone.json()) == (400, {"error": "Invalid pal_id", "field": "pal_id"})


def test_both_names_find_the_same(user: User) -> None:
    client = api_client(user, Role.EDITOR)
    older = {"persona_name": "Mert", "system_prompt": "Be brief."}
    created = client.post(PALS, older, content_type="application/json").json()
    assert "wants a default_face_id" in " ".join(created["greenroom"]["notices"])
    assert client.get(f"{PERSONAS}/{created['pal_id']}").json()["data"][0]["persona_name"] == "Mert"


def test_the_id_cannot_be_patched(user: User) -> None:
    client = api_client(user, Role.EDITOR)
    created = client.post(PALS, COACH, content_type="application/json").json()
    patch = [{"op": "replace", "path": "/pal_id", "value": "p1"}]
    refused = client.patch(f"{PALS}/{created['pal_id']}", patch, content_type="application/json")
    assert (refused.status_code, refused.json()["field"]) == (400, "persona_id")
    assert Persona.objects.get().pk == created["pal_id"]


def test_lists_leave_archived_personas_out(user: User) -> None:
    client = api_client(user, Role.EDITOR)
    created = client.post(PALS, COACH, content_type="application/json").json()
    Persona.objects.update(archived_at=Persona.objects.get().created_at)
    for address in (PALS, PERSONAS):
        assert client.get(address).json()["total_count"] == 0
    assert client.get(f"{PALS}/{created['pal_id']}").status_code == 200
