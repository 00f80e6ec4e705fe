"""Bodies that are too large, too slow or in too many pieces are refused, and keep nobody waiting."""

import json
import socket
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import pytest

from tests.browser.site import Site
from tests.dashboard.attacks.attacking import (
    at_once,
    bystander,
    exchange,
    forget_most_memory,
    head,
    most_memory_mib,
    request,
)

pytestmark = pytest.mark.quiet  # Measures how long others wait: tests beside it would be measured too.

MIB = 1024 * 1024
FORM = b"Content-Type: application/x-www-form-urlencoded"
JSON = b"Content-Type: application/json"
CHUNKED = b"Transfer-Encoding: chunked"
UPLOADS = 300
UPLOADED = 900_000
PART = b"[1]," * 16_384


def test_a_form_of_48_mib_is_refused_and_stops_nobody(site: Site) -> None:
    """/health/ took 15,018 ms and the process 572 MiB more; 15 ms and less than 16 MiB after."""
    body = b"a&" * (24 * MIB)
    forget_most_memory(site)
    before_mib = most_memory_mib(site)
    with bystander(site) as watching:
        answer = exchange(site, head("POST", "/sign-in/", FORM, b"Content-Length: %d" % len(body)), body)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"at most 65,536 bytes are taken" in answer
    watching.assert_served_in_time()
    assert most_memory_mib(site) - before_mib < 16


def test_a_body_without_a_declared_length_is_counted(site: Site) -> None:
    """The same figures, to a client that doesn't say how much it sends."""
    chunk = b"10000\r\n" + b"a&" * 0x8000 + b"\r\n"
    forget_most_memory(site)
    before_mib = most_memory_mib(site)
    with bystander(site) as watching:
        answer = exchange(site, head("POST", "/sign-in/", FORM, CHUNKED), *[chunk] * 768)
    assert answer.startswith(b"HTTP/1.1 413 ")
    watching.assert_served_in_time()
    assert most_memory_mib(site) - before_mib < 16


def test_a_mebibyte_in_chunks_of_a_byte_is_refused(site: Site) -> None:
    """A million chunks of a byte: /health/ took 1,194 ms before they were counted, 43 ms after."""
    with bystander(site) as watching:
        answer = exchange(site, head("POST", "/v2/personas", CHUNKED), b"1\r\na\r\n" * MIB, b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"too many small chunks" in answer
    watching.assert_served_in_time()


def test_many_bodies_of_the_limit_at_once_stop_nobody(site: Site) -> None:
    body = b"a&" * (32 * 1024)
    form = request("POST", "/sign-in/", body, FORM)
    with bystander(site) as watching:
        answers = at_once(20, lambda: exchange(site, form))
    assert {answer.partition(b"\r\n")[0] for answer in answers} <= {
        b"HTTP/1.1 400 Bad Request",
        b"HTTP/1.1 403 Forbidden",
    }
    watching.assert_served_in_time()


def test_hundreds_of_unfinished_uploads_stop_nobody(site: Site) -> None:
    """300 of 900 KB took 566 ms while each began a file and a thread; 168 ms after."""
    address = urlsplit(site.url)
    with bystander(site) as watching, ExitStack() as opened:
        uploads = [opened.enter_context(socket.socket()) for _ in range(UPLOADS)]
        for upload in uploads:
            upload.connect((address.hostname, address.port))
            upload.setblocking(False)
            upload.sendall(head("POST", "/personas/import/", JSON, b"Content-Length: %d" % MIB))
        for _ in range(UPLOADED // len(PART)):
            for upload in uploads:
                with suppress(OSError):  # refused already, or not read yet
                    upload.send(PART)
    watching.assert_served_in_time()


def test_an_import_that_names_4800_secrets_makes_none_and_stops_nobody(site: Site, key: str) -> None:
    """One request made 4,800 secrets before they were counted; 32 of a document and 200 of a request after."""
    keys = {f"x{number}_api_key": f"sk-live-{number:010}" for number in range(4_800)}
    persona = {"persona_name": "Keys", "system_prompt": "", "layers": {"other": keys}}
    body = json.dumps(persona).encode()
    with bystander(site) as watching:
        refused = exchange(site, request("POST", "/v2/personas", body, b"x-api-key: " + key.encode()))
    assert refused.startswith(b"HTTP/1.1 400 ")
    assert b"32 keys and token secrets" in refused
    watching.assert_served_in_time()
