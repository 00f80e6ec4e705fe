"""What a viewer is shown: a snapshot, whose newest turns come at once and the earlier ones behind them in parts."""

import asyncio

from playground.realtime.hub import Viewer
from playground.realtime.protocol import Json, envelope
from playground.realtime.socket_shares import database_job
from playground.runner import Runner
from playground.storage.snapshot import load_snapshot, load_turns_before
from playground.tasks import OnFailure, start_task

SNAPSHOT_TRIES = 3
OPEN = frozenset({"pending", "streaming"})


class Showing:
    """The snapshots of one viewer: ``show`` as often as the viewer asks, ``stop`` at the end."""

    def __init__(
        self, runner: Runner, conversation_id: str, viewer: Viewer, *, on_failure: OnFailure
    ) -> None:
        """``on_failure`` closes the socket when the earlier turns can't be read."""
        self._runner = runner
        self._conversation_id = conversation_id
        self._viewer = viewer
        self._on_failure = on_failure
        self._turn = asyncio.Lock()
        self._is_asked = False
        self._earlier: asyncio.Task[None] | None = None

    async def show(self) -> Json | None:
        """Put a new snapshot in place of all that the viewer has not taken yet, and return it.

        One at a time: who asks while another one waits for its turn gets that one's, and None is returned.
        """
        if self._is_asked:
            return None
        self._is_asked = True
        async with self._turn:
            self._is_asked = False
            snapshot = await self._load()
            await self.stop()
            self._tell(snapshot)
            return snapshot

    async def stop(self) -> None:
        """Leave the earlier turns that have not been shown yet."""
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
        """Show the turns before ``position``, each part once the viewer has taken what came before it."""
        while earlier:
            await self._viewer.until_taken()
            parts = await database_job(load_turns_before)(self._conversation_id, position)
            for turns in parts or [[]]:
                earlier = earlier - len(turns) if turns else 0
                part = {"turns": turns, "earlier": earlier}
                await self._viewer.until_taken()
                self._viewer.tell(self._envelope("playground.snapshot.turns", part, seq))
                position = turns[0]["turn_idx"] if turns else position

    def _envelope(self, event_type: str, properties: Json, seq: int) -> Json:
        return envelope(event_type, properties, conversation_id=self._conversation_id, seq=seq)

    async def _load(self) -> Json:
        """The rows, with the open turn as far as it has come at this very moment, here or in another process."""
        conversation_id, hub = self._conversation_id, self._runner.hub
        live: Json | None = None
        for _ in range(SNAPSHOT_TRIES):
            snapshot = await database_job(load_snapshot)(conversation_id)
            newest = snapshot["turns"][-1] if snapshot["turns"] else None
            is_open = newest is not None and newest["status"] in OPEN
            live = self._runner.told_live(conversation_id)
            if live is None and is_open:
                live = await self._runner.ask_live(conversation_id)
            if live is not None or not is_open:
                break
        hub.seed_seq(conversation_id, snapshot.pop("last_seq"))
        seq = hub.seq(conversation_id)
        if live is not None:
            shown = live["turn"]
            others = [turn for turn in snapshot["turns"] if turn["turn_id"] != shown["turn_id"]]
            snapshot["turns"] = [*others, shown]
            snapshot["open_turn"] = {"turn_id": shown["turn_id"], "now_ms": live["now_ms"]}
            seq = live["seq"]
        return snapshot | {"seq": seq}
