"""Keeps this process on the channel layer between processes: notices when it is cut off, and returns by itself.

A message that each process sends to itself, PROBE_S apart, shows that its messages are taken and that others' arrive.
"""

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from typing import Protocol
from uuid import uuid4

from channels.layers import InMemoryChannelLayer, get_channel_layer

from playground.engine.json_types import Json
from playground.tasks import start_task

logger = logging.getLogger(__name__)

SEND_S = 1.0
"""How long the channel layer may take to accept a message."""
PROBE_S = 1.0
"""How often a process looks whether its own messages come back."""
SILENT_S = 3.0
"""How long none may come back before the process counts as cut off; a layer that refuses one is gone at once."""
CONNECT_S = 5.0
"""How long one attempt to return may take: all groups are entered anew."""
RECONNECT_S = 1.0
"""How long after an attempt the next one begins."""
FIRST_PROBES_S = 0.2
"""How often a process that returns looks for its own message: its groups may not be entered yet."""

_PROBE = "link.probe"


class Layer(Protocol):
    """The methods used of a channel layer."""

    async def new_channel(self) -> str: ...
    async def receive(self, channel: str) -> Json: ...
    async def send(self, channel: str, message: Json) -> None: ...
    async def group_add(self, group: str, channel: str) -> None: ...
    async def group_discard(self, group: str, channel: str) -> None: ...
    async def group_send(self, group: str, message: Json) -> None: ...
    async def flush(self) -> None: ...


def shared_layer() -> Layer | None:
    """Return the channel layer between the installation's processes, or None if there is only one process."""
    layer = get_channel_layer()
    return None if isinstance(layer, InMemoryChannelLayer) else layer


class Follower(Protocol):
    """What depends on the link: the relay. Nothing here may block."""

    def take(self, message: Json) -> None:
        """Take a message of the groups, or to the channel."""

    def lost(self) -> None:
        """Messages don't arrive any more, and none can be sent."""

    def returned(self) -> None:
        """The process is in all its groups; messages of the time before were lost."""

    def missed(self) -> None:
        """Some messages were lost, and the process was never cut off for longer than SILENT_S."""

    def heard(self) -> None:
        """Messages arrive and can be sent."""


