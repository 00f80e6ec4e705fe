"""Sign-in is throttled after failures, and nobody can lock out another user."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from dashboard.models import SignInLink
from dashboard.sign_in_throttle import FAILURES_AT_AN_ACCOUNT, FAILURES_OF_AN_ADDRESS, client_address

PASSWORD = "correct horse battery"
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def zoe(db: None) -> User:
    return User.objects.create_user("zoe", password=PASSWORD)


def attempt(username: str, password: str = "wrong", address: str = ELSEWHERE) -> int:
    """Return the status: 302 signed in, 200 refused, 429 throttled."""
    form = {"username": username, "password": password}
    return Client(REMOTE_ADDR=address).post(reverse("sign-in"), form).status_code


def fail_until_slowed(username: str, address: str = ELSEWHERE) -> int:
    for count in range(1, 20):
        if attempt(username, address=address) == 429:
            return count
    raise AssertionError("Never slowed down.")


def test_the_fifth_failure_slows_down_even_the_right_password(zoe: User) -> None:
    assert fail_until_slowed("zoe") == 5
    assert attempt("zoe", PASSWORD) == 429


def test_an_unknown_user_is_slowed_down_alike(zoe: User) -> None:
    assert fail_until_slowed("nobody") == 5
    answers = [
        Client(REMOTE_ADDR=ELSEWHERE).post(reverse("sign-in"), {"username": name, "password": "wrong"})
        for name in ["nobody"] + ["zoe"] * 5
    ]
    unknown, known = answers[0], answers[-1]
    assert unknown.status_code == known.status_code == 429
    assert unknown.headers["Retry-After"] == known.headers["Retry-After"] == "900"
    assert main_of(unknown.content.decode()) == main_of(known.content.decode())


def main_of(page: str) -> str:
    return page.split("<main")[1].split("</main>")[0]


def test_another_address_is_not_slowed_down(zoe: User) -> None:
    fail_until_slowed("zoe")
    assert attempt("zoe", PASSWORD, HOME) == 302


def test_the_wait_ends_after_15_minutes_despite_further_attempts(zoe: User) -> None:
    fail_until_slowed("zoe")
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=14))
    assert attempt("zoe") == 429
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=2))
    assert attempt("zoe", PASSWORD) == 302


def test_a_good_password_forgets_the_failures(zoe: User) -> None:
    for _ in range(4):
        attempt("zoe")
    assert attempt("zoe", PASSWORD) == 302
    assert fail_until_slowed("zoe") == 5


def failures(count: int, username: str, address: str) -> None:
    AccessAttempt.objects.create(
        username=username, ip_address=address, failures_since_start=count, user_agent=f"{username}{address}"
    )


def test_an_address_that_tries_many_accounts_has_to_wait(zoe: User) -> None:
    for number in range(FAILURES_OF_AN_ADDRESS):
        failures(1, f"user-{number}", ELSEWHERE)
    assert attempt("zoe", PASSWORD) == 429
    assert attempt("zoe", PASSWORD, HOME) == 302


def test_an_account_tried_from_many_addresses_stays_open_to_its_owner(zoe: User) -> None:
    assert attempt("zoe", PASSWORD, HOME) == 302
    for number in range(FAILURES_AT_AN_ACCOUNT):
        failures(1, "zoe", f"203.0.113.{number}")
    assert attempt("zoe", PASSWORD, ELSEWHERE) == 429
    assert attempt("zoe", PASSWORD, HOME) == 302


def test_a_link_signs_in_whatever_happened_before(zoe: User) -> None:
    for address in (HOME, ELSEWHERE):
        fail_until_slowed("zoe", address)
    link = reverse("sign-in-link", args=[SignInLink.make_token(zoe)])
    assert Client(REMOTE_ADDR=HOME).get(link).headers["Location"] == reverse("home")


def test_the_admin_has_no_sign_in_of_its_own(client: Client, zoe: User) -> None:
    form = {"username": "zoe", "password": PASSWORD}
    answer = client.post(reverse("admin:login"), form)
    assert answer.headers["Location"] == f"{reverse('sign-in')}?next={reverse('admin:index')}"
    assert client.get(reverse("home")).status_code == 302


def test_the_password_is_not_stored_with_the_failure(zoe: User) -> None:
    attempt("zoe", "canary-of-a-password")
    assert "canary" not in str(AccessAttempt.objects.values().get())


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "expected"),
    [
        (False, ELSEWHERE, HOME),
        (True, ELSEWHERE, ELSEWHERE),
        (True, f"203.0.113.9, {ELSEWHERE}", ELSEWHERE),
        (True, "", HOME),
        (True, "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::"),
    ],
)
def test_only_the_proxys_own_forwarded_address_is_trusted(
    behind_proxy: bool, forwarded: str, expected: str
) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=HOME, HTTP_X_FORWARDED_FOR=forwarded)
    with override_settings(BEHIND_PROXY=behind_proxy):
        assert client_address(request) == expected


def test_the_numbers_are_those_of_the_settings() -> None:
    assert settings.AXES_FAILURE_LIMIT == 5
    assert timedelta(minutes=15) == settings.AXES_COOLOFF_TIME
