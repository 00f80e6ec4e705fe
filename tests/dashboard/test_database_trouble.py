"""A database that is held, full or away: every page and call says so in a sentence, and none fails as 500."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker, Settings

from dashboard.sqlite import existing_only
from personas.models import Persona
from playground.storage.database_trouble import RETRY_AFTER_S, Trouble, trouble_of
from tests.api import CONVERSATIONS, PERSONAS, key_for
from tests.conftest import signed_in
from tests.dashboard.own_database import copy_migrated, sqlite_at, using
from tests.dashboard.world import World
from tests.engine.errors.sentence import assert_for_a_person
from tests.personas import secret_pages
from tests.personas.editor import typed
from tests.personas.persona_pages import edit_url

WAIT_S = 0.01
AT_ONCE_S = 10.0
"""Half of what a page waits for a file that is held."""
PASSWORD = "a-password-of-the-tests"


@dataclass
class Site:
    """The pages, on a SQLite file of their own with one row of every model."""

    path: Path
    admin: User
    world: World
    browser: Client
    script: Client

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let another connection write, and not come to an end."""
        with closing(sqlite3.connect(self.path)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.rollback()

    @contextmanager
    def full(self) -> Iterator[None]:
        """Let the file have no page more than it has."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1")
            yield
            cursor.execute("PRAGMA max_page_count = 1073741823")


@pytest.fixture
def site(tmp_path: Path, settings: Settings, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    path = tmp_path / "held.sqlite3"
    settings.DATABASE_LOCK_S = WAIT_S
    with django_db_blocker.unblock():
        copy_migrated(path)
        database = sqlite_at(path)
        with using(database | {"OPTIONS": database["OPTIONS"] | {"timeout": WAIT_S}}):
            admin = User.objects.create_superuser("admin", password=PASSWORD)
            key = key_for(admin)
            browser, script = signed_in(admin), Client(headers={"x-api-key": key})
            browser.raise_request_exception = script.raise_request_exception = False
            assert script.get(PERSONAS).status_code == 200  # the use of the key is stored
            yield Site(path, admin, World.of(admin), browser, script)


@dataclass(frozen=True)
class Write:
    """One request that writes."""

    client: Client
    address: str
    form: Mapping[str, Any]
    is_json: bool = False

    def send(self) -> Any:
        if self.is_json:
            return self.client.post(self.address, self.form, content_type="application/json")
        return self.client.post(self.address, self.form)


def writes(site: Site) -> list[Write]:
    """Return one request for each page and call that stores something."""
    persona = Persona.objects.get()
    conversation = site.world.pk("playground/conversation")
    someone = site.world.pk("auth/user")
    spoken = {"system_prompt": "You tell stories.", "persona_name": "Mert"}
    pages = {
        edit_url(persona): typed(persona, system_prompt="Changed."),
        reverse("personas:delete", args=[persona.pk]): {},
        reverse("fillers:new"): {
            "name": "Waiting",
            "filler_phrase": "One moment.",
            "activation_delay_ms": "2000",
        },
        reverse("playground:begin"): {"stand_in": persona.pk},
        reverse("conversations:end", args=[conversation]): {},
        reverse("people:new"): {"username": "yan", "role": "editor"},
        reverse("people:deactivate", args=[someone]): {},
        reverse("admin:personas_tokensecret_add"): secret_pages.typed(value="a-value-of-the-tests"),
    }
    calls = {
        PERSONAS: spoken,
        CONVERSATIONS: {"persona_id": persona.pk},
        f"{CONVERSATIONS}/{conversation}/end": {},
        f"/v2/greenroom/conversations/{conversation}/respond": {"text": "Hello."},
    }
    signing_in = Client(raise_request_exception=False)
    return [
        Write(signing_in, reverse("sign-in"), {"username": "admin", "password": PASSWORD}),
        *(Write(site.browser, address, form) for address, form in pages.items()),
        *(Write(site.script, address, form, is_json=True) for address, form in calls.items()),
    ]


def test_every_write_to_a_held_database_is_refused_with_a_sentence(site: Site) -> None:
    requests = writes(site)
    with site.held():
        answers = {each.address: each.send() for each in requests}
    wrong = {
        address: (answer.status_code, answer.headers.get("Retry-After"))
        for address, answer in answers.items()
        if Trouble.HELD not in answer.content.decode()
        or (answer.status_code, answer.headers.get("Retry-After")) != (503, str(RETRY_AFTER_S))
    }
    assert wrong == {}


def test_reading_goes_on_while_the_database_is_held(site: Site) -> None:
    addresses = ("/", "/playground/", "/personas/", "/conversations/", "/people/", "/admin/")
    with site.held():
        assert [site.browser.get(address).status_code for address in addresses] == [200] * len(addresses)


def test_a_key_is_taken_at_once_though_its_use_cannot_be_stored(site: Site) -> None:
    unused = Client(headers={"x-api-key": key_for(site.admin)})
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 20000")
    with site.held():
        began_s = monotonic()
        assert unused.get(PERSONAS).status_code == 200
        assert monotonic() - began_s < AT_ONCE_S
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20_000,)


def test_a_full_disk_refuses_what_needs_room_and_says_so(site: Site) -> None:
    persona = Persona.objects.get()
    save = Write(site.browser, edit_url(persona), typed(persona, system_prompt="x" * 150_000))
    with site.full():
        answer = save.send()
        assert (answer.status_code, Trouble.FULL in answer.content.decode()) == (503, True)
        assert site.browser.get("/personas/").status_code == 200
    assert save.send().status_code == 302


def test_a_file_that_was_moved_away_is_missed_and_not_begun_anew(site: Site) -> None:
    elsewhere = site.path.with_name("moved #1.sqlite3")
    connection.close()
    site.path.rename(elsewhere)
    with using(sqlite_at(elsewhere) | {"NAME": existing_only(elsewhere)}):
        assert site.browser.get("/personas/").status_code == 200
        connection.close()
        elsewhere.rename(site.path)
        answer = site.browser.get("/personas/")
        assert (answer.status_code, Trouble.AWAY in answer.content.decode()) == (503, True)
        assert not elsewhere.exists()


def test_a_part_of_a_page_gets_a_part_of_a_page(site: Site) -> None:
    with site.held():
        answer = site.browser.post(
            reverse("conversations:end", args=[site.world.pk("playground/conversation")]),
            headers={"HX-Request": "true"},
        )
    assert answer.status_code == 503
    assert "<html" not in answer.content.decode()
    assert Trouble.HELD in answer.content.decode()


def raised(kind: type[DatabaseError | InterfaceError], cause: Exception) -> Exception:
    try:
        raise kind from cause
    except (DatabaseError, InterfaceError) as error:
        return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (raised(OperationalError, psycopg.errors.LockNotAvailable()), Trouble.HELD),
        (raised(OperationalError, psycopg.errors.QueryCanceled()), Trouble.HELD),
        (raised(OperationalError, psycopg.errors.DiskFull()), Trouble.FULL),
        (raised(OperationalError, psycopg.errors.AdminShutdown()), Trouble.AWAY),
        (raised(OperationalError, psycopg.errors.CannotConnectNow()), Trouble.AWAY),
        (raised(OperationalError, psycopg.OperationalError("connection refused")), Trouble.AWAY),
        (raised(InterfaceError, psycopg.InterfaceError("the connection is closed")), Trouble.AWAY),
        (raised(OperationalError, sqlite3.OperationalError("no such table: x")), None),
        (raised(IntegrityError, psycopg.errors.UniqueViolation()), None),
        (ValueError("x"), None),
        (None, None),
    ],
    ids=str,
)
def test_what_the_database_said_is_told_apart(error: Exception | None, trouble: Trouble | None) -> None:
    assert trouble_of(error) is trouble


@pytest.mark.parametrize("trouble", Trouble)
def test_each_trouble_has_a_sentence_for_a_person(trouble: Trouble) -> None:
    assert_for_a_person(trouble)
