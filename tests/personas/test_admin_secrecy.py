"""No page, report, log or history of the admin ever shows the value of a token secret."""

import logging
from unittest.mock import patch

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from personas.models import TokenSecret
from tests.personas.making import CANARY, make_secret
from tests.personas.secret_pages import ADD, LIST, errors_of, html_of, page_of, typed

pytestmark = pytest.mark.django_db

CANARY_INSIDE = CANARY[12:-4]
"""What of it no page may show: a search repeats its term, and the last four characters are meant to be seen."""


@pytest.mark.parametrize(
    "address",
    [
        LIST,
        f"{LIST}?q={CANARY[:12]}",
        f"{LIST}?q=MY",
        "change",
        "change?_popup=1",
        "history",
        "delete",
        reverse("admin:autocomplete")
        + "?app_label=personas&model_name=persona&field_name=token_secret&term=MY",
        reverse("admin:index"),
    ],
)
def test_no_page_of_the_admin_shows_a_value(admin_client: Client, address: str) -> None:
    secret = make_secret(value="")
    admin_client.post(page_of(secret), typed(value=CANARY))
    secret.refresh_from_db()
    if not address.startswith("/"):
        name, _, query = address.partition("?")
        address = f"{page_of(secret, name)}?{query}"
    response = admin_client.get(address)
    assert response.status_code == 200
    assert CANARY_INSIDE not in html_of(response)
    assert secret.ciphertext not in html_of(response)


def test_a_search_does_not_find_by_value_or_last_four(admin_client: Client) -> None:
    make_secret()
    for term in (CANARY, CANARY[-4:], "gAAAA"):
        assert admin_client.get(LIST, {"q": term}).context["cl"].result_count == 0


def test_the_answer_of_a_popup_has_the_name_alone(admin_client: Client) -> None:
    response = admin_client.post(f"{ADD}?_popup=1", typed(value=CANARY) | {"_popup": "1"})
    assert "MY_TOKEN" in html_of(response)
    assert CANARY_INSIDE not in html_of(response)


def test_a_refused_form_comes_back_without_the_value(admin_client: Client) -> None:
    response = admin_client.post(ADD, typed(name="not a name", value=CANARY))
    assert list(errors_of(response)) == ["name"]
    assert CANARY not in html_of(response)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"value": "another-value-entered"}, "Value replaced."),
        ({"clear_value": "on"}, "Value cleared."),
        ({"name": "NEW", "allowed_hosts": "a.example.com"}, "Name changed, allowed hosts changed."),
        ({}, "Nothing changed."),
    ],
)
def test_the_history_says_what_happened_without_a_value(
    admin_client: Client, fields: dict[str, str], message: str
) -> None:
    secret = make_secret()
    admin_client.post(page_of(secret), typed(**fields))
    assert LogEntry.objects.get().get_change_message() == message
    assert message in html_of(admin_client.get(page_of(secret, "history")))


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    "broken", ["personas.admin.secret_form.validate_value", "personas.models.TokenSecret.save"]
)
def test_an_error_report_hides_the_value_even_under_debug(
    admin_user: User, settings: Settings, broken: str, debug: bool
) -> None:
    settings.DEBUG = debug
    client = Client(raise_request_exception=False)
    client.force_login(admin_user)
    with patch(broken, side_effect=RuntimeError("on purpose")):
        response = client.post(ADD, typed(value=CANARY))
    assert response.status_code == 500
    assert ("on purpose" in html_of(response)) is debug
    assert CANARY not in html_of(response)


def test_nothing_of_it_is_logged(
    admin_client: Client, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    settings.DEBUG = True
    for logger in ("", "django", "django.db.backends"):
        caplog.set_level(logging.DEBUG, logger=logger)
    admin_client.post(ADD, typed(value=CANARY))
    admin_client.post(page_of(TokenSecret.objects.get()), typed(value=CANARY + "2"))
    admin_client.get(LIST)
    assert "INSERT INTO" in caplog.text
    assert CANARY not in caplog.text


def test_the_value_goes_into_a_field_that_browsers_do_not_fill(admin_client: Client) -> None:
    page = html_of(admin_client.get(page_of(make_secret())))
    [field] = [tag for tag in page.split("<input") if 'name="value"' in tag]
    assert 'type="password"' in field
    assert 'autocomplete="off"' in field
    assert " value=" not in field.split(">")[0]
