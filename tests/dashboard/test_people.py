"""Users: admins add, invite and deactivate them and change roles; each changes their own password."""

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse

from dashboard.api_keys import make_key, user_for_key
from dashboard.people import invitation_link
from dashboard.roles import Role, give_role, group_of, role_of
from tests.conftest import signed_in
from tests.dashboard.roles import person

PASSWORD = "correct horse battery"
NEW_PASSWORD = "a staple of another kind"


@pytest.fixture
def admin(admin_user: User) -> Client:
    return signed_in(admin_user)


@pytest.fixture
def zoe(db: None) -> User:
    zoe = person(Role.EDITOR, "zoe")
    zoe.set_password(PASSWORD)
    zoe.save()
    return zoe


def link_on(page: str) -> str:
    match = re.search(r'id="invitation-link">([^<]+)<', page)
    assert match
    return urlsplit(match.group(1)).path


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("home")).status_code == 200


def set_password(client: Client, link: str, password: str = PASSWORD) -> int:
    """Follow an invitation and post a password; return the last response's status."""
    opened = client.get(link)
    if opened.status_code != 302:
        return opened.status_code
    form = {"new_password1": password, "new_password2": password}
    return client.post(opened.headers["Location"], form).status_code


def test_someone_who_is_added_sets_a_password_and_is_in(admin: Client) -> None:
    answer = admin.post(reverse("people:new"), {"username": "yan", "role": "editor"})
    yan = User.objects.get(username="yan")
    assert role_of(yan) is Role.EDITOR
    assert not yan.has_usable_password()
    client = Client()
    assert set_password(client, link_on(answer.content.decode())) == 302
    assert is_signed_in(client)
    assert Client().login is not None
    yan.refresh_from_db()
    assert yan.check_password(PASSWORD)


def test_an_invitation_works_once(admin: Client) -> None:
    link = link_on(admin.post(reverse("people:new"), {"username": "yan", "role": "viewer"}).content.decode())
    assert set_password(Client(), link) == 302
    second = Client()
    assert set_password(second, link) == 410
    assert not is_signed_in(second)


def test_an_invitation_ends(zoe: User) -> None:
    link = urlsplit(invitation_link(zoe)).path
    with override_settings(PASSWORD_RESET_TIMEOUT=-1):
        assert set_password(Client(), link) == 410


def test_an_invitation_holds_to_the_password_rules(zoe: User) -> None:
    client = Client()
    assert set_password(client, urlsplit(invitation_link(zoe)).path, "short") == 200
    assert not is_signed_in(client)


def test_an_invitation_names_the_configured_host(admin: Client, zoe: User) -> None:
    answer = admin.post(reverse("people:invite", args=[zoe.pk]), headers={"host": "127.0.0.1"})
    assert f">{settings.SITE_URL}/account/invitation/" in answer.content.decode()


def test_the_page_with_an_invitation_is_not_kept_by_browsers(admin: Client, zoe: User) -> None:
    answer = admin.post(reverse("people:invite", args=[zoe.pk]))
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("username", ["", "ZOE", "a b", "x" * 151, "a\0b"])
def test_a_user_name_that_cannot_be_is_refused(admin: Client, zoe: User, username: str) -> None:
    count = User.objects.count()
    answer = admin.post(reverse("people:new"), {"username": username, "role": "viewer"})
    assert answer.status_code == 422
    assert User.objects.count() == count


def test_a_role_takes_effect_at_the_next_request(admin: Client, zoe: User) -> None:
    client = signed_in(zoe)
    assert client.get(reverse("personas:new")).status_code == 200
    admin.post(reverse("people:role", args=[zoe.pk]), {"role": "viewer"})
    assert client.get(reverse("personas:new")).status_code == 403
    assert client.get(reverse("personas:list")).status_code == 200


def test_an_unknown_role_is_refused(admin: Client, zoe: User) -> None:
    assert admin.post(reverse("people:role", args=[zoe.pk]), {"role": "king"}).status_code == 422
    assert role_of(zoe) is Role.EDITOR


def test_a_superuser_with_another_role_is_no_longer_one(admin: Client, db: None) -> None:
    other = User.objects.create_superuser("other")
    admin.post(reverse("people:role", args=[other.pk]), {"role": "viewer"})
    other = User.objects.get(pk=other.pk)
    assert not other.is_superuser
    assert not other.has_perm("auth.view_user")


@pytest.mark.parametrize("action", ["role", "deactivate", "activate"])
def test_admins_cannot_demote_or_deactivate_themselves(admin: Client, admin_user: User, action: str) -> None:
    answer = admin.post(reverse(f"people:{action}", args=[admin_user.pk]), {"role": "viewer"})
    assert answer.status_code == 403
    assert User.objects.get(pk=admin_user.pk).is_superuser
    assert User.objects.get(pk=admin_user.pk).is_active


def test_deactivation_ends_sessions_password_invitations_and_keys(admin: Client, zoe: User) -> None:
    client = signed_in(zoe)
    link = urlsplit(invitation_link(zoe)).path
    key = make_key("script", user=zoe, role=group_of(Role.EDITOR))[1]
    admin.post(reverse("people:deactivate", args=[zoe.pk]))
    assert not is_signed_in(client)
    assert user_for_key(key) is None
    assert set_password(Client(), link) == 410
    answer = admin.post(reverse("people:activate", args=[zoe.pk]))
    assert not is_signed_in(client)
    assert user_for_key(key) is None
    assert set_password(Client(), link) == 410
    assert set_password(Client(), link_on(answer.content.decode()), NEW_PASSWORD) == 302


def test_a_deactivated_user_cannot_be_invited(admin: Client, zoe: User) -> None:
    admin.post(reverse("people:deactivate", args=[zoe.pk]))
    assert admin.post(reverse("people:invite", args=[zoe.pk])).status_code == 404


def change_password(client: Client, **fields: str) -> int:
    new = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    return client.post(reverse("account"), fields | new).status_code


def test_a_new_password_ends_the_other_sessions(zoe: User) -> None:
    here, elsewhere = signed_in(zoe), signed_in(zoe)
    assert change_password(here, old_password=PASSWORD) == 302
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_a_password_is_not_changed_without_the_old_one(zoe: User) -> None:
    client = signed_in(zoe)
    assert change_password(client) == 200
    assert change_password(client, old_password="wrong") == 200
    zoe.refresh_from_db()
    assert zoe.check_password(PASSWORD)


def test_who_came_in_by_a_link_sets_a_first_password(admin_user: User, admin: Client) -> None:
    assert "old_password" not in admin.get(reverse("account")).content.decode()
    assert change_password(admin) == 302
    admin_user.refresh_from_db()
    assert admin_user.check_password(NEW_PASSWORD)


def test_the_list_says_who_is_what(admin: Client, zoe: User, stranger: User) -> None:
    give_role(stranger, Role.SECRET_MANAGER)
    page = admin.get(reverse("people:list")).content.decode()
    assert "zoe" in page
    assert "editor" in page
    assert "secret manager" in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.SECRET_MANAGER])
def test_only_admins_see_people(db: None, role: Role) -> None:
    client = signed_in(person(role))
    assert client.get(reverse("people:list")).status_code == 403
    assert reverse("people:list") not in client.get(reverse("home")).content.decode()
