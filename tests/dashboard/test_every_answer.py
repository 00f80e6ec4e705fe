"""The headers of every response: the CSP, a request id, no framing."""

import logging
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path

from dashboard import settings as product
from dashboard.middleware import CONTENT_SECURITY_POLICY
from dashboard.urls import handler403, handler404, handler500, urlpatterns

__all__ = ["handler403", "handler404", "handler500"]


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("canary of an exception")


urlpatterns = [*urlpatterns, path("broken/", broken)]


@pytest.fixture
def quiet_client(admin_client: Client) -> Iterator[Client]:
    """Return a client that gets the error page instead of the exception, as a browser does."""
    admin_client.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=product.MIDDLEWARE):
        yield admin_client


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/", 200),
        ("/health/", 200),
        ("/admin/", 200),
        ("/sign-in/link/unknown/", 302),
        ("/nowhere/", 404),
        ("/broken/", 500),
        ("/static/css/base.css", 200),
    ],
)
def test_every_answer_has_the_policy_and_a_request_id(
    quiet_client: Client, address: str, status: int
) -> None:
    answer = quiet_client.get(address)
    assert isinstance(b"".join(answer), bytes)
    answer.close()
    assert answer.status_code == status
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert len(answer.headers["X-Request-ID"]) == 32
    assert status == 200 or answer.headers.get("X-Frame-Options", "DENY") == "DENY"


@pytest.mark.parametrize(("address", "status"), [("/nowhere/", 404), ("/broken/", 500)])
def test_an_error_page_shows_its_request_id_and_no_trace(
    quiet_client: Client, address: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = quiet_client.get(address)
    page = answer.content.decode()
    assert answer.headers["X-Request-ID"] in page
    assert "canary" not in page
    assert "Traceback" not in page


def test_the_log_has_the_request_id_of_the_error_page(quiet_client: Client) -> None:
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Keep()
    (stderr,) = logging.getLogger().handlers[:1]
    handler.setFormatter(stderr.formatter)
    logging.getLogger("django.request").addHandler(handler)
    try:
        answer = quiet_client.get("/broken/")
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert any(answer.headers["X-Request-ID"] in line for line in lines)


def test_a_foreign_host_is_refused(client: Client) -> None:
    answer = client.get("/sign-in/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_a_form_without_its_token_is_refused_with_what_to_do(admin_user: object) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-out/")
    assert answer.status_code == 403
    assert "reload the page" in answer.content.decode()


def test_a_request_id_of_the_client_is_not_taken(client: Client, db: None) -> None:
    answer = client.get("/health/", headers={"x-request-id": "forged"})
    assert answer.headers["X-Request-ID"] != "forged"


async def test_the_same_holds_for_async_requests(async_client: AsyncClient) -> None:
    answer = await async_client.get("/nowhere/")
    assert answer.status_code == 404
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
