"""Who may use a conversation's socket: asked of the database at the handshake, at every message and in between."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User

from playground.access import START
from playground.close_codes import CloseCode
from playground.models import Conversation

SOCKETS_OF_A_USER = 5
"""How many sockets a user may have open in one process, whatever they came in with."""
RIGHTS_HOLD_S = 5.0
"""How long an idle socket outlives the right to it."""

ReadUser = Callable[[], User | None]
"""Reads anew whom the socket speaks for, by its session or its key; None: nobody any more."""


@dataclass(eq=False)
class Refusal(Exception):
    """The socket is closed with this code: sign in again, not allowed, not found, too many sockets."""

    close_code: CloseCode


def authorise(read_user: ReadUser, conversation_id: str) -> User:
    """Read user, right and conversation anew. Raises Refusal; another's conversation is an unknown one."""
    user = read_user()
    if user is None:
        raise Refusal(CloseCode.SIGN_IN_AGAIN)
    if not user.has_perm(START):
        raise Refusal(CloseCode.NOT_ALLOWED)
    if not Conversation.objects.filter(pk=conversation_id, owner=user).exists():
        raise Refusal(CloseCode.NOT_FOUND)
    return user


class Seats:
    """How many sockets each user has open in this process."""

    def __init__(self) -> None:
        self._taken: Counter[int] = Counter()

    def take(self, user_id: int) -> None:
        """Raises Refusal when the user has no seat left."""
        if self._taken[user_id] >= SOCKETS_OF_A_USER:
            raise Refusal(CloseCode.TOO_MANY_SOCKETS)
        self._taken[user_id] += 1

    def leave(self, user_id: int) -> None:
        self._taken[user_id] -= 1
        if not self._taken[user_id]:
            del self._taken[user_id]


seats = Seats()
