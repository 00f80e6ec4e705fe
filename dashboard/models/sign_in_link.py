"""The one-time links that sign someone in without a password."""

import hashlib
from datetime import timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

LINK_LIFETIME = timedelta(minutes=15)


class SignInLink(models.Model):
    """Works once, for fifteen minutes. Only the hash of its token is stored."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user} until {self.expires_at:%Y-%m-%d %H:%M}"

    @classmethod
    def make_token(cls, user: User) -> str:
        """The token of a new link for the user; links that have expired are forgotten."""
        now = timezone.now()
        cls.objects.filter(expires_at__lt=now - LINK_LIFETIME).delete()
        token = token_urlsafe(24)
        cls.objects.create(token_hash=_hash(token), user=user, expires_at=now + LINK_LIFETIME)
        return token

    @classmethod
    def redeem(cls, token: str) -> User | None:
        """The user whom the token signs in; None: unknown, used, expired, or the user may not sign in.

        Of two requests with the same token one alone gets the user: the database decides, in one update.
        """
        now = timezone.now()
        link = cls.objects.filter(token_hash=_hash(token))
        if not link.filter(used_at=None, expires_at__gt=now).update(used_at=now):
            return None
        return User.objects.filter(is_active=True, pk__in=link.values("user")).first()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
