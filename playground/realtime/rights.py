"""Permission to use a conversation's socket, held while nobody's rights have changed since it was read."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from playground.access import START
from playground.models import Conversation
from playground.realtime.close_codes import CloseCode
from playground.storage.bounded_cache import BoundedCache
from playground.storage.prepared import PreparedSelect, parameter
from playground.storage.rights_version import rights_version

HELD_AT_MOST = timedelta(minutes=1)
"""How long a permission holds without being read again, which also records the use of its API key."""
KEPT_HOLDERS = 4_096
"""The most credentials whose permission is kept, at one version of the rights."""


class SocketCredential(StrEnum):
    """A kind of credential; the value is the setting that limits a user's sockets with it."""

    SESSION = "SESSION_SOCKETS_PER_USER"
    KEY = "KEY_SOCKETS_PER_USER"

    @property
    def limit(self) -> int:
        limit: int = getattr(settings, self.value)
        return limit


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """A credential's user as just read, and when the credential expires; None: never."""

    user: User
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """How a socket's user is known."""

    kind: SocketCredential
    digest: str
    """Identifies the session or key without being one."""
    read_user: Callable[[], CurrentUser | None]
    """Reads the user anew; returns None if signed out or revoked."""


@dataclass(eq=False)
class Refusal(Exception):
    """Closes the socket with this code: sign in again, not allowed, not found, too many sockets.

    ``reason`` is sent along: at most 123 bytes.
    """

    close_code: CloseCode
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Right:
    """A user's permission to use a socket, as read at one version of the rights."""

    user_id: int
    version: str
    until: datetime

    def holds(self, version: str) -> bool:
        """Whether it still holds at the current version of the rights."""
        return self.version == version and timezone.now() < self.until


_OWN = PreparedSelect(
    lambda: Conversation.objects.filter(
        pk=parameter(Conversation, "id"), owner=parameter(Conversation, "owner"), purge_at=None
    ).values_list("id")
)
_kept: BoundedCache[tuple[str, str], Right] = BoundedCache(entries=KEPT_HOLDERS, size=KEPT_HOLDERS)


def right_of(credential: Credential) -> Right:
    """Return the permission of the credential's user. Raises Refusal: sign in again, not allowed."""
    version = rights_version()  # before the rights: a change in between makes it outdated
    kept = _kept.get((version, credential.digest))
    if kept is not None and kept.holds(version):
        return kept
    right = _read(credential, version)
    _kept.put((version, credential.digest), right, size=1)
    return right


def is_known(credential: Credential) -> bool:
    """Whether the credential has a user, whatever that user may do."""
    try:
        right_of(credential)
    except Refusal as refusal:
        return refusal.close_code is CloseCode.NOT_ALLOWED
    return True


def authorise(credential: Credential, conversation_id: str) -> Right:
    """Return the permission to use the conversation. Raises Refusal; another user's conversation is unknown."""
    right = right_of(credential)
    if _OWN.first(id=conversation_id, owner=right.user_id) is None:
        raise Refusal(CloseCode.NOT_FOUND)
    return right


def _read(credential: Credential, version: str) -> Right:
    current = credential.read_user()
    if current is None:
        raise Refusal(CloseCode.SIGN_IN_AGAIN)
    if not current.user.has_perm(START):
        raise Refusal(CloseCode.NOT_ALLOWED)
    until = timezone.now() + HELD_AT_MOST
    return Right(current.user.pk, version, min(until, current.expires_at or until))


class ConnectionLimit:
    """Limits each user's open sockets in this process, separately for sessions and for keys."""

    def __init__(self) -> None:
        self._taken: Counter[tuple[int, SocketCredential]] = Counter()

    def take(self, user_id: int, credential: SocketCredential) -> None:
        """Count a socket. Raises Refusal if the user has the maximum."""
        limit = credential.limit
        if self._taken[user_id, credential] >= limit:
            raise Refusal(CloseCode.TOO_MANY_SOCKETS, _too_many(credential, limit))
        self._taken[user_id, credential] += 1

    def leave(self, user_id: int, credential: SocketCredential) -> None:
        self._taken[user_id, credential] -= 1
        if not self._taken[user_id, credential]:
            del self._taken[user_id, credential]


def _too_many(credential: SocketCredential, limit: int) -> str:
    if credential is SocketCredential.KEY:
        return (
            f"This user's keys have {limit} sockets open, the most allowed ({credential}). Close one first."
        )
    return f"You have {limit} conversation pages open, the most allowed ({credential}). Close one first."


connection_limit = ConnectionLimit()
