"""What rights depend on in the database: the tables and columns whose changes give the rights a new version."""

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.db import connections
from django.db.models import Model

from dashboard.models import ApiKey
from playground.models import Conversation
from playground.storage.rights_triggers import Watched, make_triggers

_DEPENDS_ON: dict[type[Model], tuple[str, ...]] = {
    User: ("password", "is_active", "is_superuser"),
    User.groups.through: ("user", "group"),
    User.user_permissions.through: ("user", "permission"),
    Group.permissions.through: ("group", "permission"),
    Permission: ("content_type", "codename"),
    Session: ("session_data", "expire_date"),
    ApiKey: ("user", "role", "prefix", "digest", "expires_at", "revoked_at"),
    Conversation: ("owner", "purge_at"),
}


def watch_rights(using: str = "default", **_signal: Any) -> None:
    """Make the triggers. A receiver of ``post_migrate``, because a migration may drop some."""
    watched = (
        Watched(
            model._meta.db_table,
            [str(each.column) for each in model._meta.concrete_fields if each.name in names],
        )
        for model, names in _DEPENDS_ON.items()
    )
    make_triggers(connections[using], watched)
