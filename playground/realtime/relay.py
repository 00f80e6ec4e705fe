"""Relays conversations between processes: events to viewers elsewhere in batches, interrupts to a turn's owner.

Every process that watches or runs a conversation joins its group. A turn's owner sends its events only while another
process watches. If the channel layer fails, viewers elsewhere catch up by a snapshot, and an interrupt reaches the
owner through the turn's row.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Protocol
from uuid import uuid4

from channels.layers import InMemoryChannelLayer, get_channel_layer

from playground.engine.json_types import Json
from playground.failures import log_failure
from playground.realtime.hub import Hub
from playground.storage import leases
from playground.storage.database_thread import in_database_thread
from playground.tasks import start_task
from playground.turns.interrupt import Interrupt

logger = logging.getLogger(__name__)

BATCH_S = 0.1
"""How long events for other processes are collected into a batch."""
PRESUMED_WATCHED_S = 1.0
"""How long after its start a turn's events are sent before another process has reported a viewer."""
ANSWER_S = 1.0
"""How long to wait for another process's answer."""
RECONNECT_S = 1.0


class Layer(Protocol):
    """The methods used of a channel layer."""

    async def new_channel(self) -> str: ...
    async def receive(self, channel: str) -> Json: ...
    async def send(self, channel: str, message: Json) -> None: ...
    async def group_add(self, group: str, channel: str) -> None: ...
    async def group_discard(self, group: str, channel: str) -> None: ...
    async def group_send(self, group: str, message: Json) -> None: ...


def shared_layer() -> Layer | None:
    """Return the channel layer between the installation's processes, or None if there is only one process."""
    layer = get_channel_layer()
    return None if isinstance(layer, InMemoryChannelLayer) else layer


class Owner(Protocol):
    """The runner of this process, as seen by the relay."""

    def live_state(self, conversation_id: str) -> Json | None:
        """Return ``{"turn", "now_ms", "seq"}`` of the turn that runs here, or None."""

    def cut_here(self, conversation_id: str, interrupt: Interrupt) -> Json | None:
        """Interrupt the turn that runs here; return the notice to send if the persona forbids it."""

    def tell_here(self, conversation_id: str, event_type: str, properties: Json) -> bool:
        """Tell an event with the ``seq`` of the turn that runs here; False without one."""


def _group(conversation_id: str) -> str:
    return f"conversation.{conversation_id}"


