"""Odd values at every address of the served site, on SQLite and on PostgreSQL: none is a failure of ours."""

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from tests.browser.site import Site, serve_site
from tests.dashboard.attacking import HEALTH_MS, bystander
from tests.dashboard.odd_input import ODD_IN_PATH, admin_queries, forms, queries
from tests.dashboard.routes import routes
from tests.playground.served_api import new_key
from tests.playground.socket_client import sign_in

NOT_FOUND = 4404
WORLD = """
import json
from django.contrib.auth.models import User
from tests.dashboard.world import World
print(json.dumps({name: str(row.pk) for name, row in World.of(User.objects.first()).by_model.items()}))
"""
LEFT_OUT = ("sign-out/", "admin/logout/", "deactivate/", "demo/v1/", "/respond")
"""They end the session with which the others are asked, or answer with a stream."""
Request = tuple[str, str, bytes]


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], ids=str
)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data: Path = tmp_path_factory.mktemp("odd")
    if request.param == "sqlite":
        with serve_site(data) as served:
            yield served
        return
    server_url = request.getfixturevalue("postgres_url")
    name = sql.Identifier(database := "greenroom_odd_" + uuid4().hex[:12])
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        with serve_site(
            data, DATABASE_URL=urlsplit(server_url)._replace(path=f"/{database}").geturl()
        ) as served:
            yield served
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


class Caller:
    """The first admin, by session and by key, on one connection after the other."""

    def __init__(self, site: Site) -> None:
        self._address = urlsplit(site.url)
        self._origin = site.url
        self._session, self._csrf, self._key = sign_in(site), "", new_key(site)
        self._token = ""
        self._open()
        self._token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', self.get("/account/")[1]).group(1)  # type: ignore[union-attr]

    def _open(self) -> None:
        self._connection = HTTPConnection(str(self._address.hostname), self._address.port, timeout=30)

    def get(self, path: str) -> tuple[int, str]:
        return self.ask(("GET", path, b""))

    def ask(self, request: Request) -> tuple[int, str]:
        method, path, body = request
        headers = {
            "Cookie": f"{self._session}; {self._csrf}",
            "Origin": self._origin,
            "X-CSRFToken": self._token,
        }
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if path.startswith("/v2/"):
            headers = {"x-api-key": self._key}
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            if "-csrf=" in cookie:
                self._csrf = cookie.partition(";")[0]
        return answer.status, answer.read().decode(errors="replace")


@pytest.fixture(scope="module")
def caller(site: Site) -> Caller:
    return Caller(site)


@pytest.fixture(scope="module")
def addresses(site: Site) -> dict[str, str]:
    """An address of each route, with the rows that stand there."""
    stored = json.loads(site.manage("shell", "--no-imports", "-c", WORLD).splitlines()[-1])
    return {route: address_of(route, stored) for route in routes() if not route.endswith(LEFT_OUT)}


def address_of(route: str, stored: dict[str, str]) -> str:
    in_admin = re.match(r"admin/(\w+/\w+)/", route)
    values = {
        "persona_id": stored["personas/persona"],
        "conversation_id": stored["playground/conversation"],
        "turn_id": stored["playground/turn"],
        "pk": stored["personas/fillerconfig" if "filler" in route else "auth/user"],
        "object_id": stored.get(in_admin.group(1), "1") if in_admin else "1",
    }
    plain = re.sub(r"\^?\(\?P<\w+>.*\)/?\$", "personas/", route)
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda place: values.get(place.group(1), "1"), plain)


def failures(site: Site, caller: Caller, requests: Iterator[Request]) -> list[str]:
    """Requests whose answer says that something broke here; nobody else waits for any of them."""
    with bystander(site) as watching:
        failed = [f"{method} {path[:150]} {body[:60]!r}: {status}" for method, path, body in requests
                  if (status := caller.ask((method, path, body))[0]) >= 500]  # fmt: skip
    assert watching.delay_ms < HEALTH_MS
    return failed


def test_in_a_path(site: Site, caller: Caller, addresses: dict[str, str]) -> None:
    def requests() -> Iterator[Request]:
        for route in addresses:
            for place in re.findall(r"<(?:\w+:)?\w+>", route):
                for odd in ODD_IN_PATH:
                    path = re.sub(r"<(?:\w+:)?\w+>", "1", route.replace(place, odd, 1))
                    yield "GET", "/" + path, b""
                yield "POST", "/" + re.sub(r"<(?:\w+:)?\w+>", "1", route.replace(place, "%00", 1)), b""

    assert failures(site, caller, requests()) == []


def test_in_a_query(site: Site, caller: Caller, addresses: dict[str, str]) -> None:
    asked = list(queries())
    requests = (("GET", f"{path}?{query}", b"") for path in addresses.values() for query in asked)
    assert failures(site, caller, requests) == []


def test_in_a_form(site: Site, caller: Caller, addresses: dict[str, str]) -> None:
    posted = list(forms())
    requests = (("POST", path, form) for path in addresses.values() for form in posted)
    assert failures(site, caller, requests) == []


def test_in_a_filter_of_the_admin(site: Site, caller: Caller, addresses: dict[str, str]) -> None:
    lists = [path for route, path in addresses.items() if re.fullmatch(r"admin/\w+/\w+/", route)]
    requests = (("GET", f"{path}?{query}", b"") for path in lists for query in admin_queries())
    assert len(lists) > 10
    assert failures(site, caller, requests) == []


@pytest.mark.parametrize(
    ("path", "shape", "words"),
    [
        ("/nowhere/%00", "<h1>", "NUL character"),
        ("/?q=%00", "<h1>", "NUL character"),
        ("/v2/personas?limit=%00", '{"error":', '"field": "limit"'),
        ("/demo/v1/%00", '{"error":', "NUL character"),
    ],
)
def test_a_nul_in_an_address_is_400_in_the_shape_of_its_path(
    caller: Caller, path: str, shape: str, words: str
) -> None:
    status, body = caller.get(path)
    assert status == 400
    assert shape in body
    assert words in body


async def test_an_unknown_socket_is_closed_as_not_found_and_logs_no_failure(site: Site) -> None:
    log = site.data / "server.log"
    before = log.read_text().count("Traceback")
    for path in ("", "nowhere/", "conversations/", "conversations/%00/", "conversations/a%00b/", "%FF/"):
        url = site.url.replace("http", "ws", 1) + "/ws/" + path
        async with connect(url, origin=Origin(site.url)) as socket:
            with pytest.raises(ConnectionClosed):
                await socket.recv()
        assert socket.close_code == NOT_FOUND, path
    assert log.read_text().count("Traceback") == before
