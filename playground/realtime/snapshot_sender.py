"""Sends a viewer snapshots: the newest turns at once, then the earlier ones in parts."""

import asyncio
import logging
from typing import Protocol

from playground.engine.json_types import Json
from playground.failures import FailureLog
from playground.realtime.frames import FRAME_BYTES
from playground.realtime.hub import Viewer
from playground.realtime.notices import Notices
from playground.realtime.version_watch import version_notice
from playground.realtime.wire_events import envelope
from playground.storage.database_jobs import database_job
from playground.storage.snapshot import Snapshot, load_snapshot, load_turns_before
from playground.tasks import OnFailure, start_task

logger = logging.getLogger(__name__)

SNAPSHOT_TRIES = 3
"""How often rows are read that name an open turn which no process has: the turn may close, or begin, in between.

Twice would do for one turn that closes meanwhile; the third covers the next one, which may begin at once.
"""
PART_BYTES = FRAME_BYTES - 2 * 1024
"""The most bytes of turns in one part; the rest of the frame is for the envelope."""
MISSING_S = 0.3
"""How long events may be missing before a snapshot is sent: another process's come in batches."""
FAILED_S = 1.0
"""How long after a snapshot that couldn't be read the next one is tried."""
OPEN = frozenset({"pending", "streaming"})


class Process(Protocol):
    """This process, as seen by the sender: the runner."""

    @property
    def notices(self) -> Notices: ...

    def live_state(self, conversation_id: str) -> Json | None:
        """Return ``{"turn", "now_ms", "seq"}`` of the turn that runs here, or None."""

    async def live_state_elsewhere(self, conversation_id: str) -> Json | None:
        """Return the same for a turn that runs in another process."""


class SnapshotSender:
    """Sends one viewer's snapshots: ``show`` whenever the viewer asks, ``stop`` at the end."""

    def __init__(
        self, process: Process, conversation_id: str, viewer: Viewer, *, on_failure: OnFailure
    ) -> None:
        """``on_failure`` closes the socket if the earlier turns can't be read."""
        self._process = process
        self._conversation_id = conversation_id
        self._viewer = viewer
        self._on_failure = on_failure
        self._turn = asyncio.Lock()
        self._is_asked = False
        self._earlier: asyncio.Task[None] | None = None
        self._catching_up: asyncio.Task[None] | None = None
        viewer.follow(self._catch_up_later)

    async def show(self) -> bool:
        """Replace everything the viewer hasn't received by a new snapshot.

        One at a time: calls that wait for the same turn share one snapshot, and the first of them returns whether the
        conversation still waits for a greeting.
        """
        if self._is_asked:
            return False
        self._is_asked = True
        async with self._turn:
            self._is_asked = False
            await self._drop_earlier()
            self._viewer.begin_snapshot()
            try:
                snapshot = await self._load()
            except Exception:
                self._viewer.miss_snapshot()
                raise
            self._tell(snapshot)
        return bool(snapshot["conversation"]["custom_greeting"]) and not snapshot["turns"]

    async def stop(self) -> None:
        """Send nothing any more."""
        catching_up, self._catching_up = self._catching_up, None
        if catching_up is not None:
            catching_up.cancel()
            await asyncio.gather(catching_up, return_exceptions=True)
        await self._drop_earlier()

    def _catch_up_later(self) -> None:
        """Send a snapshot unless the events that are missing come soon."""
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = start_task(self._catch_up(), name="catching up")

    async def _catch_up(self) -> None:
        """Send snapshots until nothing is missing; what no snapshot has was lost with the process that told it."""
        tries = 0
        await asyncio.sleep(MISSING_S)
        while self._viewer.is_behind:
            await self._show_at_last()
            await asyncio.sleep(MISSING_S)
            tries += 1
            if not tries % SNAPSHOT_TRIES:
                self._viewer.give_up_missing()

    async def _show_at_last(self) -> None:
        """Send a snapshot as soon as it can be read."""
        failures = FailureLog(logger, doing="catching up")
        while True:
            try:
                await self.show()
            except Exception as error:
                failures.failed(error)
                await asyncio.sleep(FAILED_S)
            else:
                return

    async def _drop_earlier(self) -> None:
        """Drop the earlier turns that haven't been sent yet."""
        earlier, self._earlier = self._earlier, None
        if earlier is not None:
            earlier.cancel()
            await asyncio.gather(earlier, return_exceptions=True)

    def _tell(self, snapshot: Json) -> None:
        seq, turns, earlier = snapshot["seq"], snapshot["turns"], snapshot["earlier"]
        self._viewer.show(self._envelope("playground.snapshot", snapshot, seq))
        if earlier:
            work = self._tell_earlier(turns[0]["turn_idx"], earlier, seq)
            self._earlier = start_task(work, name="earlier turns", on_failure=self._on_failure)

    async def _tell_earlier(self, position: int, earlier: int, seq: int) -> None:
        """Send the turns before ``position``, each part once the viewer has received everything before it."""
        while earlier:
            await self._viewer.until_taken()
            parts = await database_job(load_turns_before)(
                self._conversation_id, position, part_bytes=PART_BYTES
            )
            for turns in parts or [[]]:
                earlier = earlier - len(turns) if turns else 0
                part = {"turns": turns, "earlier": earlier}
                await self._viewer.until_taken()
                self._viewer.tell(self._envelope("playground.snapshot.turns", part, seq))
                position = turns[0]["turn_idx"] if turns else position

    def _envelope(self, event_type: str, properties: Json, seq: int) -> Json:
        return envelope(event_type, properties, conversation_id=self._conversation_id, seq=seq)

    async def _load(self) -> Json:
        """Load the rows and merge the open turn's current state, from this process or another."""
        for _ in range(SNAPSHOT_TRIES):
            stored = await database_job(load_snapshot)(self._conversation_id, part_bytes=PART_BYTES)
            is_open = bool(stored.turns) and stored.turns[-1]["status"] in OPEN
            live = self._process.live_state(self._conversation_id)
            # The owner of a closed turn may still run it: another process closed it as an orphan.
            if live is None and (is_open or self._viewer.is_behind):
                live = await self._process.live_state_elsewhere(self._conversation_id)
            if live is not None or not is_open:
                break
        own = [version_notice(stored.newer_version)] if stored.newer_version else []
        return self._merged(stored, live) | {"notices": [*self._process.notices.as_json(), *own]}

    def _merged(self, stored: Snapshot, live: Json | None) -> Json:
        """Return the snapshot for the viewer.

        No event may be sent between reading ``live`` and its ``seq``.
        """
        snapshot = {
            "conversation": stored.conversation,
            "context_changes": stored.context_changes,
            "used_versions": stored.used_versions,
            "turns": stored.turns,
            "earlier": stored.earlier,
        }
        if live is None:
            return snapshot | {"seq": stored.last_seq}
        turn = live["turn"]
        others = [other for other in stored.turns if other["turn_id"] != turn["turn_id"]]
        return snapshot | {
            "turns": [*others, turn],
            "open_turn": {"turn_id": turn["turn_id"], "now_ms": live["now_ms"]},
            "seq": live["seq"],
        }
