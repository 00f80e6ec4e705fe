"""One-time links that sign a user in without a password."""

import hashlib
from datetime import timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

LINK_LIFETIME = timedelta(minutes=15)


class SignInLink(models.Model):
    """A link that works once, for 15 minutes. Only its token's hash is stored."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user} until {self.expires_at:%Y-%m-%d %H:%M}"

    @classmethod
    def make_token(cls, user: User) -> str:
        """Create a link for the user and return its token; expired links are deleted."""
        now = timezone.now()
        cls.objects.filter(expires_at__lt=now - LINK_LIFETIME).delete()
        token = token_urlsafe(24)
        cls.objects.create(token_hash=_hash(token), user=user, expires_at=now + LINK_LIFETIME)
        return token

    @classmethod
    def redeem(cls, token: str) -> User | None:
        """Use the token; return its user, or None if it is unknown, used or expired, or the user may not sign in.

        Of two requests with the same token only one gets the user: a single UPDATE decides.
        """
        now = timezone.now()
        link = cls.objects.filter(token_hash=_hash(token))
        if not link.filter(used_at=None, expires_at__gt=now).update(used_at=now):
            return None
        return User.objects.filter(is_active=True, pk__in=link.values("user")).first()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
