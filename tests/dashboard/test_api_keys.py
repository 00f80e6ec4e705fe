"""API keys: shown once, stored as digests, limited to the permissions of their user and role."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.api_keys import make_key, user_for_key
from dashboard.models import ApiKey
from dashboard.roles import Role, group_of
from tests.dashboard.roles import person

EDIT = "personas.change_persona"
LOOK = "personas.view_persona"


def key_of(user: User, role: Role = Role.ADMIN) -> str:
    return make_key("test", user=user, role=group_of(role))[1]


@pytest.fixture
def editor(db: None) -> User:
    return person(Role.EDITOR)


def test_a_key_speaks_for_its_user(editor: User) -> None:
    key_user = user_for_key(key_of(editor))
    assert key_user == editor
    assert key_user is not None
    assert key_user.api_key.name == "test"


@pytest.mark.parametrize(
    ("user_role", "key_role", "may"),
    [
        (Role.EDITOR, Role.EDITOR, {EDIT: True, LOOK: True}),
        (Role.EDITOR, Role.VIEWER, {EDIT: False, LOOK: True}),
        (Role.VIEWER, Role.ADMIN, {EDIT: False, LOOK: True}),
        (Role.ADMIN, Role.EDITOR, {EDIT: True, "auth.view_user": False}),
    ],
)
def test_a_key_may_do_what_both_its_user_and_its_role_may(
    db: None, user_role: Role, key_role: Role, may: dict[str, bool]
) -> None:
    key_user = user_for_key(key_of(person(user_role), key_role))
    assert key_user is not None
    assert {right: key_user.has_perm(right) for right in may} == may
    assert {right: right in key_user.get_all_permissions() for right in may} == may
    assert key_user.has_perms([right for right, granted in may.items() if granted])
    assert not key_user.has_module_perms("auth")


def test_a_superusers_key_is_held_to_its_role(admin_user: User) -> None:
    key_user = user_for_key(key_of(admin_user, Role.VIEWER))
    assert key_user is not None
    assert not key_user.has_perm(EDIT)


@pytest.mark.parametrize(
    "presented",
    ["", "gr_", "gr_unknown-but-long-enough", "Bearer x", "gr_\ud800", "gr_" + "\0" * 43, "x" * 9000],
)
def test_text_that_is_no_key_has_no_user(db: None, presented: str) -> None:
    assert user_for_key(presented) is None


def test_a_right_beginning_is_not_enough(editor: User) -> None:
    key = key_of(editor)
    assert user_for_key(key[:-1]) is None
    assert user_for_key(key[:-1] + ("a" if key[-1] != "a" else "b")) is None
    assert user_for_key(key.upper()) is None


def test_a_revoked_key_has_no_user(editor: User) -> None:
    stored, key = make_key("test", user=editor, role=group_of(Role.EDITOR))
    stored.revoke()
    assert user_for_key(key) is None
    revoked_at = stored.revoked_at
    stored.revoke()
    assert stored.revoked_at == revoked_at


def test_an_expired_key_has_no_user(editor: User) -> None:
    soon = timezone.now() + timedelta(hours=1)
    stored, key = make_key("test", user=editor, role=group_of(Role.EDITOR), expires_at=soon)
    assert user_for_key(key) == editor
    ApiKey.objects.filter(pk=stored.pk).update(expires_at=timezone.now())
    assert user_for_key(key) is None


def test_the_key_of_a_deactivated_user_has_no_user(editor: User) -> None:
    key = key_of(editor)
    User.objects.filter(pk=editor.pk).update(is_active=False)
    assert user_for_key(key) is None


def test_the_key_itself_is_not_stored(editor: User) -> None:
    key = key_of(editor)
    row = str(ApiKey.objects.values().get())
    assert key[11:] not in row
    assert key not in repr(ApiKey.objects.get())


def test_keys_hold_256_random_bits(editor: User) -> None:
    keys = {key_of(editor) for _ in range(20)}
    assert len(keys) == 20
    assert all(key.startswith("gr_") and len(key) == 46 for key in keys)


def test_the_last_use_is_written_once_a_minute(editor: User) -> None:
    stored, key = make_key("test", user=editor, role=group_of(Role.EDITOR))
    user_for_key(key)
    stored.refresh_from_db()
    assert stored.last_used_at is not None
    with CaptureQueriesContext(
        connection,
    ) as queries:
        user_for_key(key)
    assert not any("UPDATE" in query["sql"] for query in queries)
    a_while_ago = timezone.now() - timedelta(minutes=2)
    ApiKey.objects.update(last_used_at=a_while_ago)
    user_for_key(key)
    stored.refresh_from_db()
    assert stored.last_used_at > a_while_ago


def created(*arguments: str) -> list[str]:
    printed = StringIO()
    call_command("create_api_key", *arguments, stdout=printed)
    return printed.getvalue().splitlines()


def test_the_command_prints_the_key_alone_on_its_last_line(admin_user: User) -> None:
    key_user = user_for_key(created("script")[-1])
    assert key_user == admin_user
    assert key_user is not None
    assert key_user.has_perm("auth.add_user")
    assert key_user.api_key.expires_at is None


def test_the_command_makes_the_first_admin_where_there_is_none(db: None) -> None:
    key_user = user_for_key(created("script")[-1])
    assert key_user is not None
    assert key_user.is_superuser


def test_the_command_takes_role_user_and_days(editor: User) -> None:
    lines = created("script", "--role", "viewer", "--user", editor.username, "--days", "7")
    key_user = user_for_key(lines[-1])
    assert key_user == editor
    assert key_user is not None
    assert not key_user.has_perm(EDIT)
    assert key_user.api_key.expires_at is not None
    assert timedelta(days=6) < key_user.api_key.expires_at - timezone.now() <= timedelta(days=7)
    assert "viewer" in lines[0]
    assert editor.username in lines[0]


def test_the_command_says_which_roles_there_are(admin_user: User) -> None:
    with pytest.raises(CommandError, match=r"viewer.*editor.*secret manager.*admin") as refused:
        created("x", "--role", "king")
    assert "Role." not in str(refused.value)


@pytest.mark.parametrize(
    "arguments", [[""], ["x" * 101], ["x", "--days", "0"], ["x", "--user", "zoe"], ["x", "--role", "king"]]
)
def test_the_command_refuses_what_makes_no_sense(admin_user: User, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        created(*arguments)
    assert not ApiKey.objects.exists()
