"""Relays a conversation's events to the processes that watch it, in batches, and takes those of other processes.

Every process that watches or runs a conversation joins its group. A turn's owner sends its events only while another
process watches. While the channel layer is away each process goes on by itself, says so to its viewers, and keeps no
events for the others: an interrupt reaches the owner through the turn's row, and once the layer is back every viewer
is shown a snapshot. `announcements.py` keeps what must be told again, `owner_questions.py` asks a turn's owner.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable

from playground.engine.json_text import KeptJson
from playground.engine.json_types import Json
from playground.failures import log_failure
from playground.realtime.announcements import Announcement, Announcements, Refused, Reminder
from playground.realtime.group_messages import GroupMessages, group_of
from playground.realtime.hub import Hub
from playground.realtime.inspector_feed import NEWS, inspector_feed
from playground.realtime.layer_link import Layer, LayerLink
from playground.realtime.notices import Kind, Notices
from playground.realtime.owner_questions import Owner, OwnerQuestions
from playground.tasks import start_task
from playground.turns.interrupt import Interrupt

logger = logging.getLogger(__name__)

BATCH_S = 0.1
"""How long events for other processes are collected into a batch."""
PRESUMED_WATCHED_S = 1.0
"""How long after its start a turn's events are sent before another process has reported a viewer."""


