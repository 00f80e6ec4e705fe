"""Odd values at every address of the site, on SQLite and on PostgreSQL: none is a failure of ours."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client
from django.urls import Resolver404, resolve
from pytest_django import DjangoDbBlocker

from dashboard.asgi import pages
from dashboard.people import ensure_first_admin
from personas.demo_data import load_demo_data
from playground.outgoing import client
from tests.api import key_for
from tests.dashboard.odd_input import (
    ADMIN_QUERIES,
    ADMIN_QUERIES_OF_DATABASES,
    ODD_IN_PATH,
    ODD_VALUES,
    REFUSED_BY_DATABASES,
    REFUSED_VALUES,
    forms,
    queries,
)
from tests.dashboard.own_database import migrated_postgres, new_sqlite, postgres_at, using
from tests.dashboard.routes import routes
from tests.dashboard.world import World

pytestmark = [
    pytest.mark.slow,  # Sends thousands of requests through the whole application.
    pytest.mark.ignore_template_errors,  # Django's own page of a user's password asks for a field that isn't there.
]

LEFT_OUT = ("sign-out/", "admin/logout/", "deactivate/", "demo/v1/", "/respond")
"""They end the session with which the others are asked, or answer with a stream."""
ALIKE_IN_ADMIN = re.compile(
    r"admin/(?!personas/persona/|auth/user/)\w+/\w+/<path:object_id>/(delete/|history/|)"
)
"""Pages that are Django's own code for each model: asked for one model whose keys are texts and one with numbers."""
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
CSRF = "a" * 32
Request = tuple[str, str, bytes]
Message = dict[str, Any]


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], ids=str
)
def admin(
    request: pytest.FixtureRequest,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[User]:
    """The first admin, in a database as `manage.py run` prepares it."""
    with django_db_blocker.unblock():
        if request.param == "sqlite":
            with new_sqlite(tmp_path_factory.mktemp("odd") / "odd.sqlite3"):
                yield first_admin()
            return
        with (
            migrated_postgres(request.getfixturevalue("postgres_url"), "odd") as url,
            using(postgres_at(url)),
        ):
            yield first_admin()


def first_admin() -> User:
    load_demo_data()
    admin = ensure_first_admin()
    assert admin is not None
    return admin


class Caller:
    """The first admin, by session and by key. The application is asked as a server asks it, without a network."""

    def __init__(self, admin: User) -> None:
        client = Client()
        client.force_login(admin)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"
        self._by_session = {"cookie": cookies, "origin": settings.SITE_URL, "x-csrftoken": CSRF}
        self._by_key = {"x-api-key": key_for(admin)}

    def failures(self, requests: Iterable[Request]) -> list[str]:
        """Requests whose answer says that something broke here."""
        return async_to_sync(self._failures)(requests)

    async def _failures(self, requests: Iterable[Request]) -> list[str]:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(
            ThreadPoolExecutor(1)
        )  # in which error pages are made, with a connection of its own
        try:
            return [
                f"{method} {path[:150]} {body[:60]!r}: {status}"
                for method, path, body in requests
                if (status := await self._status(method, path, body)) >= 500
            ]
        finally:
            await client.aclose()
            await loop.run_in_executor(None, connections.close_all)

    async def _status(self, method: str, path: str, body: bytes) -> int:
        headers = self._by_key if path.startswith("/v2/") else self._by_session
        if body:
            headers = headers | {"content-type": "application/x-www-form-urlencoded"}
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        answered: list[Mapping[str, Any]] = []

        async def receive() -> Message:
            return messages.pop() if messages else await asyncio.get_running_loop().create_future()

        async def send(message: Mapping[str, Any]) -> None:
            answered.append(message)

        await pages(scope_of(method, path, headers), receive, send)
        return int(answered[0]["status"])


def scope_of(method: str, address: str, headers: dict[str, str]) -> Message:
    """What Daphne makes of a request line."""
    path, _, query = address.partition("?")
    return {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [
            (b"host", b"testserver"),
            *((n.encode(), value.encode()) for n, value in headers.items()),
        ],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("testserver", 80),
        "client": ("192.0.2.1", 1),
        "asgi": {"version": "3.0"},
    }


@pytest.fixture(scope="module")
def caller(admin: User) -> Caller:
    return Caller(admin)


@pytest.fixture(scope="module")
def addresses(admin: User) -> dict[str, str]:
    """An address of each route, with the rows that stand there."""
    world = World.of(admin)
    stored = {name: str(row.pk) for name, row in world.by_model.items()}
    asked = (route for route in routes() if not (route.endswith(LEFT_OUT) or ALIKE_IN_ADMIN.fullmatch(route)))
    return {route: address_of(route, stored) for route in asked}


def address_of(route: str, stored: dict[str, str]) -> str:
    in_admin = re.match(r"admin/(\w+/\w+)/", route)
    values = {
        "persona_id": stored["personas/persona"],
        "pal_id": stored["personas/persona"],
        "conversation_id": stored["playground/conversation"],
        "turn_id": stored["playground/turn"],
        "pk": stored["personas/fillerconfig" if "filler" in route else "auth/user"],
        "object_id": stored.get(in_admin.group(1), "1") if in_admin else "1",
    }
    plain = re.sub(r"\^?\(\?P<\w+>.*\)/?\$", "personas/", route)
    return "/" + PLACE.sub(lambda place: values.get(place.group(1), "1"), plain)


def odd_paths(addresses: Iterable[str], values: Iterable[str]) -> list[str]:
    """Each value in each place of each route. Of the paths that no view takes, one of each value and of each part of
    the site: they end at the same page."""
    paths: dict[object, str] = {}
    for route in addresses:
        for place in PLACE.finditer(route):
            for value in values:
                path = "/" + PLACE.sub("1", route.replace(place.group(), value, 1))
                paths.setdefault(path if is_taken(unquote(path)) else (route.partition("/")[0], value), path)
    return list(paths.values())


def is_taken(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def test_odd_values_in_a_path_fail_no_request(caller: Caller, addresses: dict[str, str]) -> None:
    values = REFUSED_BY_DATABASES if connection.vendor == "postgresql" else ODD_IN_PATH
    requests = [("GET", path, b"") for path in odd_paths(addresses, values)]
    requests += [("POST", path, b"") for path in odd_paths(addresses, ["%00"])]
    assert len(requests) > 200
    assert caller.failures(requests) == []


def odd_values() -> tuple[bytes, ...]:
    return REFUSED_VALUES if connection.vendor == "postgresql" else ODD_VALUES


def test_odd_values_in_a_query_fail_no_request(caller: Caller, addresses: dict[str, str]) -> None:
    urls = list(queries(odd_values()))
    requests = (("GET", f"{path}?{query}", b"") for path in addresses.values() for query in urls)
    assert caller.failures(requests) == []


def test_odd_values_in_a_form_fail_no_request(caller: Caller, addresses: dict[str, str]) -> None:
    posted = list(forms(odd_values()))
    requests = (("POST", path, form) for path in addresses.values() for form in posted)
    assert caller.failures(requests) == []


def test_odd_values_in_a_filter_of_the_admin_fail_no_request(
    caller: Caller, addresses: dict[str, str]
) -> None:
    lists = [path for route, path in addresses.items() if re.fullmatch(r"admin/\w+/\w+/", route)]
    odd = ADMIN_QUERIES_OF_DATABASES
    if connection.vendor != "postgresql":
        odd += ADMIN_QUERIES
    requests = (("GET", f"{path}?{query}", b"") for path in lists for query in odd)
    assert len(lists) > 10
    assert caller.failures(requests) == []
