"""Notices that rights have changed: asked before a command, and by itself for idle sockets.

One read of the version a second, however many sockets and commands there are.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import Context
from time import monotonic

from playground.failures import FailureLog
from playground.storage.database_thread import in_database_thread
from playground.storage.rights_version import rights_version
from playground.tasks import keep_doing, start_task

logger = logging.getLogger(__name__)

READ_EVERY_S = 1.0
"""How old the known version may be when a command comes: a revoked right refuses commands after this time."""
IDLE_SOCKETS_EVERY_S = 3.0
"""How often the permissions of idle sockets are checked: such a socket ends within 5 s of losing its permission."""

Recheck = Callable[[str], Awaitable[None]]
"""Takes the current version and closes the socket if its permission no longer holds."""


class RightsWatch:
    """The version of the rights as this process knows it, and the sockets that it is checked for."""

    def __init__(self) -> None:
        self._version = ""
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._sockets: set[Recheck] = set()
        self._watching: asyncio.Task[None] | None = None

    async def version(self) -> str:
        """Return the version, at most READ_EVERY_S old. Raises DatabaseError."""
        async with self._reading:
            now = monotonic()
            if now - self._read_at >= READ_EVERY_S:
                self._version, self._read_at = await in_database_thread(rights_version)(), now
            return self._version

    def recent_version(self) -> str | None:
        """Return the version if it is at most READ_EVERY_S old; callable from any thread."""
        return self._version if monotonic() - self._read_at < READ_EVERY_S else None

    def join(self, recheck: Recheck) -> None:
        """Check a socket's permission from now on."""
        self._sockets.add(recheck)
        if self._watching is None:
            # In a context of its own: its jobs are not those of the client that came first.
            failures = FailureLog(logger, doing="rights of viewers")
            watching = keep_doing(self._recheck_all, every_s=IDLE_SOCKETS_EVERY_S, failures=failures)
            self._watching = start_task(watching, name="rights of viewers", context=Context())

    async def leave(self, recheck: Recheck) -> None:
        self._sockets.discard(recheck)
        watching = self._watching
        if self._sockets or watching is None:
            return
        self._watching = None
        watching.cancel()
        if watching is not asyncio.current_task():
            await asyncio.gather(watching, return_exceptions=True)

    async def _recheck_all(self) -> None:
        version = await self.version()
        for recheck in tuple(self._sockets):
            await recheck(version)
