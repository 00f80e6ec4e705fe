"""The viewers of conversations: each event goes to all of them, through bounded outboxes that merge text."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Sequence

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
MERGED_CHARS = 16 * 1024
"""Text that waits is merged up to this length: each merge copies it."""

_ERROR = "playground.error"
_TEXT = frozenset({"playground.delta", "playground.reasoning"})


def _nothing() -> None:
    """Do nothing: a viewer that does not follow events in order asks for no snapshot."""


class Merge:
    """Merges the text that waits; viewers in step share the merged event, and so its JSON."""

    def __init__(self) -> None:
        self._last: Json = {}
        self._event: Json = {}
        self._merged: Json = {}

    def of(self, last: Json, event: Json) -> Json:
        """Return the two events as one: the same object whenever asked for the same two."""
        if last is not self._last or event is not self._event:
            self._last, self._event, self._merged = last, event, _merged(last, event)
        return self._merged


class Viewer:
    """One socket's outbox. ``until_news`` waits for the next batch; ``lagged`` is set if the viewer was too slow.

    Events come from several processes, each in its own time. After a snapshot they are told in the order of their
    ``seq``: one that comes too early waits for those before it, and if they are missing, for the next snapshot.
    """

    def __init__(self, merge: Merge | None = None) -> None:
        """``merge`` is shared by the viewers of a conversation."""
        self.merge = merge or Merge()
        self._waiting: deque[Json | bytes] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self._answer_begins = asyncio.Event()
        self._taken = asyncio.Event()
        self._ask_for_snapshot: Callable[[], object] = _nothing
        self._is_ordered = False
        self._wants_snapshot = False
        self._meanwhile: list[Json] | None = None
        self._early: dict[int, Json] = {}
        self._shown_seq = 0
        self._expected_seq = 0
        self.seq = 0
        """The ``seq`` of the newest event that the viewer was sent."""
        self.lagged = False

    def follow(self, ask_for_snapshot: Callable[[], object]) -> None:
        """Tell events in order from the first snapshot on, and call this when some are missing. It never blocks."""
        self._ask_for_snapshot = ask_for_snapshot

    @property
    def is_behind(self) -> bool:
        """Whether it needs a snapshot: events are missing, or the conversation has been taken over."""
        return bool(self._early) or self._wants_snapshot or self._expected_seq > self.seq

    def begin_snapshot(self) -> None:
        """Keep what comes from now on: the snapshot that is being read may not include it."""
        self._meanwhile = []
        self._wants_snapshot = False

    def miss_snapshot(self) -> None:
        """Ask again for the snapshot that could not be read."""
        self._meanwhile = None
        self.want_snapshot()

    def show(self, snapshot: Json) -> None:
        """Replace what waits by a snapshot, which includes every event up to its ``seq``, but no error."""
        errors = [error for event in self._waiting if (error := _error_in(event))]
        self._clear()
        queued, self._meanwhile = self._meanwhile or [], None
        self._is_ordered = self._ask_for_snapshot is not _nothing
        self.seq = self._shown_seq = snapshot["seq"]
        self.tell(snapshot)
        for error in errors:
            self.tell(error | {"seq": self.seq})
        later = {event["seq"]: event for event in (*self._early.values(), *queued) if event["seq"] > self.seq}
        self._early.clear()
        for seq in sorted(later):
            self._put_in_order(later[seq])
        if self._is_ordered and self._expected_seq > self.seq:
            self._ask_for_snapshot()

    def put(self, event: Json) -> None:
        """Add an event of the conversation, unless it was told, or the snapshot included it."""
        if self._meanwhile is not None:
            self._meanwhile.append(event)
            self._let_go_beyond(len(self._meanwhile))
        if self._is_ordered:
            self._put_in_order(event)
        elif event["seq"] > self._shown_seq:
            self.seq = max(self.seq, event["seq"])
            self.tell(event)

    def restart(self, events: Sequence[Json]) -> None:
        """Add events of a conversation whose owner died, from the ``seq`` on that the database knew.

        A viewer that was told more gets a snapshot after them.
        """
        first = events[0]["seq"]
        if self._is_ordered and first <= self.seq:
            self._early.clear()
            self.seq = first - 1
            self._expected_seq = 0
            self.want_snapshot()
        for event in events:
            self.put(event)

    def want_snapshot(self) -> None:
        """Ask for a snapshot: what this viewer was told may not be all."""
        self._wants_snapshot = True
        self._ask_for_snapshot()

    def start_over(self) -> None:
        """Ask for a snapshot and forget what waits for it: a process that was taken for dead may have told it."""
        self._early.clear()
        self._expected_seq = 0
        if self._meanwhile is not None:
            self._meanwhile = []
        self.want_snapshot()

    def expect(self, seq: int) -> None:
        """Ask for a snapshot unless the events up to this ``seq`` were told, or come soon."""
        self._expected_seq = max(seq, self._expected_seq)
        if self._is_ordered and seq > self.seq:
            self._ask_for_snapshot()

    def give_up_missing(self) -> None:
        """Tell what waits for missing events, which no snapshot has."""
        early, self._early = self._early, {}
        self._expected_seq = 0
        for seq in sorted(early):
            self.seq = seq
            self.tell(early[seq])

    def _put_in_order(self, event: Json) -> None:
        seq = event["seq"]
        if seq == self.seq + 1:
            self.seq = seq
            self.tell(event)
            while self._early and (following := self._early.pop(self.seq + 1, None)) is not None:
                self.seq += 1
                self.tell(following)
        elif seq > self.seq:
            self._early[seq] = event
            self._let_go_beyond(len(self._early))
            self._ask_for_snapshot()

    def _let_go_beyond(self, events: int) -> None:
        """Disconnect the viewer if more events are kept for it than may wait: it reconnects, and gets a snapshot."""
        if events > OUTBOX_EVENTS:
            self.lagged = True
            self._meanwhile = None
            self._early.clear()
            self._news.set()

    def tell(self, event: Json) -> None:
        """Add an event for this viewer only."""
        self._bytes += _size(event)
        last = self._waiting[-1] if self._waiting else b""
        if not isinstance(last, bytes) and _continues(last, event):
            self._waiting[-1] = self.merge.of(last, event)
        else:
            if not isinstance(last, bytes) and len(self._waiting) > SHELVED_FROM:
                self._shelve(last)
            self._waiting.append(event)
        if len(self._waiting) > OUTBOX_EVENTS or (self._bytes > OUTBOX_BYTES and len(self._waiting) > 1):
            self.lagged = True
            self._waiting = deque([event])
        self._news.set()
        if _begins_answer(event):
            self._answer_begins.set()

    async def until_news(self) -> None:
        """Wait until there is something to take."""
        await self._news.wait()

    async def until_answer_begins(self) -> None:
        """Wait until the first text of an answer waits."""
        await self._answer_begins.wait()

    async def take(self) -> list[Json]:
        """Wait until there is something to take, and take it."""
        await self.until_news()
        return [orjson.loads(event) if isinstance(event, bytes) else event for event in self._take()]

    def take_encoded(self) -> list[bytes]:
        """Take what waits, each event as its JSON."""
        return [event if isinstance(event, bytes) else json_bytes(event) for event in self._take()]

    async def until_taken(self) -> None:
        """Wait until the outbox is empty."""
        if self._waiting:
            self._taken.clear()
            await self._taken.wait()

    def _take(self) -> list[Json | bytes]:
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
        self._answer_begins.clear()
        self._taken.set()


class Hub:
    """The viewers of each conversation in this process, and the last ``seq`` of each turn that runs here."""

    def __init__(self) -> None:
        self._viewers: dict[str, set[Viewer]] = defaultdict(set)
        self._seqs: dict[str, int] = {}
        self._begun_at: dict[str, int] = {}
        self.forward: Callable[[str, Json], None] | None = None
        """Also sends this process's events to the other processes."""

    def attach(self, conversation_id: str) -> Viewer:
        viewers = self._viewers[conversation_id]
        viewer = Viewer(next((other.merge for other in viewers), None))
        viewers.add(viewer)
        return viewer

    def detach(self, conversation_id: str, viewer: Viewer) -> None:
        viewers = self._viewers[conversation_id]
        viewers.discard(viewer)
        if not viewers:
            del self._viewers[conversation_id]

    def watched(self) -> list[str]:
        """Return the conversations that have a viewer in this process."""
        return list(self._viewers)

    def is_watched(self, conversation_id: str) -> bool:
        return conversation_id in self._viewers

    def has_audience(self, conversation_id: str) -> bool:
        """Whether an event of this process may reach a viewer, here or elsewhere."""
        return conversation_id in self._viewers or self.forward is not None

    def begin_turn(self, conversation_id: str, stored: int) -> None:
        """Give the events of a turn that runs here the ``seq`` after the stored one; nobody else gives any."""
        self._seqs[conversation_id] = self._begun_at[conversation_id] = stored
        self.start_over_beyond(conversation_id, stored)

    def resume_turn(self, conversation_id: str, stored: int) -> None:
        """Go on after the ``seq`` that the conversation's row has given while another process had closed the turn."""
        self._seqs[conversation_id] = max(self.seq(conversation_id), stored)

    def is_own(self, conversation_id: str, seq: int) -> bool:
        """Whether this process alone may give this ``seq``: another's was given by one that was taken for dead."""
        begun_at = self._begun_at.get(conversation_id)
        return begun_at is not None and seq > begun_at

    def end_turn(self, conversation_id: str) -> None:
        """From now on the conversation's row gives the ``seq``."""
        self._seqs.pop(conversation_id, None)
        self._begun_at.pop(conversation_id, None)

    def seq(self, conversation_id: str) -> int:
        """Return that of the newest event of the turn that runs here."""
        return self._seqs.get(conversation_id, 0)

    def next_seq(self, conversation_id: str) -> int:
        self._seqs[conversation_id] = seq = self._seqs.get(conversation_id, 0) + 1
        return seq

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

    def notify(self, conversation_id: str, notice: Json) -> None:
        """Send the viewers in this process a notice, which takes no ``seq`` of the conversation."""
        for viewer in self._viewers.get(conversation_id, ()):
            viewer.tell(notice | {"seq": viewer.seq})

    def restart(self, conversation_id: str, events: Sequence[Json]) -> None:
        """Send the viewers in this process the end of a turn whose owner died."""
        for viewer in self._viewers.get(conversation_id, ()):
            viewer.restart(events)

    def expect(self, conversation_id: str, seq: int) -> None:
        """Have the viewers in this process shown a snapshot unless they were told the events up to this ``seq``."""
        for viewer in self._viewers.get(conversation_id, ()):
            viewer.expect(seq)

    def start_over_beyond(self, conversation_id: str, seq: int) -> None:
        """Have the viewers in this process that were told more than a turn began with shown a snapshot."""
        for viewer in self._viewers.get(conversation_id, ()):
            if viewer.seq > seq:
                viewer.start_over()

    def show_anew(self, conversation_id: str) -> None:
        """Have the viewers in this process shown a snapshot."""
        for viewer in self._viewers.get(conversation_id, ()):
            viewer.start_over()


def _size(event: Json) -> int:
    """Return about its size on the wire in bytes, without encoding deltas, which are frequent."""
    if event["event_type"] in _TEXT:
        return len(event["properties"]["text"])
    return len(json_bytes(event))


def _error_in(event: Json | bytes) -> Json | None:
    """Return the event if it is an error, which is told once and stands in no snapshot."""
    if isinstance(event, bytes):
        return orjson.loads(event) if _ERROR.encode() in event else None
    return event if event["event_type"] == _ERROR else None


def _begins_answer(event: Json) -> bool:
    return event["event_type"] == "playground.delta" and not event["properties"].get("offset", 1)


def _continues(last: Json, event: Json) -> bool:
    return (
        event["event_type"] in _TEXT
        and last["event_type"] == event["event_type"]
        and last["inference_id"] == event["inference_id"]
        and len(last["properties"]["text"]) < MERGED_CHARS
    )


def _merged(last: Json, event: Json) -> Json:
    before, after = last["properties"], event["properties"]
    properties = before | {"text": before["text"] + after["text"]}
    if "count" in after:
        properties["count"] = before["count"] + after["count"]
    return KeptJson(last | {"seq": event["seq"], "properties": properties})
