"""What one client's sockets share: the count of their messages, and the places for their database jobs."""

from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from time import monotonic

from playground.storage.database_jobs import client_jobs, places_of_client

MESSAGES_OF_CLIENT = 200
MESSAGES_OF_CLIENT_WITHIN_S = 10.0
"""How many messages in how long a time: ten sockets at their full rate. No honest client comes near it: it has fewer
open turns."""


class Share:
    """One client's, remembered while it has sockets in this process."""

    def __init__(self) -> None:
        self.sockets = 0
        self.jobs = places_of_client()
        self._arrivals: deque[float] = deque()

    def takes_message(self) -> bool:
        """Whether another message may be worked on; one that may not is not counted."""
        now = monotonic()
        while self._arrivals and now - self._arrivals[0] >= MESSAGES_OF_CLIENT_WITHIN_S:
            self._arrivals.popleft()
        if len(self._arrivals) >= MESSAGES_OF_CLIENT:
            return False
        self._arrivals.append(now)
        return True


class Shares:
    """The clients that have sockets here, by any name: a credential as long as nobody has looked at it, then a user."""

    def __init__(self) -> None:
        self.clients: dict[Hashable, Share] = {}

    @contextmanager
    def held(self, client: Hashable) -> Iterator[Share]:
        """Have this task's work, and that of all tasks that it starts from here on, count as the client's."""
        share = self.clients.setdefault(client, Share())
        share.sockets += 1
        client_jobs.set(share.jobs)
        try:
            yield share
        finally:
            share.sockets -= 1
            if not share.sockets:
                del self.clients[client]


shares = Shares()