class LayerLink:
    """This process's channel, in its groups. Call ``start`` before use, ``stop`` at the end."""

    def __init__(self, layer: Layer, follower: Follower) -> None:
        self._layer = layer
        self._follower = follower
        self._groups: set[str] = set()
        self._own_group = f"process.{uuid4().hex}"
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._has_settled = asyncio.Event()
        self._look_now = asyncio.Event()
        self._echo = asyncio.Event()
        self._is_incomplete = False
        """Whether a group could not be entered or left: the layer may believe either of it."""
        self._sent_number = self._heard_number = 0
        self._heard_at = 0.0
        self.channel = ""
        """Of this process; another one after each return."""
        self.is_up = False
        """Whether messages arrive and can be sent, as far as is known."""

    async def start(self) -> None:
        """Connect, or keep trying in the background."""
        self._tasks["link"] = start_task(self._keep(), name="link to other processes")
        try:
            async with asyncio.timeout(SEND_S):
                await self._has_settled.wait()
        except TimeoutError:
            self._lose("TimeoutError")

    async def stop(self) -> None:
        """Close the connections: a layer that is away would be waited for otherwise, to leave its groups."""
        self.is_up = False
        with suppress(Exception):
            async with asyncio.timeout(SEND_S):
                await self._layer.flush()
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def enter(self, group: str) -> None:
        self._groups.add(group)
        if self.is_up and not await self._try(self._layer.group_add(group, self.channel)):
            self._is_incomplete = True

    async def leave(self, group: str) -> None:
        self._groups.discard(group)
        if self.is_up and not await self._try(self._layer.group_discard(group, self.channel)):
            self._is_incomplete = True

    async def send(self, channel: str, message: Json) -> bool:
        """Return whether the layer took it. Nothing is kept for later."""
        return self.is_up and await self._try(self._layer.send(channel, message))

    async def group_send(self, group: str, message: Json) -> bool:
        """As ``send``, to all processes in the group."""
        return self.is_up and await self._try(self._layer.group_send(group, message))

    async def _try(self, sending: Awaitable[None]) -> bool:
        """Return whether the layer took it; if not, look at once whether it is away."""
        try:
            async with asyncio.timeout(SEND_S):
                await sending
        except Exception as error:
            logger.info("The channel layer took no message (%s).", type(error).__name__)
            self._look_now.set()
            return False
        return True

    async def _keep(self) -> None:
        while True:
            try:
                async with asyncio.timeout(CONNECT_S):
                    await self._connect()
            except Exception as error:
                self._lose(type(error).__name__)
                await asyncio.sleep(RECONNECT_S)
            else:
                self._return()
                self._lose(await self._until_away())

    def _lose(self, why: str) -> None:
        if self.is_up or not self._has_settled.is_set():
            logger.warning("The channel layer is away (%s): this process goes on by itself.", why)
        self.is_up = False
        self._has_settled.set()
        self._follower.lost()

    def _return(self) -> None:
        if self._has_settled.is_set():
            logger.warning("The channel layer is back.")
        self.is_up = True
        self._has_settled.set()
        self._follower.returned()

    async def _connect(self) -> None:
        """Enter every group over new connections, and wait until a message to this process comes back.

        What the old ones still hold is too late to be obeyed.
        """
        self._is_incomplete = False
        await self._layer.flush()
        await self._receive_from(await self._layer.new_channel())
        entered: set[str] = set()
        while True:
            entered = await self._enter_all(entered)
            await self._until_echo()
            if entered == self._groups:
                return

    async def _until_echo(self) -> None:
        """Wait until a message to this process comes back."""
        before = self._sent_number
        self._echo.clear()
        while self._heard_number <= before:
            await self._probe()
            await _within(FIRST_PROBES_S, self._echo)

    async def _receive_from(self, channel: str) -> None:
        former = self._tasks.pop("receiver", None)
        if former is not None:
            former.cancel()
            await asyncio.gather(former, return_exceptions=True)
        self.channel = channel
        self._tasks["receiver"] = start_task(self._receive(channel), name="messages of other processes")

    async def _enter_all(self, entered: set[str]) -> set[str]:
        """Enter and leave what has changed since, the process's own group at last; return the groups.

        Meanwhile others may be entered and left.
        """
        wanted = set(self._groups)
        for group in wanted - entered:
            await self._layer.group_add(group, self.channel)
        for group in entered - wanted:
            await self._layer.group_discard(group, self.channel)
        await self._layer.group_add(self._own_group, self.channel)
        return wanted

    async def _until_away(self) -> str:
        """Look every PROBE_S, and return why nothing is to be expected of the layer."""
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        while True:
            due = loop.time() + PROBE_S
            try:
                await self._probe()
            except TimeoutError:
                pass  # it may be slow; SILENT_S decides
            except Exception as error:
                return type(error).__name__
            if self._is_incomplete:
                return "a group that couldn't be entered or left"
            if loop.time() - self._heard_at >= SILENT_S:
                return "nothing comes back"
            await self._sleep_until(due)

    async def _sleep_until(self, due: float) -> None:
        """Sleep until ``due`` by the event loop's clock, or until something could not be sent."""
        self._look_now.clear()
        await _within(due - asyncio.get_running_loop().time(), self._look_now)

    async def _probe(self) -> None:
        """Send the next message to this process; one that the layer didn't take leaves no gap in the numbers."""
        probe = {"type": _PROBE, "number": self._sent_number + 1}
        async with asyncio.timeout(SEND_S):
            await self._layer.group_send(self._own_group, probe)
        self._sent_number += 1

    def _hear(self, number: int) -> None:
        """Take one of this process's own messages: if others are missing, so may be those of other processes."""
        missing = number - self._heard_number - 1
        if missing < 0:
            return
        self._heard_number = number
        self._echo.set()
        self._heard_at = asyncio.get_running_loop().time()
        if not self.is_up:
            return
        if missing:
            self._follower.missed()
        else:
            self._follower.heard()

    async def _receive(self, channel: str) -> None:
        while True:
            try:
                message = await self._layer.receive(channel)
            except Exception as error:
                logger.warning("Nothing comes from the channel layer (%s).", type(error).__name__)
                return
            if message.get("type") == _PROBE:
                self._hear(message["number"])
            else:
                self._follower.take(message)


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Wait for the event, ``seconds`` at the most."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
