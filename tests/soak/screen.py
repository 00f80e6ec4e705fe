"""What one viewer sees of a conversation, reduced from events as `static/js/playground/state.js` does, and strictly.

The page forgives what it can; here each event that is missing or comes twice is a finding.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from playground.engine.json_types import Json

CLOSINGS = {f"playground.turn.{status}": status for status in ("completed", "interrupted", "failed")}
MERGED = frozenset({"playground.delta", "playground.reasoning"})
"""Their text waits in one event for a slow viewer, with the ``seq`` of the last of them."""
NOTICES = frozenset({"playground.error", "playground.notice"})
"""They are no part of the conversation, and have no ``seq`` of their own."""
OPEN = frozenset({"pending", "streaming"})


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A turn as it stands on the screen."""

    turn_id: str
    user_text: str
    client_msg_id: str
    status: str
    text: str
    heard_text: str = ""
    was_orphaned: bool = False
    """Whether it was closed because its server had died or was stopped."""

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


@dataclass(slots=True)
class Seen:
    """The longest text of a turn that anyone saw, and when which length of it was there, in s of this machine."""

    text: str = ""
    growth: list[tuple[float, int]] = field(default_factory=list)

    def add(self, text: str) -> None:
        if len(text) > len(self.text):
            self.text = text
            self.growth.append((time.monotonic(), len(text)))

    def chars_at(self, at_s: float) -> int:
        """Return the length that was shown at this moment."""
        return max((chars for seen_s, chars in self.growth if seen_s <= at_s), default=0)


class Witness:
    """What all viewers together saw: of each turn the longest text, and what was wrong."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}
        self.findings: list[str] = []
        self.events = 0

    def saw(self, turn: ShownTurn) -> None:
        self.seen.setdefault(turn.turn_id, Seen()).add(turn.text)


class Screen:
    """One viewer's ``turns`` and ``context``; sockets come and go, and each begins with a snapshot."""

    def __init__(self, name: str, witness: Witness) -> None:
        self._name, self._witness = name, witness
        self.turns: dict[str, ShownTurn] = {}
        self.context = ""
        self.seq = 0
        self.notices: list[Json] = []
        self.has_snapshot = False
        self._awaits_snapshot = False

    def disconnected(self) -> None:
        self.has_snapshot = False

    def by_message(self, client_msg_id: str) -> ShownTurn | None:
        return next((turn for turn in self.turns.values() if turn.client_msg_id == client_msg_id), None)

    def has_ended(self, client_msg_id: str) -> bool:
        turn = self.by_message(client_msg_id)
        return turn is not None and not turn.is_open

    @property
    def is_at_rest(self) -> bool:
        """Whether it is connected, and shows no open turn."""
        return self.has_snapshot and not any(turn.is_open for turn in self.turns.values())

    def apply(self, event: Json) -> None:
        """Raises nothing: what is wrong goes to the witness."""
        self._witness.events += 1
        kind, properties = event["event_type"], event["properties"]
        if kind == "playground.snapshot":
            self._show(properties)
        elif kind == "playground.snapshot.turns":
            self.turns = {turn.turn_id: turn for turn in _turns(properties)} | self.turns
        elif kind in NOTICES:
            self.notices.append(properties)
        elif not self.has_snapshot:
            self._wrong(event, "came before a snapshot")
        elif self._is_next(event):
            self.seq = event["seq"]
            self._change(event)

    def _show(self, properties: Json) -> None:
        known = self.turns if properties["earlier"] else {}
        self.turns = {**known, **{turn.turn_id: turn for turn in _turns(properties)}}
        self.context = properties["conversation"]["conversational_context"]
        self.seq = properties["seq"]
        self.has_snapshot, self._awaits_snapshot = True, False
        for turn in self.turns.values():
            self._witness.saw(turn)

    def _is_next(self, event: Json) -> bool:
        """Whether it follows what is shown. A dead owner's turn is closed under a ``seq`` that may have been told."""
        seq, kind = event["seq"], event["event_type"]
        if seq <= self.seq:
            is_repeated = self._awaits_snapshot or _is_orphans(event)
            self._awaits_snapshot = self._awaits_snapshot or is_repeated
            if not is_repeated:
                self._wrong(event, f"came twice: {self.seq} was shown")
            return False
        if seq > self.seq + 1 and kind not in MERGED:
            self._wrong(event, f"came when {self.seq} was shown: some are missing")
        return True

    def _change(self, event: Json) -> None:
        kind, properties = event["event_type"], event["properties"]
        if kind == "playground.turn.started":
            self._start(properties)
        elif kind == "playground.context":
            self.context = properties["conversational_context"]
        elif kind == "playground.delta":
            self._write(event)
        elif kind in CLOSINGS:
            self._close(event)

    def _start(self, properties: Json) -> None:
        message = properties.get("client_msg_id") or ""
        turn = ShownTurn(properties["turn_id"], properties.get("text") or "", message, "pending", "")
        self.turns[turn.turn_id] = turn

    def _write(self, event: Json) -> None:
        properties = event["properties"]
        turn = self.turns.get(properties["turn_id"])
        if turn is None:
            self._wrong(event, "belongs to a turn that is not shown")
            return
        if properties["offset"] != len(turn.text):
            self._wrong(
                event, f"has offset {properties['offset']} where {len(turn.text)} characters are shown"
            )
        self._put(replace(turn, status="streaming", text=turn.text + properties["text"]))

    def _close(self, event: Json) -> None:
        properties = event["properties"]
        turn = self.turns.get(properties["turn_id"])
        if turn is None:
            self._wrong(event, "closes a turn that is not shown")
            return
        was_orphaned = _is_orphans(event)
        if not was_orphaned and properties["text"] != turn.text:
            self._wrong(event, f"has {len(properties['text'])} characters, {len(turn.text)} were shown")
        status = CLOSINGS[event["event_type"]]
        self._put(
            replace(
                turn,
                status=status,
                text=properties["text"],
                heard_text=properties["heard_text"],
                was_orphaned=was_orphaned,
            )
        )

    def _put(self, turn: ShownTurn) -> None:
        self.turns[turn.turn_id] = turn
        self._witness.saw(turn)

    def _wrong(self, event: Json, what: str) -> None:
        self._witness.findings.append(f"{self._name}: {event['event_type']} with seq {event['seq']} {what}")


def _turns(properties: Json) -> Iterator[ShownTurn]:
    for turn in properties["turns"]:
        yield ShownTurn(
            turn["turn_id"],
            turn["user_text"],
            turn["client_msg_id"],
            turn["status"],
            turn["text"],
            turn["heard_text"],
            _was_cancelled(turn),
        )


def _is_orphans(event: Json) -> bool:
    """Whether it tells the end of a turn whose server died: its last words, and its closing."""
    kind, properties = event["event_type"], event["properties"]
    if kind == "conversation.utterance":
        return bool(properties.get("interrupted"))
    return kind in CLOSINGS and _was_cancelled(properties)


def _was_cancelled(properties: Json) -> bool:
    return (properties.get("error") or {}).get("code") == "cancelled"
