"""The limits that one client's sockets share: their messages, and their database job slots."""

from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from time import monotonic

from playground.storage.database_jobs import client_jobs, places_of_client

MESSAGES_OF_CLIENT = 200
MESSAGES_OF_CLIENT_WITHIN_S = 10.0
"""The most messages within this time: ten sockets at their full rate. Honest clients, with fewer open turns, send far
fewer.
"""


class Share:
    """One client's share, kept while it has sockets in this process."""

    def __init__(self) -> None:
        self.sockets = 0
        self.jobs = places_of_client()
        self._arrivals: deque[float] = deque()

    def takes_message(self) -> bool:
        """Count a message and return whether it may be handled; a rejected one doesn't count."""
        now = monotonic()
        while self._arrivals and now - self._arrivals[0] >= MESSAGES_OF_CLIENT_WITHIN_S:
            self._arrivals.popleft()
        if len(self._arrivals) >= MESSAGES_OF_CLIENT:
            return False
        self._arrivals.append(now)
        return True


class Shares:
    """The clients with sockets here, by any name: a credential before it is checked, then a user."""

    def __init__(self) -> None:
        self.clients: dict[Hashable, Share] = {}

    @contextmanager
    def held(self, client: Hashable) -> Iterator[Share]:
        """Count the work of this task, and of all tasks it starts, as the client's."""
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
