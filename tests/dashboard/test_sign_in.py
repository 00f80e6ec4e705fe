"""Sign-in and sign-out: by password, by one-time link, and never by an old session."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboard.models import LINK_LIFETIME, SignInLink
from dashboard.people import ensure_first_admin

PASSWORD = "correct horse battery"


def link_for(user: User) -> str:
    return reverse("sign-in-link", args=[SignInLink.make_token(user)])


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("home")).status_code == 200


def test_a_link_signs_in_once(client: Client, user: User) -> None:
    link = link_for(user)
    assert client.get(link).headers["Location"] == reverse("home")
    assert is_signed_in(client)
    second = Client()
    answer = second.get(link)
    assert answer.status_code == 410
    assert "signin_link" in answer.content.decode()
    assert not is_signed_in(second)


def test_a_used_link_leads_a_signed_in_user_home(client: Client, user: User) -> None:
    link = link_for(user)
    client.get(link)
    assert client.get(link).headers["Location"] == reverse("home")


def test_a_link_expires(client: Client, user: User) -> None:
    link = link_for(user)
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(link).status_code == 410


def test_links_that_have_long_expired_are_forgotten(user: User) -> None:
    SignInLink.make_token(user)
    SignInLink.objects.update(expires_at=timezone.now() - 2 * LINK_LIFETIME)
    SignInLink.make_token(user)
    assert SignInLink.objects.count() == 1


def test_a_link_of_a_deactivated_user_is_invalid(client: Client, user: User) -> None:
    link = link_for(user)
    User.objects.update(is_active=False)
    assert client.get(link).status_code == 410
    assert not is_signed_in(client)


def test_the_token_itself_is_not_stored(user: User) -> None:
    token = SignInLink.make_token(user)
    assert token not in str(SignInLink.objects.values().get())


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_with_one_link_one_is_signed_in() -> None:
    token = SignInLink.make_token(User.objects.create_user("alice"))

    def redeem(_attempt: int) -> User | None:
        try:
            return SignInLink.redeem(token)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        users = list(pool.map(redeem, range(4)))
    assert sum(user is not None for user in users) == 1


def test_signing_in_gives_the_session_a_new_key(client: Client, user: User) -> None:
    session = client.session
    session["before"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    client.get(link_for(user))
    assert client.session.session_key != session.session_key
    old = Client()
    old.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    assert not is_signed_in(old)


def test_a_password_signs_in_too(client: Client, user: User) -> None:
    user.set_password(PASSWORD)
    user.save()
    answer = client.post(reverse("sign-in"), {"username": user.username, "password": PASSWORD})
    assert answer.headers["Location"] == reverse("home")
    assert is_signed_in(client)


def test_a_wrong_password_says_the_same_as_an_unknown_name(client: Client, user: User) -> None:
    user.set_password(PASSWORD)
    user.save()
    answers = [
        client.post(reverse("sign-in"), {"username": name, "password": "wrong"}).content.decode()
        for name in (user.username, "nobody")
    ]
    messages = [answer.split('class="errorlist')[1].split("</ul>")[0] for answer in answers]
    assert messages[0] == messages[1]
    assert "correct username and password" in messages[0]


def test_sign_in_leads_to_this_site_alone(client: Client, user: User) -> None:
    user.set_password(PASSWORD)
    user.save()
    form = {"username": user.username, "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post(reverse("sign-in"), form).headers["Location"] == reverse("home")


def test_sign_out_needs_a_post(user_client: Client) -> None:
    assert user_client.get(reverse("sign-out")).status_code == 405
    assert is_signed_in(user_client)
    user_client.post(reverse("sign-out"))
    assert not is_signed_in(user_client)


def test_pages_lead_to_sign_in_and_back(client: Client, db: None) -> None:
    answer = client.get(reverse("home"))
    assert answer.headers["Location"] == f"{reverse('sign-in')}?next={reverse('home')}"


def test_the_command_prints_a_link_that_works(client: Client, admin_user: User) -> None:
    printed = StringIO()
    call_command("signin_link", stdout=printed)
    assert client.get(urlsplit(printed.getvalue().strip()).path).status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200


def test_the_command_names_whom_it_does_not_know(db: None) -> None:
    with pytest.raises(CommandError, match="no active user 'zoe'"):
        call_command("signin_link", "zoe")
    with pytest.raises(CommandError, match="no active admin"):
        call_command("signin_link")


def test_the_first_admin_is_made_once_and_has_no_password(db: None) -> None:
    admin = ensure_first_admin()
    assert admin is not None
    assert admin.is_superuser
    assert not admin.has_usable_password()
    assert ensure_first_admin() is None


@pytest.mark.parametrize(
    "leads_to",
    ["/sign-in/", "/sign-in/?next=/sign-in/", "http://testserver/sign-in/", "//testserver/sign-in/"],
)
def test_an_address_that_leads_back_to_the_sign_in_leads_home(user_client: Client, leads_to: str) -> None:
    answer = user_client.get("/sign-in/", {"next": leads_to}, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == "/"
