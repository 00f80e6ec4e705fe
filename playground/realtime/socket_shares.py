"""The limits that one client's sockets share: their messages, and their database job slots."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from playground.realtime.message_rate import MessageRate
from playground.storage.database_jobs import client_jobs, places_of_client

MESSAGES_OF_CLIENT = 200
MESSAGES_OF_CLIENT_WITHIN_S = 10.0
"""The most messages within this time: ten sockets at their full rate. Honest clients, with fewer open turns, send far
fewer.
"""
TOO_MANY_OF_CLIENT = (
    f"Your sockets together sent over {MESSAGES_OF_CLIENT} messages in {MESSAGES_OF_CLIENT_WITHIN_S:g} s. "
    "Wait, then connect again."
)


class Share:
    """One client's share, kept while it has sockets in this process."""

    def __init__(self) -> None:
        self.sockets = 0
        self.jobs = places_of_client()
        self.rate = MessageRate(MESSAGES_OF_CLIENT, MESSAGES_OF_CLIENT_WITHIN_S)


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
