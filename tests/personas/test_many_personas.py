"""With 200 personas and 2,000 versions, many pages of each, the pages cost as many queries as with a handful."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from personas.documents import document_of
from personas.models import FillerConfig, Persona, PersonaVersion, TokenSecret
from tests.conftest import signed_in
from tests.personas.making import make_persona, make_secret

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # Stores thousands of rows.

FEW, MANY = 3, 200
VERSIONS_EACH = 10


def fill(count: int, secret: TokenSecret, filler: FillerConfig) -> list[Persona]:
    """Personas whose headers name secrets, each with VERSIONS_EACH versions: in bulk, as a restored backup would."""
    personas = [
        make_persona(
            persona_name=f"Persona {number}",
            token_secret=secret,
            filler_config=filler,
            headers=[["Authorization", f"Api-Key MY_TOKEN_{number}"]],
            system_prompt="You tell stories about foxes. " * 10,
            version=VERSIONS_EACH,
        )
        for number in range(count)
    ]
    Persona.objects.bulk_create(personas)
    PersonaVersion.objects.bulk_create(
        PersonaVersion(
            persona=persona, persona_ref=persona.pk, number=number, document=document_of(persona), note="n"
        )
        for persona in personas
        for number in range(1, VERSIONS_EACH + 1)
    )
    return personas


@contextmanager
def counted() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as captured:
        yield captured


@pytest.fixture
def client(user: User) -> Client:
    user.user_permissions.add(Permission.objects.get(codename="view_personaversion"))
    return signed_in(user)


def pages_of(persona: Persona) -> dict[str, str]:
    own = [persona.pk]
    return {
        "list": reverse("personas:list"),
        "second page": reverse("personas:list") + "?page=2",
        "search": reverse("personas:list") + "?q=foxes+persona",
        "by use": reverse("personas:list") + "?sort=used",
        "trials": reverse("personas:list") + "?show=trials",
        "first audio": reverse("playground:first-audio") + f"?ids={persona.pk}",
        "editor": reverse("personas:edit", args=own),
        "history": reverse("personas:versions", args=own),
        "comparison": reverse("personas:compare", args=own) + "?older=1&newer=2",
        "export": reverse("personas:export", args=own),
        "duplicate": reverse("personas:duplicate", args=own),
        "delete": reverse("personas:delete", args=own),
        "start": reverse("playground:start"),
    }


ADMIN_PAGES = {
    "list with deletions": reverse("personas:list"),
    "admin personas": reverse("admin:personas_persona_changelist"),
    "admin search": reverse("admin:personas_persona_changelist") + "?q=persona",
    "admin versions": reverse("admin:personas_personaversion_changelist"),
    "admin secrets": reverse("admin:personas_tokensecret_changelist"),
}
MOST_QUERIES = {
    "list": 7,
    "second page": 7,
    "search": 7,
    "by use": 7,
    "trials": 7,
    "first audio": 6,
    "editor": 12,
    "history": 8,
    "comparison": 8,
    "export": 6,
    "duplicate": 6,
    "delete": 7,
    "start": 7,
    "list with deletions": 7,
    "admin personas": 9,
    "admin search": 9,
    "admin versions": 10,
    "admin secrets": 9,
}
"""Session, user and rights included."""


def costs(client: Client, pages: dict[str, str]) -> dict[str, int]:
    queries = {}
    for name, address in pages.items():
        with counted() as captured:
            assert client.get(address).status_code == 200
        queries[name] = len(captured)
    return queries


def test_no_page_costs_more_queries_in_a_large_table(client: Client, admin_client: Client) -> None:
    secret, filler = (
        make_secret(hosts=("llm.example.com",)),
        FillerConfig.objects.create(name="Hm", filler_phrase="Hm"),
    )
    few = fill(FEW, secret, filler)
    pages = pages_of(few[0])
    small = costs(client, pages) | costs(admin_client, ADMIN_PAGES)
    fill(MANY, secret, filler)
    large = costs(client, pages) | costs(admin_client, ADMIN_PAGES)
    assert PersonaVersion.objects.count() > 2_000
    assert {name: large[name] - small[name] for name in small} == dict.fromkeys(small, 0)
    assert {name: queries for name, queries in large.items() if queries > MOST_QUERIES[name]} == {}


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: Persona.objects.order_by("-updated_at", "id")[:50], "persona_by_change"),
        (lambda: Persona.objects.order_by("-created_at", "id")[:50], "persona_by_age"),
        (lambda: Persona.objects.order_by("persona_name", "id")[:50], "persona_by_name"),
        (lambda: PersonaVersion.objects.order_by("-created_at", "-number")[:100], "persona_version_by_age"),
        (
            lambda: PersonaVersion.objects.filter(persona_ref="p1").order_by("-number")[:50],
            "sqlite_autoindex_personas_personaversion",
        ),
    ],
    ids=["list", "API", "admin", "admin versions", "history"],
)
def test_an_index_serves_each_list(rows: Callable[[], QuerySet[Any]], index: str) -> None:
    plan = rows().explain()
    assert index in plan or "persona_version_unique" in plan
    assert "TEMP B-TREE" not in plan
