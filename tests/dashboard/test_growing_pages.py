"""No list costs more queries, or shows more than a page, with many rows than with few."""

from collections.abc import Mapping
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.api_keys import make_key
from dashboard.roles import Role, group_of
from personas.documents import document_of
from personas.models import FillerConfig, Persona, PersonaVersion, TokenSecret
from playground.models import Callback, Completion, Conversation, Turn
from tests.conftest import signed_in
from tests.dashboard.roles import person
from tests.personas.making import make_persona

summarise = import_module("playground.migrations.0016_summaries_of_old_conversations").summarise
FEW, MANY = 25, 60
"""Few are more than home shows, which else need not count them."""
PAGES = (
    "/", "/personas/", "/personas/?q=persona", "/fillers/", "/people/", "/playground/", "/conversations/",
    "/conversations/?sort=turns", "/conversations/?q=hello", "/callbacks/", "/callbacks/keys/",
    "/admin/personas/persona/", "/admin/personas/personaversion/",
    "/admin/personas/fillerconfig/", "/admin/personas/tokensecret/", "/admin/playground/conversation/",
    "/admin/playground/turn/", "/admin/playground/completion/", "/admin/dashboard/apikey/", "/admin/auth/user/",
    "/admin/playground/turn/?q=t000", "/admin/playground/completion/?answer=2",
)  # fmt: skip
API_PAGES = (
    "/v2/personas?limit=100",
    "/v2/conversations?limit=100",
    "/v2/conversations?status=active",
    "/v2/greenroom/callbacks?limit=100",
)
MOST_ROWS = {
    "/": ("<tr>", 24 + 1), "/personas/": ("<tr>", 30 + 1), "/fillers/": ("<tr>", 30 + 1), "/people/": ("<tr>", 30 + 1),
    "/conversations/": ("<tr>", 30 + 1), "/playground/": ('<li class="choice', 24),
    "/callbacks/": ('<li class="callback"', 30),
    "/admin/personas/persona/": ('<th class="field-persona_name', 30),
    "/admin/playground/conversation/": ('<th class="field-id', 30),
    "/admin/playground/turn/": ('<th class="field-id', 30),
    "/admin/playground/completion/": ('<th class="field-id', 30),
}  # fmt: skip
"""What is on a page once a row, and how often: as many rows as a page has, and a table's titles."""


def fill(count: int, owner: User) -> None:
    """Store so many rows of each kind, in bulk; each conversation has a persona of its own."""
    start = Persona.objects.count()
    numbers = range(start, start + count)
    secrets = TokenSecret.objects.bulk_create(TokenSecret(name=f"SECRET_{number}") for number in numbers)
    configs = [FillerConfig(name=f"Filler {n}", name_key=f"filler {n}", filler_phrase="Hm") for n in numbers]
    FillerConfig.objects.bulk_create(configs)
    personas = [
        make_persona(persona_name=f"Persona {number}", token_secret=secret, filler_config=config, version=1)
        for number, secret, config in zip(numbers, secrets, configs, strict=True)
    ]
    Persona.objects.bulk_create(personas)
    versions = PersonaVersion.objects.bulk_create(
        PersonaVersion(persona=persona, persona_ref=persona.pk, number=1, document=document_of(persona))
        for persona in personas
    )
    conversations = Conversation.objects.bulk_create(
        Conversation(owner=owner, persona_version=version) for version in versions
    )
    turns = Turn.objects.bulk_create(
        Turn(
            conversation=conversation,
            position=0,
            user_text="Hello",
            status=Turn.Status.COMPLETED,
            closed_at=conversation.created_at,
        )
        for conversation in conversations
    )
    summarise(apps, None)
    Completion.objects.bulk_create(Completion(turn=turn, request={}, response_status=200) for turn in turns)
    Callback.objects.bulk_create(
        Callback(
            conversation=conversation,
            owner=owner,
            event_type="system.replica_joined",
            url="https://hooks.example.com/",
            body="{}",
            next_at=conversation.created_at,
            created_at=conversation.created_at,
        )
        for conversation in conversations
    )
    for number in numbers:
        person(Role.EDITOR, f"person-{number}")
        make_key(f"key {number}", user=owner, role=group_of(Role.ADMIN))


def costs(client: Client, headers: Mapping[str, str]) -> dict[str, int]:
    """Return the number of queries by address; a list may not have more rows than a page."""
    queries = {}
    for address in (*PAGES, *API_PAGES):
        is_api = address in API_PAGES
        with CaptureQueriesContext(connection) as captured:
            response = (Client() if is_api else client).get(address, headers=headers if is_api else None)
        assert response.status_code == 200, address
        queries[address] = len(captured)
        row, most = MOST_ROWS.get(address, ("", 0))
        assert not row or 0 < response.content.decode().count(row) <= most, address
    return queries


@pytest.mark.django_db
def test_no_list_grows_with_the_rows(admin_user: User) -> None:
    client = signed_in(admin_user)
    key = {"x-api-key": make_key("script", user=admin_user, role=group_of(Role.ADMIN))[1]}
    fill(FEW, admin_user)
    costs(client, key)  # what is asked for once a process, such as content types
    few = costs(client, key)
    fill(MANY, admin_user)
    assert costs(client, key) == few


@pytest.mark.django_db
def test_a_page_of_conversations_is_read_by_its_keys(admin_user: User) -> None:
    key = {"x-api-key": make_key("script", user=admin_user, role=group_of(Role.ADMIN))[1]}
    fill(FEW, admin_user)
    with CaptureQueriesContext(connection) as captured:
        assert Client().get("/v2/conversations?limit=20", headers=key).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {captured.captured_queries[-1]['sql']}")
        (_, _, _, first), *_ = cursor.fetchall()
    assert first.endswith("sqlite_autoindex_playground_conversation_1 (id=?)")
