"""The admin: access by permission, and API keys that are shown once."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboard.api_keys import make_key, user_for_key
from dashboard.models import ApiKey
from dashboard.roles import Role, group_of
from personas.models import TokenSecret
from playground.models import Conversation
from tests.conftest import make_user, signed_in
from tests.dashboard.roles import person

KEYS = reverse("admin:dashboard_apikey_changelist")


def test_a_secret_manager_needs_no_is_staff(db: None) -> None:
    user = person(Role.SECRET_MANAGER)
    client = signed_in(user)
    assert not user.is_staff
    assert client.get(reverse("admin:index")).status_code == 200
    added = client.post(
        reverse("admin:personas_tokensecret_add"), {"name": "KEY", "allowed_hosts": "", "value": "v" * 20}
    )
    assert added.status_code == 302
    assert TokenSecret.objects.filter(name="KEY").exists()
    assert client.get(KEYS).status_code == 403


def test_a_user_without_permissions_gets_403_and_no_redirect_loop(stranger: User) -> None:
    assert signed_in(stranger).get(reverse("admin:index")).status_code == 403
    sent = signed_in(stranger).get(reverse("admin:login"), follow=True)
    assert sent.status_code == 403


def test_is_staff_alone_gives_no_access(stranger: User) -> None:
    stranger.is_staff = True
    stranger.save()
    assert signed_in(stranger).get(reverse("admin:index")).status_code == 403


def test_sign_in_leads_back_to_the_page_of_the_admin(client: Client, db: None) -> None:
    answer = client.get(KEYS, follow=True)
    assert answer.redirect_chain[-1][0] == f"{reverse('sign-in')}?next={KEYS}"


def test_the_admins_sign_in_leads_to_this_site_alone(client: Client, admin_user: User) -> None:
    admin_user.set_password("correct horse battery")
    admin_user.save()
    sent = client.get(reverse("admin:login"), {"next": "https://evil.example/"}).headers["Location"]
    form = {"username": "admin", "password": "correct horse battery"}
    assert client.post(sent, form).headers["Location"] == reverse("home")


def test_others_conversations_are_for_admins_alone(user: User, admin_client: Client) -> None:
    address = reverse("admin:playground_conversation_changelist")
    assert signed_in(make_user("dora", "playground.view_conversation")).get(address).status_code == 403
    assert signed_in(person(Role.SECRET_MANAGER)).get(address).status_code == 403
    assert admin_client.get(address).status_code == 200
    assert not Conversation.objects.exists()


def make_in_admin(client: Client, user: User, **fields: str) -> str:
    role = str(group_of(Role.EDITOR).pk)
    form = {"name": "script", "user": str(user.pk), "role": role, "expires_at_0": "", "expires_at_1": ""}
    page = client.post(reverse("admin:dashboard_apikey_add"), form | fields)
    match = re.search(r'id="api-key">([^<]+)<', page.content.decode())
    assert match, page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    return match.group(1)


def test_a_key_is_shown_once(admin_client: Client, user: User) -> None:
    key = make_in_admin(admin_client, user)
    assert user_for_key(key) == user
    stored = ApiKey.objects.get()
    for address in (KEYS, reverse("admin:dashboard_apikey_change", args=[stored.pk]), reverse("admin:index")):
        page = admin_client.get(address).content.decode()
        assert key not in page
        assert stored.digest not in page
    assert key not in str(list(LogEntry.objects.values()))


def test_the_list_shows_the_prefix_role_and_state_of_a_key(admin_client: Client, user: User) -> None:
    stored, key = make_key("script", user=user, role=group_of(Role.VIEWER))
    user_for_key(key)
    page = admin_client.get(KEYS).content.decode()
    assert f"{stored.prefix}…" in page
    assert "viewer" in page
    assert "works" in page
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert "expired" in admin_client.get(KEYS).content.decode()


def test_keys_are_revoked_by_choice(admin_client: Client, user: User) -> None:
    kept, lost = (make_key(name, user=user, role=group_of(Role.VIEWER)) for name in ("kept", "lost"))
    chosen = {"action": "revoke_chosen", "_selected_action": [str(lost[0].pk)]}
    assert admin_client.post(KEYS, chosen).status_code == 302
    assert user_for_key(kept[1]) == user
    assert user_for_key(lost[1]) is None
    assert "revoked" in admin_client.get(KEYS).content.decode()


def test_revoking_needs_the_forms_token(admin_user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    assert strict.post(KEYS, {"action": "revoke_chosen"}).status_code == 403


def test_a_key_keeps_its_user_and_its_role(admin_client: Client, user: User, other_user: User) -> None:
    stored, _ = make_key("script", user=user, role=group_of(Role.VIEWER))
    form = {"name": "renamed", "user": str(other_user.pk), "role": str(group_of(Role.ADMIN).pk)}
    form |= {"expires_at_0": "", "expires_at_1": ""}
    admin_client.post(reverse("admin:dashboard_apikey_change", args=[stored.pk]), form)
    stored.refresh_from_db()
    assert (stored.name, stored.user, stored.role.name) == ("renamed", user, "viewer")


@pytest.mark.parametrize("role", ["", "testers"])
def test_a_key_needs_one_of_the_roles(admin_client: Client, user: User, role: str) -> None:
    form = {"name": "script", "user": str(user.pk), "role": role, "expires_at_0": "", "expires_at_1": ""}
    assert admin_client.post(reverse("admin:dashboard_apikey_add"), form).status_code == 200
    assert not ApiKey.objects.exists()
