"""Costly documents on the served import page are refused in time. On a served site: other clients mustn't wait."""

import re

import pytest

from tests.browser.site import Site
from tests.dashboard.attacks.attacking import at_once, bystander, cookies_of, exchange, head, request

pytestmark = pytest.mark.quiet  # Measures how long others wait: tests beside it would be measured too.

MIB = 1024 * 1024
BOUNDARY = b"a-document"
AT_ONCE = 3
COSTLY = ["[", "#", ",", "`", "[,", "{......"]


@pytest.fixture(scope="module")
def cookies(site: Site, session: bytes) -> bytes:
    """Of a browser in which the site's admin has opened the import page."""
    page = exchange(site, head("GET", "/personas/import/", b"Cookie: " + session))
    return session + b"; " + cookies_of(page)


def upload(site: Site, cookies: bytes, document: bytes) -> bytes:
    token = re.search(rb"csrf=(\w+)", cookies)
    assert token
    parts = [
        b'name="csrfmiddlewaretoken"\r\n\r\n' + token[1],
        b'name="document"\r\n\r\n',
        b'name="uploads"; filename="a.json"\r\n\r\n' + document,
    ]
    body = b"".join(b"--%s\r\nContent-Disposition: form-data; %s\r\n" % (BOUNDARY, part) for part in parts)
    body += b"--%s--\r\n" % BOUNDARY
    headers = (b"Cookie: " + cookies, b"Content-Type: multipart/form-data; boundary=" + BOUNDARY)
    return exchange(site, request("POST", "/personas/import/", body, *headers))


@pytest.mark.parametrize("part", COSTLY)
def test_a_mebibyte_of_it_stops_nobody(site: Site, cookies: bytes, part: str) -> None:
    document = (part * (MIB // len(part))).encode()
    with bystander(site) as watching:
        answers = at_once(AT_ONCE, lambda: upload(site, cookies, document))
    assert [answer.split(b" ", 2)[1] for answer in answers] == [b"422"] * AT_ONCE
    assert all(b"a.json: " in answer for answer in answers)
    watching.assert_served_in_time()
