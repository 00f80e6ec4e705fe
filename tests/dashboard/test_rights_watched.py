"""Whatever takes a right away gives the rights a new version, in the shell too; what doesn't leaves it alone."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from dashboard.api_keys import make_key
from dashboard.models import ApiKey
from dashboard.roles import Role, group_of
from playground.models import Conversation
from playground.storage.rights_version import rights_version
from tests.dashboard.own_database import migrated_postgres, new_sqlite, postgres_at, using
from tests.dashboard.roles import person
from tests.playground.rehearsals import make_conversation


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], scope="module")
def database(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    with django_db_blocker.unblock():
        if request.param == "sqlite":
            with new_sqlite(tmp_path_factory.mktemp("rights") / "db.sqlite3"):
                fill()
                yield
        else:
            url = request.getfixturevalue("postgres_url")
            with migrated_postgres(url, "rights") as own, using(postgres_at(own)):
                fill()
                yield


def fill() -> None:
    alice = person(Role.EDITOR, "alice")
    alice.user_permissions.add(Permission.objects.get(codename="add_user"))
    make_conversation(alice)
    make_key("script", user=alice, role=group_of(Role.EDITOR))
    Client().force_login(alice)


LOSSES: dict[str, Callable[[], object]] = {
    "a user is deactivated": lambda: User.objects.update(is_active=False),
    "a password": lambda: User.objects.update(password="x"),
    "no superuser any more": lambda: User.objects.update(is_superuser=False),
    "a role loses a permission": lambda: Group.permissions.through.objects.all()[:1].get().delete(),
    "a user loses a role": lambda: User.groups.through.objects.all().delete(),
    "a user loses a permission": lambda: User.user_permissions.through.objects.all().delete(),
    "a permission is renamed": lambda: Permission.objects.filter(codename="add_user").update(codename="x"),
    "a key is revoked": lambda: ApiKey.objects.update(revoked_at=timezone.now()),
    "a key expires": lambda: ApiKey.objects.update(expires_at=timezone.now()),
    "a session expires": lambda: Session.objects.update(expire_date=timezone.now()),
    "a session ends": lambda: Session.objects.all().delete(),
    "a conversation goes to another": lambda: Conversation.objects.update(owner=User.objects.first()),
    "a conversation is about to be purged": lambda: Conversation.objects.update(purge_at=timezone.now()),
    "a conversation is deleted": lambda: Conversation.objects.all().delete(),
    "a key is deleted": lambda: ApiKey.objects.all().delete(),
    "a user is deleted": lambda: User.objects.all().delete(),
}
NO_LOSSES: dict[str, Callable[[], object]] = {
    "a sign-in": lambda: User.objects.update(last_login=timezone.now()),
    "a key is used": lambda: ApiKey.objects.update(last_used_at=timezone.now()),
    "a turn": lambda: Conversation.objects.update(last_seq=9, conversational_context="x"),
    "a new user": lambda: User.objects.create_user("bob").groups.add(group_of(Role.VIEWER)),
}


def test_each_loss_is_a_new_version_and_nothing_else_is(database: None) -> None:
    versions = [rights_version()]
    for name, change in NO_LOSSES.items():
        change()
        assert rights_version() == versions[-1], name
    for name, change in LOSSES.items():
        change()
        assert rights_version() not in versions, name
        versions.append(rights_version())


def test_going_back_to_a_schema_without_it_and_forward_again(database: None) -> None:
    call_command("migrate", "playground", "0003", verbosity=0)
    User.objects.create_user("carol")
    User.objects.update(is_active=True)
    call_command("migrate", verbosity=0)
    before = rights_version()
    User.objects.update(is_active=False)
    assert rights_version() != before
