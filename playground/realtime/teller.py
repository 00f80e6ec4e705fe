"""Tells viewers in every process what belongs to no running turn: contexts, tool results, ends, closed orphans.

The ``seq`` of such an event is the database's, or the running turn's owner's; no process guesses one.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from playground.engine.errors.codes import GreenroomError
from playground.engine.events import Timings, TurnClosed, TurnStatus
from playground.engine.json_types import Json
from playground.realtime.hub import Hub
from playground.realtime.wire_events import envelope, wire_count, wire_events
from playground.storage import conversation_edits
from playground.storage.database_thread import in_database_thread
from playground.storage.leases import STOPPED, ClosedOrphan

TRIES = 3
"""How often a ``seq`` is asked for, of the owner and of the database in turn: a turn may end, or begin, in between."""
LOOK_AGAIN_S = 0.05
"""How long to wait for a turn that is being started, or ended, before the next try."""


class Turn(Protocol):
    """A turn that runs here: `LiveTurn`."""

    def tell(self, event_type: str, properties: Json) -> bool:
        """Tell an event with the turn's next ``seq``; False if its end may be stored already."""


class Others(Protocol):
    """The other processes: the relay."""

    async def send_event(self, conversation_id: str, event: Json) -> None: ...
    async def send_notice(self, conversation_id: str, notice: Json) -> None: ...
    async def send_closed(self, conversation_id: str, turn_id: str, events: list[Json]) -> None: ...
    async def have_shown_anew(self, conversation_id: str) -> None: ...
    async def owner_tells(self, conversation_id: str, event_type: str, properties: Json) -> bool: ...


class Teller:
    """Tells viewers here, and by ``others`` elsewhere."""

    def __init__(
        self,
        hub: Hub,
        *,
        others: Others | None,
        turn_of: Callable[[str], Turn | None],
        has_turn: Callable[[str], bool],
    ) -> None:
        """``turn_of`` returns the conversation's turn that runs here, ``has_turn`` also sees one that starts."""
        self._hub = hub
        self._others = others
        self._turn_of = turn_of
        self._has_turn = has_turn

    async def tell(self, conversation_id: str, seq: int | None, event_type: str, properties: Json) -> None:
        """Tell an event with this ``seq``, or with the next one of the open turn's owner if it is None."""
        for _ in range(TRIES):
            if seq is not None:
                break
            if await self._owner_tells(conversation_id, event_type, properties):
                return
            seq = await in_database_thread(conversation_edits.take_seq)(conversation_id)
        if seq is None:
            await self.show_anew(conversation_id)
            return
        event = envelope(event_type, properties, conversation_id=conversation_id, seq=seq)
        self._hub.deliver(conversation_id, event)
        if self._others is not None:
            await self._others.send_event(conversation_id, event)

    async def notify(self, conversation_id: str, error: GreenroomError) -> None:
        """Tell an error of the conversation, which is no part of it: a snapshot doesn't show it."""
        notice = envelope("playground.error", error.as_json(), conversation_id=conversation_id, seq=0)
        self._hub.notify(conversation_id, notice)
        if self._others is not None:
            await self._others.send_notice(conversation_id, notice)

    async def tell_closed(self, orphan: ClosedOrphan) -> None:
        """Tell the end of a turn that was closed for its dead owner."""
        end = _end_of(orphan.text, orphan.heard_text)
        events = [
            envelope(
                event_type,
                {"turn_id": orphan.turn_id, "t_ms": 0, **properties},
                conversation_id=orphan.conversation_id,
                seq=orphan.last_seq + place,
                turn_idx=orphan.turn_idx,
            )
            for place, (event_type, properties) in enumerate(wire_events(end), start=1)
        ]
        self._hub.restart(orphan.conversation_id, events)
        if self._others is not None:
            await self._others.send_closed(orphan.conversation_id, orphan.turn_id, list(events))

    async def _owner_tells(self, conversation_id: str, event_type: str, properties: Json) -> bool:
        turn = self._turn_of(conversation_id)
        if turn is not None and turn.tell(event_type, properties):
            return True
        if turn is None and not self._has_turn(conversation_id) and self._others is not None:
            return await self._others.owner_tells(conversation_id, event_type, properties)
        await asyncio.sleep(LOOK_AGAIN_S)
        return False

    async def show_anew(self, conversation_id: str) -> None:
        """Send every viewer a snapshot, because of a change that no event with a ``seq`` tells."""
        self._hub.show_anew(conversation_id)
        if self._others is not None:
            await self._others.have_shown_anew(conversation_id)


def events_of_closing(text: str) -> int:
    """Return how many events tell that a turn with this text was closed for its owner."""
    return wire_count(_end_of(text, ""))


def _end_of(text: str, heard_text: str) -> TurnClosed:
    return TurnClosed(
        t_ms=0,
        status=TurnStatus.INTERRUPTED,
        text=text,
        heard_text=heard_text,
        error=STOPPED,
        timings=Timings(),
    )
