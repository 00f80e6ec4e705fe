"""How a refusal reads, whichever server or front door refused the request."""

import logging
from typing import Any

import pytest

from dashboard.asgi import application
from dashboard.body_limits import DEFAULT_BODY_BYTES, FORM_BYTES, REFUSAL, TOO_MUCH_UNDER_WAY
from personas.api.limits import BODY_BYTES
from tests.dashboard.asgi_scopes import scope_of

DECLARED = (b"content-length", b"99999999")
OF_EVERY_ANSWER = {
    b"content-security-policy",
    b"cross-origin-opener-policy",
    b"referrer-policy",
    b"x-content-type-options",
    b"x-frame-options",
    b"x-request-id",
}


async def answer_to(scope: dict[str, Any]) -> tuple[int, dict[bytes, str], str]:
    """Return status, headers and body."""
    start, body = [], b""

    async def receive() -> Any:
        raise AssertionError("A refused request's body is not read.")

    async def send(message: Any) -> None:
        nonlocal body
        if message["type"] == "http.response.start":
            start.append(message)
        body += message.get("body", b"")

    await application(scope, receive, send)  # type: ignore[arg-type] # a scope as ASGI describes it
    headers = {name.lower(): value.decode() for name, value in start[0]["headers"]}
    return start[0]["status"], headers, body.decode()


@pytest.mark.parametrize(
    ("path", "content_type", "words"),
    [
        ("/sign-in/", "text/html", f"at most {DEFAULT_BODY_BYTES:,} bytes"),
        ("/nowhere", "text/html", f"at most {DEFAULT_BODY_BYTES:,} bytes"),
        ("/personas/import/", "text/html", "at most 5,242,880 bytes"),
        ("/admin/auth/user/", "text/html", f"at most {FORM_BYTES:,} bytes"),
        (
            "/v2/personas",
            "application/json",
            f'"message": "The body is too large: at most {BODY_BYTES:,} bytes',
        ),
        ("/demo/v1/chat/completions", "application/json", '"error":{"message":"The body is too large'),
    ],
)
async def test_it_reads_like_every_answer_of_its_path(path: str, content_type: str, words: str) -> None:
    status, headers, body = await answer_to(scope_of(path, DECLARED))
    assert (status, headers[b"connection"]) == (413, "close")
    assert headers[b"content-type"].startswith(content_type)
    assert headers[b"content-length"] == str(len(body.encode()))
    assert headers.keys() >= OF_EVERY_ANSWER
    assert words in body
    if content_type == "text/html":
        assert headers[b"x-request-id"] in body


async def test_htmx_gets_a_part_of_a_page() -> None:
    _, _, body = await answer_to(scope_of("/sign-in/", DECLARED, (b"hx-request", b"true")))
    assert body.startswith('<p class="notice')


async def test_its_id_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "django.request"):
        await answer_to(scope_of("/sign-in/", DECLARED))
    assert caplog.messages == ["Request Entity Too Large: /sign-in/"]


async def test_a_refused_client_learns_when_to_retry() -> None:
    status, headers, body = await answer_to(scope_of("/v2/personas") | {REFUSAL: TOO_MUCH_UNDER_WAY})
    assert (status, headers[b"retry-after"], headers[b"connection"]) == (503, "5", "close")
    assert TOO_MUCH_UNDER_WAY.message in body
