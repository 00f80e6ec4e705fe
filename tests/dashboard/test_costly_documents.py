"""Costly documents on the served import page are refused in time. On a served site: other clients mustn't wait."""

import re
import threading
from collections.abc import Iterator

import pytest

from tests.browser.site import Site, serve_site
from tests.dashboard.attacking import HEALTH_MS, bystander, exchange

pytestmark = pytest.mark.quiet  # Measures how long others wait: tests beside it would be measured too.

MIB = 1024 * 1024
BOUNDARY = b"a-document"
COSTLY = ["[", "#", ",", "`", "[,", "{......"]


@pytest.fixture(scope="module")
def site(server_processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve_site(tmp_path_factory.mktemp("costly")) as served:
        yield served


@pytest.fixture(scope="module")
def cookies(site: Site) -> bytes:
    """Of a browser in which the site's admin has opened the import page."""
    session = cookies_of(exchange(site, request("GET", site.link.removeprefix(site.url))))
    return session + b"; " + cookies_of(exchange(site, request("GET", "/personas/import/", session)))


def request(
    method: str, path: str, cookies: bytes = b"", content_type: bytes = b"", body: bytes = b""
) -> bytes:
    head = [f"{method} {path} HTTP/1.1".encode(), b"Host: 127.0.0.1", b"Connection: close"]
    head += [b"Cookie: " + cookies] * bool(cookies)
    head += [b"Content-Type: " + content_type] * bool(content_type)
    head.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def cookies_of(answer: bytes) -> bytes:
    return b"; ".join(re.findall(rb"(?i)\r\nset-cookie: ([^;\r]+)", answer))


def upload(site: Site, cookies: bytes, document: bytes) -> bytes:
    token = re.search(rb"csrf=(\w+)", cookies)
    assert token
    parts = [
        b'name="csrfmiddlewaretoken"\r\n\r\n' + token[1],
        b'name="document"\r\n\r\n',
        b'name="uploads"; filename="a.json"\r\n\r\n' + document,
    ]
    body = b"".join(b"--%s\r\nContent-Disposition: form-data; %s\r\n" % (BOUNDARY, part) for part in parts)
    content_type = b"multipart/form-data; boundary=" + BOUNDARY
    return exchange(
        site, request("POST", "/personas/import/", cookies, content_type, body + b"--%s--\r\n" % BOUNDARY)
    )


@pytest.mark.parametrize("at_once", [1, 3])
@pytest.mark.parametrize("part", COSTLY)
def test_a_mebibyte_of_it_stops_nobody(site: Site, cookies: bytes, part: str, at_once: int) -> None:
    document = (part * (MIB // len(part))).encode()
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: answers.append(upload(site, cookies, document)))
        for _ in range(at_once)
    ]
    with bystander(site) as watching:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [answer.split(b" ", 2)[1] for answer in answers] == [b"422"] * at_once
    assert all(b"a.json: " in answer for answer in answers)
    assert watching.delay_ms < HEALTH_MS
