"""API keys: creates them, and finds the user of a presented one."""

import hashlib
import logging
import re
from datetime import datetime, timedelta
from secrets import compare_digest, token_urlsafe

from django.contrib.auth.models import Group, User
from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from dashboard.models import ApiKey, ApiUser
from dashboard.models.api_key import PREFIX_CHARS
from dashboard.sqlite import without_waiting_for_file
from playground.failures import log_failure

logger = logging.getLogger(__name__)

RANDOM_BYTES = 32
_SHAPE = re.compile(r"gr_[A-Za-z0-9_-]{43}")
LAST_USE_EVERY = timedelta(minutes=1)
"""The last use is stored at most once a minute."""


@sensitive_variables("secret")
def give_secret(key: ApiKey) -> str:
    """Create the plaintext of an unsaved key; it can't be read again."""
    secret = "gr_" + token_urlsafe(RANDOM_BYTES)
    key.prefix, key.digest = secret[:PREFIX_CHARS], _digest(secret)
    return secret


@sensitive_variables("secret")
def make_key(name: str, *, user: User, role: Group, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
    """Create a key; return it with its plaintext."""
    key = ApiKey(name=name, user=user, role=role, expires_at=expires_at)
    secret = give_secret(key)
    key.save()
    return key, secret


@sensitive_variables("presented")
def user_for_key(presented: str) -> ApiUser | None:
    """Return the user with the key's permissions; None if the key isn't usable or its user was deactivated."""
    if not _SHAPE.fullmatch(presented):
        return None
    key = ApiKey.objects.filter(prefix=presented[:PREFIX_CHARS]).first()
    # In constant time, against timing attacks.
    if key is None or not compare_digest(key.digest, _digest(presented)) or not key.is_usable:
        return None
    user = ApiUser.objects.filter(pk=key.user_id, is_active=True).first()
    if user is None:
        return None
    user.api_key = key
    _note_use(key)
    return user


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _note_use(key: ApiKey) -> None:
    """Store the use, unless the database is held or full: nobody waits for that."""
    now = timezone.now()
    if key.last_used_at is not None and key.last_used_at > now - LAST_USE_EVERY:
        return
    is_stale = Q(last_used_at=None) | Q(last_used_at__lte=now - LAST_USE_EVERY)
    try:
        # A failure breaks no transaction around it.
        with without_waiting_for_file(), transaction.atomic():
            ApiKey.objects.filter(is_stale, pk=key.pk).update(last_used_at=now)
    except OperationalError as error:
        log_failure(logger, error, doing="storing the use of a key")