class Relay:
    """This process's membership in the groups of its conversations. Call ``start`` before use, ``stop`` at the end."""

    def __init__(self, layer: Layer, hub: Hub, owner: Owner, notices: Notices) -> None:
        self._link = LayerLink(layer, self)
        self._inspectors = inspector_feed()
        self._inspectors.connect(self._link)
        self._hub = hub
        self._owner = owner
        self._notices = notices
        self._joined: dict[str, int] = defaultdict(int)
        self._watched_until: dict[str, float] = {}
        self._batches: dict[str, list[Json]] = defaultdict(list)
        self._newest: dict[str, int] = {}
        self._announcements = Announcements()
        self._telling_again: asyncio.Task[None] | None = None
        self._messages = GroupMessages(self._link, self._announcements)
        self._owner_questions = OwnerQuestions(self._messages, owner)
        self._handlers: dict[str, Callable[[Json], None]] = {
            "relay.watch": self._take_watch,
            "relay.started": self._take_started,
            "relay.events": self._take_events,
            "relay.notice": self._take_notice,
            "relay.closed": self._take_closed,
            "relay.show": self._take_show,
            "relay.newest": self._take_newest,
            **self._owner_questions.handlers,
            NEWS: self._inspectors.take,
        }

    async def start(self) -> None:
        """Connect, or keep trying in the background."""
        await self._link.start()

    async def stop(self) -> None:
        await self._link.stop()
        await self._messages.stop()

    @property
    def is_cut_off(self) -> bool:
        """Whether other processes can't be followed."""
        return not self._link.is_up

    def lost(self) -> None:
        """Tell this process's viewers that others can't be followed."""
        self._notices.begin(Kind.FOLLOWERS_LOST)

    def returned(self) -> None:
        self.missed()
        self._notices.end(Kind.FOLLOWERS_LOST)

    def missed(self) -> None:
        """Follow anew what is watched here, and remind the others of the turns that run here."""
        self._inspectors.miss()
        for conversation_id in self._hub.watched():
            self._announcements.keep(Announcement.WATCH, conversation_id)
        for conversation_id, seq in self._newest.items():
            self._presume_watched(conversation_id)
            self._announcements.remind(conversation_id, seq, is_fresh=False)
        self.heard()

    def heard(self) -> None:
        if self._telling_again is not None and not self._telling_again.done():
            return
        due = self._announcements.due()
        if due:
            self._telling_again = start_task(self._tell_again(due), name="telling other processes again")
            self._messages.keep(self._telling_again)

    async def _tell_again(self, due: list[Refused | Reminder]) -> None:
        """Tell until the channel layer refuses one; the rest stays due."""
        for announcement in due:
            if not await self._announce(announcement):
                return
            self._announcements.taken(announcement)

    async def _announce(self, announcement: Refused | Reminder) -> bool:
        """Return whether the channel layer took it. What was missed until others know of a viewer, a snapshot has."""
        conversation_id = announcement.conversation_id
        if isinstance(announcement, Reminder):
            is_watched = self._watched_until.get(conversation_id) == float("inf")
            return await self._messages.send(
                conversation_id, "relay.newest", seq=announcement.seq, is_watched=is_watched
            )
        if announcement.kind is Announcement.SHOW:
            return await self._messages.send(conversation_id, announcement.kind)
        if not self._hub.is_watched(conversation_id):
            return True
        is_taken = await self._messages.send(conversation_id, announcement.kind)
        if is_taken:
            self._hub.show_anew(conversation_id)
        return is_taken

    def take(self, message: Json) -> None:
        """Take a message of another process."""
        try:
            self._handle(message)
        except Exception as error:
            log_failure(logger, error, doing="a message of another process")

    async def join(self, conversation_id: str) -> None:
        """Receive a conversation's events for a viewer in this process."""
        await self._enter(conversation_id)
        await self._messages.send(conversation_id, "relay.watch")

    async def _enter(self, conversation_id: str) -> None:
        self._joined[conversation_id] += 1
        if self._joined[conversation_id] == 1:
            await self._link.enter(group_of(conversation_id))

    async def leave(self, conversation_id: str) -> None:
        self._joined[conversation_id] -= 1
        if self._joined[conversation_id] == 0:
            del self._joined[conversation_id]
            await self._link.leave(group_of(conversation_id))

    async def start_turn(self, conversation_id: str) -> None:
        """Announce a turn that begins here."""
        self._presume_watched(conversation_id)
        self._newest[conversation_id] = self._hub.seq(conversation_id)
        self._announcements.remind(conversation_id, self._newest[conversation_id])
        await self._enter(conversation_id)
        await self._messages.send(conversation_id, "relay.started", seq=self._hub.seq(conversation_id))

    def _presume_watched(self, conversation_id: str) -> None:
        """Send a turn's events until it is known whether another process watches."""
        until = asyncio.get_running_loop().time() + PRESUMED_WATCHED_S
        self._watched_until[conversation_id] = max(until, self._watched_until.get(conversation_id, 0.0))

    def mute_turn(self, conversation_id: str) -> None:
        """Tell and answer nothing more of the turn that runs here: another process gives the ``seq``."""
        self._owner_questions.mute(conversation_id)
        for kept in (self._batches, self._watched_until, self._newest):
            kept.pop(conversation_id, None)
        self._announcements.forget(conversation_id)

    async def end_turn(self, conversation_id: str) -> None:
        """Send the rest of an ended turn's events. While that takes its time, the next turn may begin."""
        self._owner_questions.unmute(conversation_id)
        batch = self._batches.pop(conversation_id, None)
        self._watched_until.pop(conversation_id, None)
        newest = self._newest.pop(conversation_id, None)
        if newest is not None:
            self._announcements.remind(conversation_id, newest)
        if batch:
            await self._send_events(conversation_id, batch)
        await self.leave(conversation_id)

    def forward(self, conversation_id: str, event: Json) -> None:
        """Send an event of this process if another process watches. Never blocks."""
        if conversation_id in self._newest:
            self._newest[conversation_id] = event["seq"]
        loop = asyncio.get_running_loop()
        if not self._link.is_up or self._watched_until.get(conversation_id, 0.0) < loop.time():
            return
        batch = self._batches[conversation_id]
        batch.append(event)
        if len(batch) == 1:
            self._messages.keep(start_task(self._send_batch(conversation_id), name="relay batch"))

    async def send_event(self, conversation_id: str, event: Json) -> None:
        """Send an event of no turn to whoever watches elsewhere, after what waits for a batch."""
        batch = [*self._batches.pop(conversation_id, ()), event]
        await self._send_events(conversation_id, batch)

    async def send_notice(self, conversation_id: str, notice: Json) -> None:
        """Send what has no ``seq`` of its own."""
        await self._messages.send(conversation_id, "relay.notice", notice=notice)

    async def send_closed(self, conversation_id: str, turn_id: str, events: list[Json]) -> None:
        """Send the end of a turn that was closed for its owner, and have a snapshot shown after it.

        Its events begin at a ``seq`` that viewers may have been told already, so no reminder would do.
        """
        await self._messages.send(conversation_id, "relay.closed", turn_id=turn_id, events=events)
        self._announcements.keep(Announcement.SHOW, conversation_id)

    async def have_shown_anew(self, conversation_id: str) -> None:
        """Have viewers in other processes shown a snapshot."""
        await self._messages.send(conversation_id, "relay.show")

    async def owner_tells(self, conversation_id: str, event_type: str, properties: Json) -> bool:
        return await self._owner_questions.tell(conversation_id, event_type, properties)

    async def live_state_elsewhere(self, conversation_id: str) -> Json | None:
        return await self._owner_questions.live_state(conversation_id)

    async def interrupt(self, conversation_id: str, interrupt: Interrupt) -> None:
        await self._owner_questions.interrupt(conversation_id, interrupt)

    async def withdraw_interrupt(self, conversation_id: str) -> None:
        await self._owner_questions.withdraw_interrupt(conversation_id)

    def _handle(self, message: Json) -> None:
        if message.get("sender") == self._link.channel:
            return
        handle = self._handlers.get(message["type"])
        if handle is not None:
            handle(message)

    def _take_watch(self, message: Json) -> None:
        if message["conversation_id"] in self._watched_until:
            self._watched_until[message["conversation_id"]] = float("inf")

    def _take_started(self, message: Json) -> None:
        """Take the start of a turn elsewhere; a process of an earlier version tells no ``seq``."""
        conversation_id = message["conversation_id"]
        if "seq" in message:
            self._owner.give_up_here(conversation_id, message["seq"])
            self._hub.start_over_beyond(conversation_id, message["seq"])
        if self._hub.is_watched(conversation_id):
            self._messages.answer(message, "relay.watch")

    def _take_events(self, message: Json) -> None:
        conversation_id = message["conversation_id"]
        if not self._hub.is_watched(conversation_id):
            return
        for event in message["events"]:
            if not self._hub.is_own(conversation_id, event["seq"]):
                self._hub.deliver(conversation_id, KeptJson(event))

    def _take_notice(self, message: Json) -> None:
        self._hub.notify(message["conversation_id"], message["notice"])

    def _take_closed(self, message: Json) -> None:
        """Take the end of a turn whose owner was taken for dead: not if that is this process."""
        conversation_id = message["conversation_id"]
        live = self._owner.live_state(conversation_id)
        if live is None or live["turn"]["turn_id"] != message["turn_id"]:
            self._hub.restart(conversation_id, [KeptJson(event) for event in message["events"]])

    def _take_show(self, message: Json) -> None:
        self._hub.show_anew(message["conversation_id"])

    def _take_newest(self, message: Json) -> None:
        conversation_id = message["conversation_id"]
        if not self._hub.is_watched(conversation_id) or self._hub.is_own(conversation_id, message["seq"]):
            return
        if not message["is_watched"]:
            self._messages.answer(message, "relay.watch")
        self._hub.expect(conversation_id, message["seq"])

    async def _send_batch(self, conversation_id: str) -> None:
        await asyncio.sleep(BATCH_S)
        batch = self._batches.pop(conversation_id, None)
        if batch:
            await self._send_events(conversation_id, batch)

    async def _send_events(self, conversation_id: str, events: list[Json]) -> None:
        is_sent = await self._messages.send(conversation_id, "relay.events", events=events)
        self._announcements.remind(conversation_id, events[-1]["seq"], is_fresh=is_sent)
