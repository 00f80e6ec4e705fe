"""One socket and the runner: authorise, hand commands on, pass events out."""

import asyncio
import logging
import time
from collections import deque
from typing import Any, cast

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import User

from playground.close_codes import CloseCode
from playground.core.errors import Code, CommandError
from playground.core.json_text import json_bytes
from playground.failures import log_failure
from playground.hub import Viewer
from playground.models import Conversation
from playground.protocol import (
    AppendContext,
    Command,
    Echo,
    Interrupt,
    Json,
    OverwriteContext,
    Respond,
    Resume,
    ToolResult,
    envelope,
    parse_command,
)
from playground.runner import Runner, runner
from playground.snapshots import load_snapshot
from playground.socket_access import RIGHTS_HOLD_S, ReadUser, Refusal, authorise, seats

logger = logging.getLogger(__name__)

FRAME_S = 0.016
"""Events that follow each other faster than a screen shows them share a frame; the first goes at once."""
MESSAGES = 20
MESSAGES_WITHIN_S = 10.0
BAD_IN_A_ROW = 5
SNAPSHOT_TRIES = 3


class ConversationConsumer(AsyncWebsocketConsumer):
    """A viewer of one conversation. A turn outlives its viewers: closing the socket stops nothing."""

    async def connect(self) -> None:
        self._conversation_id: str = self.scope["url_route"]["kwargs"]["conversation_id"]
        self._read_user = cast(dict[str, ReadUser], self.scope)["read_user"]
        self._viewer: Viewer | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._seat_of: int | None = None
        self._arrivals: deque[float] = deque(maxlen=MESSAGES)
        self._bad = 0
        # A close code reaches the browser only on an accepted socket.
        await self.accept()
        try:
            user = await self._authorise()
            seats.take(user.pk)
        except Refusal as refusal:
            await self._close(refusal.close_code)
            return
        self._seat_of = user.pk
        self._viewer = await self._runner.attach(self._conversation_id)
        await self._show()
        self._tasks = [
            asyncio.create_task(self._send_events(self._viewer), name="viewer"),
            asyncio.create_task(self._watch_rights(), name="rights of a viewer"),
        ]

    async def disconnect(self, code: int) -> None:
        if self._viewer is not None:
            await self._runner.detach(self._conversation_id, self._viewer)
        if self._seat_of is not None:
            seats.leave(self._seat_of)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._viewer is None:
            return
        if text_data is None:
            await self._leave(CloseCode.UNSUPPORTED_DATA)
            return
        if self._is_flooding():
            await self._leave(CloseCode.TOO_MANY_MESSAGES)
            return
        try:
            await self._authorise()
            command = parse_command(text_data)
        except Refusal as refusal:
            await self._turn_away(refusal)
            return
        except CommandError as error:
            await self._refuse(error)
            return
        self._bad = 0
        # In a task: a command that waits for the end of a turn must not keep the next one waiting.
        self._runner.keep(asyncio.create_task(self._carry_out(command), name="command"))

    @property
    def _runner(self) -> Runner:
        return runner()

    async def _authorise(self) -> User:
        return await database_sync_to_async(authorise)(self._read_user, self._conversation_id)

    async def _watch_rights(self) -> None:
        """A socket on which nothing is said ends too, soon after the right to it."""
        while True:
            await asyncio.sleep(RIGHTS_HOLD_S)
            try:
                await self._authorise()
            except Refusal as refusal:
                await self._turn_away(refusal)
                return
            except Exception as error:
                log_failure(logger, error, doing="rights of a viewer")

    async def _turn_away(self, refusal: Refusal) -> None:
        """Close the socket of one who lost the right to it; the turn that nobody may watch any more stops."""
        await self._leave(refusal.close_code)
        if not self._runner.hub.is_watched(self._conversation_id):
            await self._runner.stop(self._conversation_id)

    def _is_flooding(self) -> bool:
        now = time.monotonic()
        is_full = len(self._arrivals) == MESSAGES
        is_flood = is_full and now - self._arrivals[0] < MESSAGES_WITHIN_S
        self._arrivals.append(now)
        return is_flood

    async def _refuse(self, error: CommandError) -> None:
        self._tell_error(error)
        self._bad += 1
        if self._bad >= BAD_IN_A_ROW:
            await self._leave(CloseCode.BAD_MESSAGES)

    async def _leave(self, close_code: CloseCode) -> None:
        """Close the socket, once: what still comes from the viewer is not read."""
        if self._viewer is None:
            return
        viewer, self._viewer = self._viewer, None
        await self._runner.detach(self._conversation_id, viewer)
        await self._close(close_code)

    async def _close(self, code: CloseCode) -> None:
        await self.close(int(code))  # Daphne's library takes no subclass of int

    async def _carry_out(self, command: Command) -> None:
        try:
            await self._hand_on(command)
        except CommandError as error:
            self._tell_error(error, client_msg_id=getattr(command, "client_msg_id", ""))
        except Exception as error:
            log_failure(logger, error, doing=type(command).__name__)
            message = "Greenroom itself failed with this command. Try again."
            self._tell_error(CommandError(Code.INTERNAL, message))

    async def _hand_on(self, command: Command) -> None:
        to, conversation_id = self._runner, self._conversation_id
        match command:
            case Respond():
                await to.respond(conversation_id, command.text, command.client_msg_id)
            case Interrupt():
                await to.interrupt(conversation_id, command.at_offset)
            case Echo():
                await to.echo(conversation_id, command.text, command.client_msg_id)
            case AppendContext():
                await to.append_context(conversation_id, command.context)
            case OverwriteContext():
                await to.overwrite_context(conversation_id, command.context)
            case ToolResult():
                await to.tool_result(conversation_id, command.tool_call_id, command.output, command.status)
            case Resume():
                await self._show()

    async def _show(self) -> None:
        """Put the snapshot into the outbox, and greet where the conversation opens with the voice."""
        snapshot = await self._snapshot()
        if self._viewer is None:
            return
        self._viewer.show(
            envelope(
                "playground.snapshot",
                snapshot,
                conversation_id=self._conversation_id,
                seq=snapshot["seq"],
            )
        )
        conversation = snapshot["conversation"]
        greeting = conversation["custom_greeting"]
        if greeting and not snapshot["turns"] and conversation["status"] == Conversation.Status.ACTIVE:
            self._runner.keep(asyncio.create_task(self._greet(greeting), name="greeting"))

    async def _greet(self, greeting: str) -> None:
        try:
            await self._runner.greet(self._conversation_id, greeting)
        except CommandError as error:
            self._tell_error(error)

    async def _snapshot(self) -> Json:
        """The rows, with the open turn as far as it has come at this very moment, here or in another process."""
        conversation_id = self._conversation_id
        live: Json | None = None
        for _ in range(SNAPSHOT_TRIES):
            snapshot = await database_sync_to_async(load_snapshot)(conversation_id)
            newest = snapshot["turns"][-1] if snapshot["turns"] else None
            is_open = newest is not None and newest["status"] in {"pending", "streaming"}
            live = self._runner.told_live(conversation_id)
            if live is None and is_open:
                live = await self._runner.ask_live(conversation_id)
            if live is not None or not is_open:
                break
        self._runner.hub.seed_seq(conversation_id, snapshot.pop("last_seq"))
        seq = self._runner.hub.seq(conversation_id)
        if live is not None:
            shown = live["turn"]
            others = [turn for turn in snapshot["turns"] if turn["turn_id"] != shown["turn_id"]]
            snapshot["turns"] = [*others, shown]
            snapshot["open_turn"] = {"turn_id": shown["turn_id"], "now_ms": live["now_ms"]}
            seq = live["seq"]
        return snapshot | {"seq": seq}

    async def _send_events(self, viewer: Viewer) -> None:
        while True:
            batch = await viewer.take()
            if viewer.lagged:
                await self._leave(CloseCode.TRY_AGAIN_LATER)
                return
            await self.send(text_data=json_bytes(batch if len(batch) > 1 else batch[0]).decode())
            await asyncio.sleep(FRAME_S)

    def _tell(self, event_type: str, properties: Json) -> None:
        """Put an event into this viewer's outbox alone; it doesn't move ``seq``."""
        if self._viewer is None:
            return
        seq = self._runner.hub.seq(self._conversation_id)
        self._viewer.tell(envelope(event_type, properties, conversation_id=self._conversation_id, seq=seq))

    def _tell_error(self, error: CommandError, client_msg_id: str = "") -> None:
        properties: dict[str, Any] = error.as_json()
        if client_msg_id:
            properties["client_msg_id"] = client_msg_id
        self._tell("playground.error", properties)