class Relay:
    """This process's membership in the groups of its conversations. Call ``start`` before use, ``stop`` at the end."""

    def __init__(self, layer: Layer, hub: Hub, owner: Owner) -> None:
        self._layer = layer
        self._hub = hub
        self._owner = owner
        self._channel = ""
        self._receiver: asyncio.Task[None] | None = None
        self._joined: dict[str, int] = defaultdict(int)
        self._watched_until: dict[str, float] = {}
        self._batches: dict[str, list[Json]] = defaultdict(list)
        self._sending: set[asyncio.Task[None]] = set()
        self._asked: dict[str, asyncio.Future[Json]] = {}
        self._handlers: dict[str, Callable[[Json], None]] = {
            "relay.watch": self._take_watch,
            "relay.started": self._take_started,
            "relay.events": self._take_events,
            "relay.notice": self._take_notice,
            "relay.closed": self._take_closed,
            "relay.show": self._take_show,
            "relay.tell": self._take_tell,
            "relay.interrupt": self._take_interrupt,
            "relay.ask": self._take_ask,
            "relay.told": self._take_told,
        }

    async def start(self) -> None:
        """Connect, or keep trying in the background."""
        connected = asyncio.Event()
        self._receiver = start_task(self._receive(connected), name="relay")
        try:
            async with asyncio.timeout(ANSWER_S):
                await connected.wait()
        except TimeoutError:
            logger.warning("The channel layer does not answer: this process goes on by itself meanwhile.")

    async def stop(self) -> None:
        tasks = [*self._sending, *([self._receiver] if self._receiver else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def join(self, conversation_id: str) -> None:
        """Receive a conversation's events for a viewer in this process."""
        await self._enter(conversation_id)
        await self._tell_group(conversation_id, "relay.watch")

    async def _enter(self, conversation_id: str) -> None:
        self._joined[conversation_id] += 1
        if self._joined[conversation_id] == 1 and self._channel:
            await self._try(self._layer.group_add(_group(conversation_id), self._channel))

    async def leave(self, conversation_id: str) -> None:
        self._joined[conversation_id] -= 1
        if self._joined[conversation_id] == 0:
            del self._joined[conversation_id]
            if self._channel:
                await self._try(self._layer.group_discard(_group(conversation_id), self._channel))

    async def start_turn(self, conversation_id: str) -> None:
        """Announce a turn that begins here."""
        until = asyncio.get_running_loop().time() + PRESUMED_WATCHED_S
        self._watched_until[conversation_id] = until
        await self._enter(conversation_id)
        await self._tell_group(conversation_id, "relay.started")

    async def end_turn(self, conversation_id: str) -> None:
        """Send the rest of an ended turn's events."""
        batch = self._batches.pop(conversation_id, None)
        if batch:
            await self._tell_group(conversation_id, "relay.events", events=batch)
        self._watched_until.pop(conversation_id, None)
        await self.leave(conversation_id)

    def forward(self, conversation_id: str, event: Json) -> None:
        """Send an event of this process if another process watches. Never blocks."""
        loop = asyncio.get_running_loop()
        if self._watched_until.get(conversation_id, 0.0) < loop.time():
            return
        batch = self._batches[conversation_id]
        batch.append(event)
        if len(batch) == 1:
            self._keep(start_task(self._send_batch(conversation_id), name="relay batch"))

    async def interrupt(self, conversation_id: str, interrupt: Interrupt) -> None:
        """Interrupt the turn that runs in another process."""
        is_sent = await self._tell_group(
            conversation_id,
            "relay.interrupt",
            at_offset=interrupt.at_offset,
            is_final=interrupt.is_final,
        )
        if not is_sent:
            await in_database_thread(leases.request_interrupt)(conversation_id, is_final=interrupt.is_final)

    async def send_event(self, conversation_id: str, event: Json) -> None:
        """Send an event of no turn to whoever watches elsewhere, after what waits for a batch."""
        batch = [*self._batches.pop(conversation_id, ()), event]
        await self._tell_group(conversation_id, "relay.events", events=batch)

    async def send_notice(self, conversation_id: str, notice: Json) -> None:
        """Send what has no ``seq`` of its own."""
        await self._tell_group(conversation_id, "relay.notice", notice=notice)

    async def send_closed(self, conversation_id: str, turn_id: str, events: list[Json]) -> None:
        """Send the end of a turn that was closed for its owner."""
        await self._tell_group(conversation_id, "relay.closed", turn_id=turn_id, events=events)

    async def have_shown_anew(self, conversation_id: str) -> None:
        """Have viewers in other processes shown a snapshot."""
        await self._tell_group(conversation_id, "relay.show")

    async def owner_tells(self, conversation_id: str, event_type: str, properties: Json) -> bool:
        """Have the process that runs the conversation's turn tell an event; False without one that answers in time."""
        answer = await self._ask(conversation_id, "relay.tell", event_type=event_type, properties=properties)
        return answer is not None

    async def live_state_elsewhere(self, conversation_id: str) -> Json | None:
        """Return the state of the turn that runs in another process, or None without an answer in time."""
        return await self._ask(conversation_id, "relay.ask")

    async def _ask(self, conversation_id: str, kind: str, **about: Any) -> Json | None:
        """Return what another process answers, or None without an answer in time."""
        nonce = uuid4().hex
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._asked[nonce] = answer
        try:
            if not await self._tell_group(conversation_id, kind, nonce=nonce, **about):
                return None
            async with asyncio.timeout(ANSWER_S):
                return await answer
        except TimeoutError:
            return None
        finally:
            del self._asked[nonce]

    async def _connect(self) -> None:
        while True:
            try:
                self._channel = await self._layer.new_channel()
                for conversation_id in self._joined:
                    await self._layer.group_add(_group(conversation_id), self._channel)
                return
            except Exception as error:
                logger.warning("The channel layer cannot be reached (%s).", type(error).__name__)
            await asyncio.sleep(RECONNECT_S)

    async def _receive(self, connected: asyncio.Event) -> None:
        await self._connect()
        connected.set()
        while True:
            try:
                message = await self._layer.receive(self._channel)
            except Exception as error:
                logger.warning("Nothing comes from the channel layer (%s).", type(error).__name__)
                await asyncio.sleep(RECONNECT_S)
                continue
            try:
                self._handle(message)
            except Exception as error:
                log_failure(logger, error, doing="a message of another process")

    def _handle(self, message: Json) -> None:
        if message.get("sender") == self._channel:
            return
        handle = self._handlers.get(message["type"])
        if handle is not None:
            handle(message)

    def _take_watch(self, message: Json) -> None:
        if message["conversation_id"] in self._watched_until:
            self._watched_until[message["conversation_id"]] = float("inf")

    def _take_started(self, message: Json) -> None:
        if self._hub.is_watched(message["conversation_id"]):
            self._answer(message, "relay.watch")

    def _take_events(self, message: Json) -> None:
        conversation_id = message["conversation_id"]
        if not self._hub.is_watched(conversation_id):
            return
        for event in message["events"]:
            self._hub.deliver(conversation_id, event)

    def _take_notice(self, message: Json) -> None:
        self._hub.notify(message["conversation_id"], message["notice"])

    def _take_closed(self, message: Json) -> None:
        """Take the end of a turn whose owner was taken for dead: not if that is this process."""
        conversation_id = message["conversation_id"]
        live = self._owner.live_state(conversation_id)
        if live is None or live["turn"]["turn_id"] != message["turn_id"]:
            self._hub.restart(conversation_id, message["events"])

    def _take_show(self, message: Json) -> None:
        self._hub.show_anew(message["conversation_id"])

    def _take_tell(self, message: Json) -> None:
        about = message["conversation_id"], message["event_type"], message["properties"]
        if self._owner.tell_here(*about):
            self._answer(message, "relay.told", nonce=message["nonce"], told={})

    def _take_interrupt(self, message: Json) -> None:
        interrupt = Interrupt(message["at_offset"], is_final=message["is_final"])
        refusal = self._owner.cut_here(message["conversation_id"], interrupt)
        if refusal is not None:
            self._answer(message, "relay.notice", notice=refusal)

    def _take_ask(self, message: Json) -> None:
        live = self._owner.live_state(message["conversation_id"])
        if live is not None:
            self._answer(message, "relay.told", nonce=message["nonce"], told=live)

    def _take_told(self, message: Json) -> None:
        answer = self._asked.get(message["nonce"])
        if answer is not None and not answer.done():
            answer.set_result(message["told"])

    async def _send_batch(self, conversation_id: str) -> None:
        await asyncio.sleep(BATCH_S)
        batch = self._batches.pop(conversation_id, None)
        if batch:
            await self._tell_group(conversation_id, "relay.events", events=batch)

    def _answer(self, message: Json, kind: str, **about: Any) -> None:
        made = self._message(message["conversation_id"], kind, about)
        self._keep(start_task(self._send(message["sender"], made), name="relay answer"))

    async def _send(self, channel: str, message: Json) -> None:
        await self._try(self._layer.send(channel, message))

    async def _tell_group(self, conversation_id: str, kind: str, **about: Any) -> bool:
        if not self._channel:
            return False
        made = self._message(conversation_id, kind, about)
        return await self._try(self._layer.group_send(_group(conversation_id), made))

    def _message(self, conversation_id: str, kind: str, about: Json) -> Json:
        return {"type": kind, "sender": self._channel, "conversation_id": conversation_id, **about}

    async def _try(self, sending: Any) -> bool:
        """Return whether the channel layer accepted it. Otherwise this process carries on alone."""
        try:
            async with asyncio.timeout(ANSWER_S):
                await sending
        except Exception as error:
            logger.warning("The channel layer took no message (%s).", type(error).__name__)
            return False
        return True

    def _keep(self, task: "asyncio.Task[None]") -> None:
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
