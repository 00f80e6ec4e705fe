"""The four roles: Django groups with the table's permissions, in a new database and after every migrate."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from dashboard.roles import Role, give_role, role_of
from tests.dashboard.roles import person

VIEW = {
    "personas.view_persona",
    "personas.view_personaversion",
    "personas.view_fillerconfig",
    "playground.add_conversation",
    "playground.view_conversation",
    "playground.change_conversation",
    "playground.delete_conversation",
}
INSPECT = {f"playground.{verb}_inspector" for verb in ("add", "change", "delete", "view")}
EDIT = {
    f"personas.{verb}_{model}"
    for verb in ("add", "change", "delete")
    for model in ("persona", "fillerconfig")
}
SECRETS = {f"personas.{verb}_tokensecret" for verb in ("add", "change", "delete", "view")}


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (Role.VIEWER, VIEW),
        (Role.EDITOR, VIEW | INSPECT | EDIT),
        (Role.SECRET_MANAGER, VIEW | INSPECT | SECRETS),
    ],
)
def test_each_role_has_its_rights_and_no_other(db: None, role: Role, rights: set[str]) -> None:
    assert person(role).get_all_permissions() == rights


def test_an_admin_has_every_right(db: None) -> None:
    admin = person(Role.ADMIN)
    assert len(admin.get_all_permissions()) == Permission.objects.count()
    assert admin.has_perms(["auth.add_user", "dashboard.add_apikey", "playground.view_turn"])
    assert not admin.is_superuser


def test_migrating_again_puts_the_roles_in_step_and_leaves_other_groups_alone(db: None) -> None:
    viewer = Group.objects.get(name=Role.VIEWER)
    own = Group.objects.create(name="testers")
    extra = Permission.objects.get(codename="delete_persona")
    viewer.permissions.add(extra)
    own.permissions.add(extra)
    call_command("migrate", verbosity=0)
    assert extra not in viewer.permissions.all()
    assert extra in own.permissions.all()


def test_a_new_role_takes_the_old_ones_place(db: None) -> None:
    user = person(Role.SECRET_MANAGER)
    testers = Group.objects.create(name="testers")
    user.groups.add(testers)
    give_role(user, Role.VIEWER)
    assert set(user.groups.values_list("name", flat=True)) == {"viewer", "testers"}
    assert role_of(user) is Role.VIEWER


def test_a_superuser_is_an_admin_and_someone_in_no_group_has_no_role(
    admin_user: User, stranger: User
) -> None:
    assert role_of(admin_user) is Role.ADMIN
    assert role_of(stranger) is None
