"""How a refusal reads, whichever server or front door refused the request."""

import asyncio
import logging
from typing import Any

import pytest

from dashboard.asgi import application
from dashboard.body_limits import DEFAULT_BODY_BYTES, FORM_BYTES, REFUSAL, TOO_MUCH_UNDER_WAY
from personas.api.limits import BODY_BYTES
from tests.dashboard.asgi_scopes import scope_of
from tests.virtual_time import run_virtually

DECLARED = (b"content-length", b"99999999")
OF_EVERY_ANSWER = {
    b"content-security-policy",
    b"cross-origin-opener-policy",
    b"referrer-policy",
    b"x-content-type-options",
    b"x-frame-options",
    b"x-request-id",
}


class Client:
    """Sends parts of a body, of which the last is waited for without end, and keeps what it is answered."""

    def __init__(self, *parts: dict[str, Any]) -> None:
        self._coming = list(parts)
        self.answer: list[Any] = []
        self.unsent_at_end = 0

    async def receive(self) -> Any:
        return self._coming.pop(0) if self._coming else await asyncio.get_running_loop().create_future()

    async def send(self, message: Any) -> None:
        self.answer.append(message)
        self.unsent_at_end = len(self._coming)

    async def ask(self, scope: dict[str, Any]) -> tuple[int, dict[bytes, str], str]:
        """Return status, headers and body."""
        await application(scope, self.receive, self.send)  # type: ignore[arg-type] # as ASGI describes it
        start, *bodies = self.answer
        headers = {name.lower(): value.decode() for name, value in start["headers"]}
        return start["status"], headers, b"".join(part["body"] for part in bodies).decode()


def part(*, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": b"x" * 65_536, "more_body": more}


async def answer_to(scope: dict[str, Any]) -> tuple[int, dict[bytes, str], str]:
    return await Client(part(more=False)).ask(scope)


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


def test_the_rest_of_the_body_is_dropped_before_the_end() -> None:
    client = Client(*[part(more=True)] * 100, part(more=False))
    status, *_ = run_virtually(client.ask(scope_of("/sign-in/", DECLARED)))
    assert (status, client.unsent_at_end) == (413, 0)


def test_a_body_without_an_end_is_dropped_for_a_while() -> None:
    client = Client(*[part(more=True)] * 100)
    status, *_ = run_virtually(client.ask(scope_of("/sign-in/", DECLARED)))
    assert (status, client.answer[-1]["more_body"]) == (413, False)


def test_who_leaves_is_not_waited_for() -> None:
    client = Client({"type": "http.disconnect"}, part(more=False))
    run_virtually(client.ask(scope_of("/sign-in/", DECLARED)))
    assert client.unsent_at_end == 1
