"""What one client's sockets have together: their messages, and their work in the thread that reads and writes rows."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from time import monotonic
from typing import Any, ParamSpec, TypeVar

from channels.db import database_sync_to_async

P = ParamSpec("P")
T = TypeVar("T")

JOBS_OF_CLIENT = 2
"""How many pieces of one client's work may wait for that thread: so many are ahead of anyone else's."""
MESSAGES_OF_CLIENT = 200
MESSAGES_OF_CLIENT_WITHIN_S = 10.0
"""How many messages in how long a time: ten sockets at their full rate. No honest client comes near it: it has fewer
open turns."""


class Share:
    """One client's, remembered while it has sockets in this process."""

    def __init__(self) -> None:
        self.sockets = 0
        self.jobs = asyncio.Semaphore(JOBS_OF_CLIENT)
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
        current_share.set(share)
        try:
            yield share
        finally:
            share.sockets -= 1
            if not share.sockets:
                del self.clients[client]


current_share: ContextVar[Share | None] = ContextVar("current_share", default=None)
shares = Shares()


def database_job(work: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """`database_sync_to_async`, for which a client's pieces of work wait behind each other."""
    in_thread = database_sync_to_async(work)

    @wraps(work)
    async def in_turn(*args: P.args, **kwargs: P.kwargs) -> T:
        share = current_share.get()
        if share is None:
            return await in_thread(*args, **kwargs)
        async with share.jobs:
            return await in_thread(*args, **kwargs)

    return in_turn
