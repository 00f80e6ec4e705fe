"""Which headers of a request go on, and which of its answer go back."""

import pytest

from playground.inspectors.forwarding import RawHeaders
from playground.inspectors.passed_headers import VIA, answer_headers, has_body, request_headers

OWN = ("greenroom-session", "greenroom-csrf")


def headers(*lines: str) -> RawHeaders:
    return tuple((name.encode(), value.encode()) for name, value in (line.split(": ", 1) for line in lines))


def sent(*lines: str) -> RawHeaders:
    return request_headers(headers(*lines), own_cookies=OWN)


def test_all_but_those_of_the_connection_go_on_in_their_order_and_spelling() -> None:
    went = sent(
        "Host: inspector.example",
        "x-B: 1",
        "Connection: keep-alive, X-Named",
        "conversation_id: c1",
        "x-named: only for this connection",
        "X-b: 2",
        "Keep-Alive: timeout=5",
        "Proxy-Authorization: Basic x",
        "TE: trailers",
        "Trailer: X-Sum",
        "Upgrade: h2c",
        "Expect: 100-continue",
        "Authorization: Bearer sk-1",
        "Content-Length: 5",
        "Accept-Encoding: br;q=1, gzip",
    )
    assert went == (
        *headers(
            "x-B: 1",
            "conversation_id: c1",
            "X-b: 2",
            "Authorization: Bearer sk-1",
            "Content-Length: 5",
            "Accept-Encoding: br;q=1, gzip",
        ),
        VIA,
    )


def test_a_chunked_body_has_no_length_of_its_own() -> None:
    assert sent("Transfer-Encoding: chunked", "Content-Length: 5") == (VIA,)


@pytest.mark.parametrize(
    ("cookie", "went"),
    [
        ("a=1;b=2 ;  c", "a=1;b=2 ;  c"),
        ("a=1; greenroom-session=secret; b=2", "a=1; b=2"),
        ("greenroom-csrf=x; b=2", "b=2"),
        ("greenroom-session=secret", None),
    ],
)
def test_cookies_that_sign_in_here_go_nowhere_else(cookie: str, went: str | None) -> None:
    assert sent(f"Cookie: {cookie}") == (*(() if went is None else headers(f"Cookie: {went}")), VIA)


def test_an_answer_neither_sets_cookies_nor_speaks_for_this_site() -> None:
    answer = headers(
        "Set-Cookie: greenroom-session=theirs; Path=/",
        "Set-Cookie: a=1; Path=/; HttpOnly",
        "set-cookie: a=2",
        "Refresh: 0; url=/sign-in/",
        "Strict-Transport-Security: max-age=1",
        "Clear-Site-Data: *",
        "Connection: X-Hop",
        "X-Hop: 1",
        "Location: https://elsewhere.example/",
        "Content-Encoding: gzip",
    )
    assert answer_headers(answer) == headers(
        "Location: https://elsewhere.example/",
        "Content-Encoding: gzip",
    )


@pytest.mark.parametrize(
    ("line", "is_there"),
    [
        ("Content-Length: 0", False),
        ("content-length: 12", True),
        ("Transfer-Encoding: chunked", True),
        ("A: 1", False),
    ],
)
def test_a_body_is_told_by_its_headers(line: str, is_there: bool) -> None:
    assert has_body(headers(line)) is is_there
