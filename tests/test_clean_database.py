"""A test whose changes no transaction undoes leaves the database as `migrate` has left it."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from playground.models import RightsVersion


def rights() -> list[tuple[str, str | None]]:
    return list(Group.objects.order_by("name", "permissions").values_list("name", "permissions__codename"))


def flush() -> None:
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


@pytest.mark.django_db(transaction=True)
def test_what_a_test_has_made_is_deleted_and_what_it_deleted_comes_back(user: User) -> None:
    before = rights()
    Group.objects.order_by("pk")[0].delete()
    Permission.objects.order_by("pk")[0].delete()
    flush()
    assert rights() == before
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_version_of_the_rights_comes_back() -> None:
    RightsVersion.objects.all().delete()
    flush()
    assert RightsVersion.objects.count() == 1
