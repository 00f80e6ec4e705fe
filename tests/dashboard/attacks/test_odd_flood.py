"""A flood of odd requests and sockets on the served site, over real sockets: /health/ answers everyone else in time."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser.site import Site
from tests.dashboard.attacks.attacking import bystander, exchange, head, request, upgrade
from tests.dashboard.odd_input import (
    ADMIN_QUERIES,
    ADMIN_QUERIES_OF_DATABASES,
    ODD_IN_PATH,
    ODD_VALUES,
    forms,
    queries,
)

pytestmark = pytest.mark.quiet  # Measures how long others wait: tests beside it would be measured too.

AT_ONCE = 8
FORM = b"Content-Type: application/x-www-form-urlencoded"
CLOSE = b"\x88\x82\x00\x00\x00\x00\x03\xe8"
"""A masked close frame: what the client of an accepted socket leaves with."""


@pytest.fixture(scope="module")
def cookie(session: bytes) -> bytes:
    return b"Cookie: " + session


def odd_requests(cookie: bytes) -> list[bytes]:
    pages = ("/", "/personas/", "/playground/", "/admin/axes/accesslog/", "/sign-in/")
    lists = ("/admin/auth/user/", "/admin/personas/persona/", "/admin/playground/turn/")
    places = ("/personas/{}/", "/playground/{}/", "/v2/personas/{}", "/admin/auth/user/{}/change/", "/{}")
    paths = [place.format(value) for place in places for value in ODD_IN_PATH]
    paths += [f"{page}?{query}" for page in pages for query in queries(ODD_VALUES)]
    paths += [f"{page}?{query}" for page in lists for query in ADMIN_QUERIES + ADMIN_QUERIES_OF_DATABASES]
    requests = [head("GET", path, cookie) for path in paths]
    for form in forms(ODD_VALUES):
        requests += [request("POST", page, form, cookie, FORM) for page in pages]
    return requests


def odd_sockets(site: Site, cookie: bytes) -> list[bytes]:
    origin = b"Origin: " + site.url.encode()
    paths = [place.format(value) for place in ("/ws/{}", "/ws/conversations/{}/") for value in ODD_IN_PATH]
    return [upgrade(path, cookie, origin) + CLOSE for path in paths]


def test_a_flood_of_odd_input_stops_nobody(site: Site, cookie: bytes) -> None:
    requests = [*odd_requests(cookie), *odd_sockets(site, cookie)]
    with bystander(site) as watching, ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda request: exchange(site, request), requests))
    classes = Counter(answer.split(b" ", 2)[1][:1] for answer in answers)
    assert classes.keys() == {b"1", b"2", b"3", b"4"}
    assert classes[b"4"] > 100
    watching.assert_served_in_time()
