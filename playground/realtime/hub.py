"""The viewers of conversations: each event goes to all of them, through bounded outboxes that merge text."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable

import orjson

from playground.engine.json_text import KeptJson, json_bytes
from playground.engine.json_types import Json

OUTBOX_EVENTS = 20_000
"""The most events that may wait for one viewer after merging; a slower viewer is disconnected."""
OUTBOX_BYTES = 8 * 1024 * 1024
"""The most bytes of those events: a snapshot's newest part, and the longest answer with all its events."""

SHELVED_FROM = 32
"""An event that waits behind so many others is kept as its JSON alone, a tenth of the memory of its parts, so that
OUTBOX_BYTES bounds the cost of a viewer who reads nothing. For a viewer who reads, fewer wait.
"""

_TEXT = frozenset({"playground.delta", "playground.reasoning"})


class Viewer:
    """One socket's outbox. ``take`` waits for the next batch; ``lagged`` is set if the viewer was too slow."""

    def __init__(self) -> None:
        self._waiting: deque[Json | bytes] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self._taken = asyncio.Event()
        self._shown_seq = 0
        self.lagged = False

    def show(self, snapshot: Json) -> None:
        """Replace everything that waits by a snapshot, which includes every event up to its ``seq``."""
        self._clear()
        self._shown_seq = snapshot["seq"]
        self.tell(snapshot)

    def put(self, event: Json) -> None:
        """Add an event of the conversation, unless the snapshot included it."""
        if event["seq"] > self._shown_seq:
            self.tell(event)

    def tell(self, event: Json) -> None:
        """Add an event for this viewer only."""
        self._bytes += _size(event)
        last = self._waiting[-1] if self._waiting else b""
        if not isinstance(last, bytes) and _continues(last, event):
            self._waiting[-1] = _merged(last, event)
        else:
            if not isinstance(last, bytes) and len(self._waiting) > SHELVED_FROM:
                self._shelve(last)
            self._waiting.append(event)
        if len(self._waiting) > OUTBOX_EVENTS or (self._bytes > OUTBOX_BYTES and len(self._waiting) > 1):
            self.lagged = True
            self._waiting = deque([event])
        self._news.set()
        self._taken.clear()

    async def until_news(self) -> None:
        """Wait until there is something to take."""
        await self._news.wait()

    async def take(self) -> list[Json]:
        return [orjson.loads(event) if isinstance(event, bytes) else event for event in await self._take()]

    async def take_encoded(self) -> list[bytes]:
        """As ``take``, each event as its JSON."""
        return [event if isinstance(event, bytes) else json_bytes(event) for event in await self._take()]

    async def until_taken(self) -> None:
        """Wait until the outbox is empty."""
        if self._waiting:
            await self._taken.wait()

    async def _take(self) -> list[Json | bytes]:
        await self._news.wait()
        batch = list(self._waiting)
        self._clear()
        return batch

    def _shelve(self, last: Json) -> None:
        """Keep the last event, into which nothing is merged any more, as its JSON."""
        shelved = json_bytes(last)
        self._bytes += len(shelved) - _size(last)
        self._waiting[-1] = shelved

    def _clear(self) -> None:
        self._waiting.clear()
        self._bytes = 0
        self._news.clear()
        self._taken.set()


class Hub:
    """The viewers of each conversation in this process, and the last ``seq`` of each that is in use."""

    def __init__(self) -> None:
        self._viewers: dict[str, set[Viewer]] = defaultdict(set)
        self._seqs: dict[str, int] = {}
        self._unstored: set[str] = set()
        self.forward: Callable[[str, Json], None] | None = None
        """Also sends this process's events to the other processes."""

    def attach(self, conversation_id: str) -> Viewer:
        viewer = Viewer()
        self._viewers[conversation_id].add(viewer)
        return viewer

    def detach(self, conversation_id: str, viewer: Viewer) -> None:
        viewers = self._viewers[conversation_id]
        viewers.discard(viewer)
        if not viewers:
            del self._viewers[conversation_id]

    def is_watched(self, conversation_id: str) -> bool:
        return conversation_id in self._viewers

    def has_audience(self, conversation_id: str) -> bool:
        """Whether an event of this process may reach a viewer, here or elsewhere."""
        return conversation_id in self._viewers or self.forward is not None

    def seed_seq(self, conversation_id: str, stored: int) -> None:
        """Continue from the stored ``seq`` if it is higher than this process's."""
        self._seqs[conversation_id] = max(stored, self._seqs.get(conversation_id, 0))

    def is_stored(self, conversation_id: str) -> bool:
        """Whether its row holds every ``seq`` that was given here."""
        return conversation_id not in self._unstored

    def mark_stored(self, conversation_id: str, stored: int) -> None:
        """The row holds every ``seq`` up to this one."""
        if stored >= self.seq(conversation_id):
            self._unstored.discard(conversation_id)

    def forget(self, conversation_id: str) -> None:
        """Let go of a conversation whose ``seq`` is stored: its next turn or viewer seeds it again."""
        if self.is_stored(conversation_id):
            self._seqs.pop(conversation_id, None)

    def seq(self, conversation_id: str) -> int:
        return self._seqs.get(conversation_id, 0)

    def next_seq(self, conversation_id: str) -> int:
        self._seqs[conversation_id] = self.seq(conversation_id) + 1
        self._unstored.add(conversation_id)
        return self._seqs[conversation_id]

    def pass_over(self, conversation_id: str, events: int) -> None:
        """Give the next events their ``seq`` without making them: there is no audience."""
        self._seqs[conversation_id] = self.seq(conversation_id) + events

    def publish(self, conversation_id: str, event: Json) -> None:
        """Send an event of this process to every viewer, here and elsewhere. Never blocks."""
        self.deliver(conversation_id, event)
        if self.forward is not None:
            self.forward(conversation_id, event)

    def deliver(self, conversation_id: str, event: Json) -> None:
        """Send an event to the viewers in this process."""
        for viewer in self._viewers.get(conversation_id, ()):
            viewer.put(event)


def _size(event: Json) -> int:
    """Return about its size on the wire in bytes, without encoding deltas, which are frequent."""
    if event["event_type"] in _TEXT:
        return len(event["properties"]["text"])
    return len(json_bytes(event))


def _continues(last: Json, event: Json) -> bool:
    return (
        event["event_type"] in _TEXT
        and last["event_type"] == event["event_type"]
        and last["inference_id"] == event["inference_id"]
    )


def _merged(last: Json, event: Json) -> Json:
    before, after = last["properties"], event["properties"]
    properties = before | {"text": before["text"] + after["text"]}
    return KeptJson(last | {"seq": event["seq"], "properties": properties})
