"""Tells the viewers of a conversation that its persona has a newer version, whichever process or command saved it.

One read of the watched conversations' personas every LOOK_EVERY_S in a process, and none without viewers.
"""

import asyncio
import logging
from contextvars import Context

from playground.engine.json_types import Json
from playground.failures import FailureLog
from playground.realtime.hub import Hub
from playground.realtime.wire_events import envelope
from playground.storage.database_thread import in_database_thread
from playground.storage.newer_versions import NewerVersion, newer_versions, with_difference
from playground.tasks import keep_doing, start_task

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 3.0
"""How long a viewer may not know of a newer version."""


def version_notice(version: NewerVersion) -> Json:
    """Return the properties of the notice, as ``playground.notice`` and a snapshot have them."""
    sentences = (
        f"Version {version.newest} of this persona exists.",
        version.difference,
        f"Version {version.used} goes on answering here.",
    )
    return {"kind": "newer_version", "is_on": True, "message": " ".join(filter(None, sentences))}


class VersionWatch:
    """Looks for newer versions from ``begin`` on, while a conversation has a viewer in this process."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._newer: dict[str, NewerVersion] = {}
        self._watching: asyncio.Task[None] | None = None

    def begin(self) -> None:
        if self._watching is None:
            # In a context of its own: its jobs are not those of the client that came first.
            failures = FailureLog(logger, doing="newer versions")
            watching = keep_doing(self.look, every_s=LOOK_EVERY_S, failures=failures)
            self._watching = start_task(watching, name="newer versions", context=Context())

    async def end_unless_watched(self) -> None:
        if not self._hub.watched():
            await self.stop()

    async def stop(self) -> None:
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def look(self) -> None:
        """Tell the viewers of each conversation whose persona was saved since the last look. Raises DatabaseError."""
        newer = await in_database_thread(newer_versions)(self._hub.watched())
        before, self._newer = self._newer, newer
        for conversation_id, version in newer.items():
            if before.get(conversation_id) != version:
                described = await in_database_thread(with_difference)(conversation_id, version)
                self._tell(conversation_id, described)

    def _tell(self, conversation_id: str, version: NewerVersion) -> None:
        properties = version_notice(version)
        event = envelope("playground.notice", properties, conversation_id=conversation_id, seq=0)
        self._hub.notify(conversation_id, event)
