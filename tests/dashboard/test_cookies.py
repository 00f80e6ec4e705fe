"""The session cookie's attributes, and which headers are trusted for host and scheme."""

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse

PASSWORD = "correct horse battery"
TLS = {
    "SESSION_COOKIE_NAME": "__Host-greenroom-session",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_SSL_REDIRECT": True,
}


@pytest.fixture
def zoe(db: None) -> User:
    return User.objects.create_user("zoe", password=PASSWORD)


def sign_in(*, secure: bool = False) -> Client:
    client = Client()
    client.post(reverse("sign-in"), {"username": "zoe", "password": PASSWORD}, secure=secure)
    return client


def test_scripts_and_other_sites_do_not_get_the_sessions_cookie(zoe: User) -> None:
    cookie = sign_in().cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["domain"]


@override_settings(**TLS)
def test_behind_tls_the_cookie_is_bound_to_host_and_scheme(zoe: User) -> None:
    client = sign_in(secure=True)
    cookie = client.cookies["__Host-greenroom-session"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]


@override_settings(SECURE_SSL_REDIRECT=True)
def test_a_client_cannot_claim_tls_unless_a_proxy_is_trusted(db: None) -> None:
    claimed = {"x-forwarded-proto": "https"}
    assert Client().get(reverse("sign-in"), headers=claimed).status_code == 301
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        assert Client().get(reverse("sign-in"), headers=claimed).status_code == 200


def test_a_forwarded_host_is_not_taken(client: Client, db: None) -> None:
    answer = client.get(reverse("home"), headers={"x-forwarded-host": "evil.example"})
    assert "evil.example" not in answer.headers["Location"]
    refused = client.get(reverse("sign-in"), headers={"host": "evil.example"})
    assert refused.status_code == 400


def test_signing_in_with_a_password_gives_the_session_a_new_key(zoe: User) -> None:
    client = Client()
    session = client.session
    session["before"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    client.post(reverse("sign-in"), {"username": "zoe", "password": PASSWORD})
    assert client.session.session_key != session.session_key
    assert client.get(reverse("home")).status_code == 200
    old = Client()
    old.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    assert old.get(reverse("home")).status_code == 302


@pytest.mark.parametrize(
    "next_page",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "\t//evil.example",
    ],
)
def test_next_leads_nowhere_else(zoe: User, next_page: str) -> None:
    form = {"username": "zoe", "password": PASSWORD, "next": next_page}
    assert Client().post(reverse("sign-in"), form).headers["Location"] == reverse("home")
    signed_in = sign_in()
    assert signed_in.get(reverse("sign-in"), {"next": next_page}).headers["Location"] == reverse("home")


def test_next_leads_to_a_page_of_this_site(zoe: User) -> None:
    form = {"username": "zoe", "password": PASSWORD, "next": reverse("wire-docs")}
    assert Client().post(reverse("sign-in"), form).headers["Location"] == reverse("wire-docs")
