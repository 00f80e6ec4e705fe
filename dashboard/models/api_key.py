"""API keys, and the users as whom they act."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

PREFIX_CHARS = 11
"""The key's stored plaintext prefix, for look-up: ``gr_`` and 8 of its 43 random characters."""


class ApiKey(models.Model):
    """A key belongs to a user and has a role; it may do what both may. Only its digest is stored."""

    name = models.CharField(max_length=100, help_text="What it is for: a script, a machine, a person.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    role = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    prefix = models.CharField(max_length=PREFIX_CHARS, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    """SHA-256 in hex. No slow hash: a key has 256 random bits, which can't be guessed anyway."""
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it works until it is revoked.")
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    shown_once = ""
    """The plaintext, only in memory and only during the request that created it."""

    class Meta:
        verbose_name = "API key"
        ordering = ["-created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_usable(self) -> bool:
        """Whether it is neither revoked nor expired; its user may still be deactivated."""
        expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not expired

    def revoke(self) -> None:
        """Revoke the key. Idempotent."""
        ApiKey.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=Now())
        self.refresh_from_db(fields=["revoked_at"])


class ApiUser(User):
    """The user of an API key: ``has_perm`` needs both the user's and the role's permission, so views ignore keys."""

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
        """Return the role's permissions as ``app_label.codename``; queried once per presented key."""
        if self._role_permissions is None:
            granted = Permission.objects.filter(group=self.api_key.role_id).values_list(
                "content_type__app_label", "codename"
            )
            self._role_permissions = frozenset(f"{app_label}.{codename}" for app_label, codename in granted)
        return self._role_permissions
