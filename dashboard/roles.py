"""The four roles: Django groups, synchronised with this table by every `migrate`."""

from enum import StrEnum
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Q


class Role(StrEnum):
    VIEWER = "viewer"
    EDITOR = "editor"
    SECRET_MANAGER = "secret manager"
    ADMIN = "admin"


_EVERY_VERB = ("add", "change", "delete", "view")
_VIEWER = {
    "personas.persona": ("view",),
    "personas.personaversion": ("view",),
    "personas.fillerconfig": ("view",),
    "playground.conversation": _EVERY_VERB,
}
_INSPECTORS = {"playground.inspector": _EVERY_VERB}
_EDITOR = _VIEWER | _INSPECTORS | {"personas.persona": _EVERY_VERB, "personas.fillerconfig": _EVERY_VERB}
_SECRET_MANAGER = _VIEWER | _INSPECTORS | {"personas.tokensecret": _EVERY_VERB}

PERMISSIONS: dict[Role, dict[str, tuple[str, ...]] | None] = {
    Role.VIEWER: _VIEWER,
    Role.EDITOR: _EDITOR,
    Role.SECRET_MANAGER: _SECRET_MANAGER,
    Role.ADMIN: None,
}
"""``app_label.model`` to verbs; None for all permissions."""


def put_roles_in_step(using: str = "default", **_signal: Any) -> None:
    """Give each role exactly the table's permissions. A receiver of ``post_migrate``; other groups stay unchanged.

    A signal, not a migration, because a new model's permissions exist only after all migrations, and so that tests
    that flush the database get their roles back.
    """
    with transaction.atomic(using=using):
        for role, verbs_by_model in PERMISSIONS.items():
            group, _made = Group.objects.using(using).get_or_create(name=role)
            group.permissions.set(Permission.objects.using(using).filter(_granted(verbs_by_model)))


def _granted(verbs_by_model: dict[str, tuple[str, ...]] | None) -> Q:
    if verbs_by_model is None:
        return Q()
    granted = Q(pk__in=[])
    for name, verbs in verbs_by_model.items():
        app_label, model = name.split(".")
        codenames = [f"{verb}_{model}" for verb in verbs]
        granted |= Q(content_type__app_label=app_label, codename__in=codenames)
    return granted


def group_of(role: str) -> Group:
    """Return the role's group."""
    return Group.objects.get(name=role)


def role_of(user: User) -> Role | None:
    """Return the user's widest role, or None; a superuser is an admin."""
    if user.is_superuser:
        return Role.ADMIN
    names = {group.name for group in user.groups.all()}  # all(): a list of people has them prefetched
    return next((role for role in reversed(Role) if role in names), None)


def give_role(user: User, role: Role) -> None:
    """Add the user to the role's group and remove them from those of other roles."""
    with transaction.atomic():
        user.groups.remove(*Group.objects.filter(name__in=list(Role)).exclude(name=role))
        user.groups.add(group_of(role))
