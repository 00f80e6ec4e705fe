"""Tells the viewers of every conversation what this process can't do at the moment, and when it can again."""

from enum import StrEnum

from playground.engine.json_types import Json
from playground.realtime.hub import Hub
from playground.realtime.wire_events import envelope


class Kind(StrEnum):
    FOLLOWERS_LOST = "followers_lost"
    NOT_STORED = "not_stored"
    STOPPING = "stopping"


BEGINS = {
    Kind.FOLLOWERS_LOST: (
        "Other server processes can't be followed at the moment: a turn that runs there is shown here as soon as "
        "Redis, which connects them, is back. What you say here is answered as always."
    ),
    Kind.NOT_STORED: (
        "Nothing is stored at the moment: the database takes nothing. Turns that run go on, and are stored as soon "
        "as it is back."
    ),
    Kind.STOPPING: (
        "This server process is about to stop: what is being said may still end, and is stored. Say the next thing "
        "once this page is connected again; it tries by itself."
    ),
}
ENDS = {
    Kind.FOLLOWERS_LOST: "Other server processes can be followed again.",
    Kind.NOT_STORED: "What happens here is stored again.",
    Kind.STOPPING: "This server process goes on.",
}


class Notices:
    """Those that are on. Viewers are told of a change at once, and of those that are on with each snapshot."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._on: set[Kind] = set()

    def begin(self, kind: Kind) -> None:
        if kind not in self._on:
            self._on.add(kind)
            self._tell(notice(kind, is_on=True))

    def end(self, kind: Kind) -> None:
        if kind in self._on:
            self._on.discard(kind)
            self._tell(notice(kind, is_on=False))

    def as_json(self) -> list[Json]:
        """Return the properties of those that are on, as a snapshot has them."""
        return [notice(kind, is_on=True) for kind in Kind if kind in self._on]

    def _tell(self, properties: Json) -> None:
        for conversation_id in self._hub.watched():
            event = envelope("playground.notice", properties, conversation_id=conversation_id, seq=0)
            self._hub.notify(conversation_id, event)


def notice(kind: Kind, *, is_on: bool) -> Json:
    return {"kind": str(kind), "is_on": is_on, "message": (BEGINS if is_on else ENDS)[kind]}
