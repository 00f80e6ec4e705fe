"""How many messages may come in how long a time: on one socket, or on all sockets of a client."""

from collections import deque
from time import monotonic

MESSAGES = 20
MESSAGES_WITHIN_S = 10.0
"""How many messages one socket may send in how long a time."""


class MessageRate:
    """The messages of the last ``within_s`` seconds, ``most`` of them at the most."""

    def __init__(self, most: int = MESSAGES, within_s: float = MESSAGES_WITHIN_S) -> None:
        self._most = most
        self._within_s = within_s
        self._arrivals: deque[float] = deque()

    def takes_message(self) -> bool:
        """Whether another message may be worked on; one that may not is not counted."""
        now = monotonic()
        while self._arrivals and now - self._arrivals[0] >= self._within_s:
            self._arrivals.popleft()
        if len(self._arrivals) >= self._most:
            return False
        self._arrivals.append(now)
        return True
