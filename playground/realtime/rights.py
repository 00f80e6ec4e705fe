"""Permission to use a conversation's socket, read from the database at the handshake, per message, and regularly."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.models import User

from playground.access import START
from playground.models import Conversation
from playground.realtime.close_codes import CloseCode

RIGHTS_HOLD_S = 5.0
"""How long an idle socket stays open after its permission is revoked."""

ReadUser = Callable[[], User | None]
"""Read the socket's user anew, by its session or its key; None if signed out or revoked."""


class SocketCredential(StrEnum):
    """A socket's credential; the value is the setting that limits a user's sockets with it."""

    SESSION = "SESSION_SOCKETS_PER_USER"
    KEY = "KEY_SOCKETS_PER_USER"

    @property
    def limit(self) -> int:
        limit: int = getattr(settings, self.value)
        return limit


@dataclass(eq=False)
class Refusal(Exception):
    """Closes the socket with this code: sign in again, not allowed, not found, too many sockets.

    ``reason`` is sent along: at most 123 bytes.
    """

    close_code: CloseCode
    reason: str = ""


def authorise(read_user: ReadUser, conversation_id: str) -> User:
    """Read user, permission and conversation anew. Raises Refusal; another user's conversation is unknown."""
    user = read_user()
    if user is None:
        raise Refusal(CloseCode.SIGN_IN_AGAIN)
    if not user.has_perm(START):
        raise Refusal(CloseCode.NOT_ALLOWED)
    if not Conversation.objects.filter(pk=conversation_id, owner=user).exists():
        raise Refusal(CloseCode.NOT_FOUND)
    return user


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
