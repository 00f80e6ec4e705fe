"""The keys with which scripts come in, and the user as whom they act."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

PREFIX_CHARS = 11
"""How much of a key is stored as it is, to find it by: ``gr_`` and 8 of its 43 random characters."""


class ApiKey(models.Model):
    """A key belongs to a user and has a role: it may do what both may. Only the key's digest is stored."""

    name = models.CharField(max_length=100, help_text="What it is for: a script, a machine, a person.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    role = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    prefix = models.CharField(max_length=PREFIX_CHARS, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    """SHA-256 in hex. A key has 256 random bits, which no guessing reaches: a slow hash would only cost time."""
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it works until it is revoked.")
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    shown_once = ""
    """The plaintext, in the memory of the request that made it alone."""

    class Meta:
        verbose_name = "API key"
        ordering = ["-created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_usable(self) -> bool:
        """Neither revoked nor expired; its user may still have been deactivated."""
        expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not expired

    def revoke(self) -> None:
        """From now on the key opens nothing; a second time changes nothing."""
        ApiKey.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=Now())
        self.refresh_from_db(fields=["revoked_at"])


class ApiUser(User):
    """The user of an API key: ``has_perm`` is the user's and the role's, so that no view need know of keys."""

    api_key: ApiKey
    _role_permissions: frozenset[str] | None = None

    class Meta:
        proxy = True
        default_permissions = ()

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        return perm in self.role_permissions and super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        in_role = any(permission.startswith(f"{app_label}.") for permission in self.role_permissions)
        return in_role and super().has_module_perms(app_label)

    def get_all_permissions(self, obj: Any = None) -> set[str]:
        return super().get_all_permissions(obj) & self.role_permissions

    @property
    def role_permissions(self) -> frozenset[str]:
        """``app_label.codename`` of all that the key's role may do; read once for each key that is presented."""
        if self._role_permissions is None:
            granted = Permission.objects.filter(group=self.api_key.role_id).values_list(
                "content_type__app_label", "codename"
            )
            self._role_permissions = frozenset(f"{app_label}.{codename}" for app_label, codename in granted)
        return self._role_permissions
