"""Access to the API: only by key, with the permissions that both the key's user and its role have."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from dashboard.api import api
from dashboard.api_keys import make_key
from dashboard.roles import Role, group_of
from tests.api import CONVERSATIONS, PERSONAS, api_client, key_for
from tests.conftest import signed_in
from tests.dashboard.roles import person
from tests.playground.rehearsals import make_conversation

PERSONA = json.dumps({"persona_name": "A", "system_prompt": "B"})
FORBIDDEN = 403

CALLS = {
    ("POST", "/v2/personas"): "personas.add_persona",
    ("GET", "/v2/personas"): "personas.view_persona",
    ("GET", "/v2/personas/p0"): "personas.view_persona",
    ("PATCH", "/v2/personas/p0"): "personas.change_persona",
    ("DELETE", "/v2/personas/p0"): "personas.delete_persona",
    ("POST", "/v2/pals"): "personas.add_persona",
    ("GET", "/v2/pals"): "personas.view_persona",
    ("GET", "/v2/pals/p0"): "personas.view_persona",
    ("PATCH", "/v2/pals/p0"): "personas.change_persona",
    ("DELETE", "/v2/pals/p0"): "personas.delete_persona",
    ("POST", "/v2/conversations"): "playground.add_conversation",
    ("GET", "/v2/conversations"): "playground.view_conversation",
    ("GET", "/v2/conversations/c0"): "playground.view_conversation",
    ("POST", "/v2/conversations/c0/end"): "playground.change_conversation",
    ("DELETE", "/v2/conversations/c0"): "playground.delete_conversation",
    ("POST", "/v2/greenroom/conversations/c0/respond"): "playground.add_conversation",
    ("GET", "/v2/greenroom/callbacks"): "playground.view_conversation",
    ("POST", "/v2/greenroom/callbacks/w0/again"): "playground.change_conversation",
}
"""All operations, and the permission that each requires."""
ROLES = {
    Role.VIEWER: {"add_persona", "change_persona", "delete_persona"},
    Role.EDITOR: set(),
    Role.SECRET_MANAGER: {"add_persona", "change_persona", "delete_persona"},
    Role.ADMIN: set(),
}
"""The permissions that each role lacks."""


def call(client: Client, method: str, path: str) -> Any:
    body = json.dumps({"persona_id": "p0", "system_prompt": "", "text": "Hi"})
    return client.generic(method, path, "[]" if method == "PATCH" else body, content_type="application/json")


def test_every_operation_has_its_row() -> None:
    documented = {
        (method.upper(), re.sub(r"\{(.)\w+\}", r"\g<1>0", path))
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
    }
    assert documented == CALLS.keys()


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize("key", ["", "gr_" + "a" * 43, "Bearer x", "ü", "x" * 5_000])
def test_without_a_known_key_nothing_is_open(db: None, method: str, path: str, key: str) -> None:
    response = call(Client(headers={"x-api-key": key} if key else {}), method, path)
    assert response.status_code == 401
    assert response.json() == {"message": "Invalid access token"}


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_session_is_refused_by_every_operation(admin_client: Client, method: str, path: str) -> None:
    response = call(admin_client, method, path)
    assert response.status_code == 401
    assert response.json() == {"message": "Invalid access token"}


def test_a_key_needs_no_csrf_token_and_gets_no_cookie(admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True, headers={"x-api-key": key_for(admin_user)})
    response = client.post(PERSONAS, PERSONA, content_type="application/json")
    assert response.status_code == 200
    assert not response.cookies


def test_the_key_counts_and_not_the_session_beside_it(admin_user: User) -> None:
    viewer = person(Role.VIEWER)
    make_conversation(admin_user)
    client = signed_in(admin_user)
    response = client.get(CONVERSATIONS, headers={"x-api-key": key_for(viewer)})
    assert response.json()["total_count"] == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", Role)
def test_a_users_and_a_keys_role_have_the_permissions_of_the_table(role: Role) -> None:
    of_the_user = api_client(person(role, "with-the-role"))
    of_the_key = api_client(person(Role.ADMIN, "with-every-right"), role)
    for (method, path), right in CALLS.items():
        lacks = right.partition(".")[2] in ROLES[role]
        for client in (of_the_user, of_the_key):
            response = call(client, method, path)
            assert (response.status_code == FORBIDDEN) is lacks, (method, path, response.content)
            if lacks:
                assert right in response.json()["message"]


def test_a_right_that_is_taken_away_counts_at_once(db: None) -> None:
    user = User.objects.create_user("alice")
    view = Permission.objects.get(codename="view_persona")
    user.user_permissions.add(view)
    client = api_client(user)
    assert client.get(PERSONAS).status_code == 200
    user.user_permissions.remove(view)
    assert client.get(PERSONAS).status_code == FORBIDDEN


def test_a_revoked_key_is_refused(admin_user: User) -> None:
    stored, key = make_key("test", user=admin_user, role=group_of(Role.ADMIN))
    client = Client(headers={"x-api-key": key})
    assert client.get(PERSONAS).status_code == 200
    stored.revoke()
    assert client.get(PERSONAS).status_code == 401


@pytest.mark.parametrize("path", ["/v2/", "/v2/nowhere", "/v2/personas/p0/more", "/v2/personas/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_address_is_refused_in_json(client: Client, db: None, method: str, path: str) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, path)
    assert (response.status_code, response.json()) == (404, {"message": "Not Found"})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v2/personas", {"GET", "POST"}),
        ("POST", "/v2/personas/p0", {"GET", "PATCH", "DELETE"}),
        ("PATCH", "/v2/conversations/c0", {"GET", "DELETE"}),
    ],
)
def test_a_wrong_method_is_refused_in_json(
    admin_user: User, method: str, path: str, allowed: set[str]
) -> None:
    response = api_client(admin_user).generic(method, path)
    assert (response.status_code, response.json()) == (405, {"message": "Method Not Allowed"})
    assert set(response.headers["Allow"].split(", ")) == allowed


def test_an_internal_error_is_json_without_details(
    admin_user: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    words = "canary of an exception"

    def fail(*_: object) -> None:
        raise RuntimeError(words)

    monkeypatch.setattr("personas.api.router.page_of", fail)
    response = api_client(admin_user).get(PERSONAS)
    assert response.status_code == 500
    assert response.json() == {"message": "Greenroom itself failed with this request. Try again."}
    assert "RuntimeError" in caplog.text
    assert "canary" not in caplog.text
