"""The keys that sign callbacks: one current key for each receiver of a person, and those that it replaces."""

import secrets as random_secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from personas import secrets
from personas.models import TokenSecret
from personas.row_limits import TooManyRowsError, has_as_many
from playground.engine.errors.codes import NotReadyError
from playground.engine.webhook_signature import KEY_BYTES, written_key
from playground.models import CallbackKey

OVERLAP_S = 24 * 3600
"""How long a key that was replaced still signs beside the new one."""
KEYS_OF_ONE = 100
"""The most keys of one person."""


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key, whose plaintext is shown this once."""

    key: CallbackKey
    written: str = field(repr=False)


@sensitive_variables()
def make_key(owner: User, endpoint: str) -> MadeKey:
    """Sign what the receiver gets from now on; a key that it has already signs too for OVERLAP_S.

    Raises TooManyRowsError.
    """
    now = timezone.now()
    written = written_key(random_secrets.token_bytes(KEY_BYTES))
    with transaction.atomic():
        # The person's row: two requests at once would make two current keys.
        User.objects.select_for_update().get(pk=owner.pk)
        CallbackKey.objects.filter(owner=owner, signs_until__lte=now).delete()
        if has_as_many(CallbackKey.objects.filter(owner=owner).order_by("pk"), KEYS_OF_ONE):
            raise TooManyRowsError(
                f"You have {KEYS_OF_ONE} callback keys, the most allowed. Take one away first."
            )
        current = CallbackKey.objects.filter(owner=owner, endpoint=endpoint, signs_until=None)
        current.update(signs_until=now + timedelta(seconds=OVERLAP_S))
        key = CallbackKey(owner=owner, endpoint=endpoint)
        key.ciphertext = secrets.encrypt(key, written)
        key.save()
    return MadeKey(key, written)


def stop_signing(owner: User, endpoint: str) -> None:
    """Send the receiver callbacks without a signature from now on."""
    CallbackKey.objects.filter(owner=owner, endpoint=endpoint).delete()


def signing_receivers(owner: User, now: datetime) -> list[CallbackKey]:
    """Return the keys that sign now, by receiver, the current one of each first."""
    return list(_signing(now).filter(owner=owner).order_by("endpoint", "-pk"))


@sensitive_variables()
def signing_keys(owner_id: int, endpoint: str, now: datetime) -> tuple[str, ...]:
    """Return the keys that sign what this receiver gets, the newest first. Raises NotReadyError."""
    rows = _signing(now).filter(owner_id=owner_id, endpoint=endpoint).order_by("-pk")
    return tuple(secrets.decrypt(key).reveal() for key in rows)


@sensitive_variables()
def known_secrets(keys: Sequence[str]) -> tuple[str, ...]:
    """Return these keys and every readable token secret: what an answer that is kept must not show."""
    values = list(keys)
    for secret in TokenSecret.objects.exclude(ciphertext=""):
        try:
            values.append(secrets.decrypt(secret).reveal())
        except NotReadyError:
            continue
    return tuple(values)


def _signing(now: datetime) -> QuerySet[CallbackKey]:
    return CallbackKey.objects.filter(Q(signs_until=None) | Q(signs_until__gt=now))
