"""Connects one socket to the runner: authorises, passes commands on, sends events."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from time import monotonic
from typing import Any, cast

from autobahn.exception import Disconnected
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import User

from playground.engine.errors.codes import Code, CommandError
from playground.engine.json_types import Json
from playground.failures import log_failure
from playground.realtime.close_codes import CloseCode
from playground.realtime.commands import (
    AppendContext,
    Command,
    Echo,
    Interrupt,
    OverwriteContext,
    Respond,
    Resume,
    ToolResult,
    parse_command,
)
from playground.realtime.frames import frames
from playground.realtime.hub import Viewer
from playground.realtime.rights import (
    RIGHTS_HOLD_S,
    ReadUser,
    Refusal,
    SocketCredential,
    authorise,
    connection_limit,
)
from playground.realtime.snapshot_sender import SnapshotSender
from playground.realtime.socket_shares import (
    MESSAGES_OF_CLIENT,
    MESSAGES_OF_CLIENT_WITHIN_S,
    Share,
    shares,
)
from playground.realtime.wire_events import envelope
from playground.runner import Runner, runner
from playground.storage.database_jobs import database_job
from playground.tasks import start_task

logger = logging.getLogger(__name__)

FRAME_S = 0.016
"""Events closer together than a screen's refresh share a frame; the first is sent at once."""
STALLED_S = 10.0
"""How long a viewer may read nothing before it is disconnected; a long frame has more time."""
SLOWEST_BYTES_S = 16 * 1024
"""The slowest allowed reading of a frame, in bytes per second."""
CLOSING_S = 1.0
"""How long to wait for a viewer that doesn't read to receive the close code."""
MESSAGES = 20
MESSAGES_WITHIN_S = 10.0
BAD_IN_A_ROW = 5
GONE = (Disconnected, OSError)
"""The exceptions for a client that has left: Daphne's library's, and ASGI's own."""
AUTHORISED_S = 1.0
"""How long the permission checked for a message holds for later ones."""

TOO_MANY_OF_CLIENT = (
    f"Your sockets together sent over {MESSAGES_OF_CLIENT} messages in {MESSAGES_OF_CLIENT_WITHIN_S:g} s. "
    "Wait, then connect again."
)


class ConversationConsumer(AsyncWebsocketConsumer):
    """A viewer of one conversation. A turn outlives its viewers: closing the socket stops nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._viewer: Viewer | None = None
        self._snapshot_sender: SnapshotSender | None = None
        self._arrivals: deque[float] = deque(maxlen=MESSAGES)
        self._bad = 0
        self._authorised_until = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket, and release everything it took, however it ends."""
        async with AsyncExitStack() as taken:
            self._taken = taken
            await super().__call__(scope, receive, send)

    async def connect(self) -> None:
        self._conversation_id: str = self.scope["url_route"]["kwargs"]["conversation_id"]
        self._read_user = cast(dict[str, ReadUser], self.scope)["read_user"]
        # A close code reaches the browser only on an accepted socket.
        await self.accept()
        try:
            await self._begin()
        except Refusal as refusal:
            await self._close(refusal.close_code, refusal.reason)
        except Exception as error:
            log_failure(logger, error, doing="opening a socket")
            await self._close(CloseCode.FAILED)

    async def _begin(self) -> None:
        """Count the connection, show the conversation, and send its events from there on. Raises Refusal."""
        user = await self._authorise()
        seat = (user.pk, cast(dict[str, SocketCredential], self.scope)["came_in_by"])
        connection_limit.take(*seat)
        self._taken.callback(connection_limit.leave, *seat)
        self._share: Share = self._taken.enter_context(shares.held(seat))
        self._viewer = viewer = await self._runner.attach(self._conversation_id)
        self._taken.push_async_callback(self._detach)
        self._snapshot_sender = self._runner.snapshot_sender(
            self._conversation_id, viewer, on_failure=self._fail
        )
        self._taken.push_async_callback(self._snapshot_sender.stop)
        await self._show(self._snapshot_sender)
        for work, name in (
            (self._send_events(viewer), "viewer"),
            (self._watch_rights(), "rights of a viewer"),
        ):
            task = start_task(work, name=name, on_failure=self._fail)
            self._taken.push_async_callback(_end, task)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._viewer is None:
            return
        if text_data is None:
            await self._leave(CloseCode.UNSUPPORTED_DATA)
            return
        if self._is_flooding():
            await self._leave(CloseCode.TOO_MANY_MESSAGES)
            return
        if not self._share.takes_message():
            await self._leave(CloseCode.TOO_MANY_MESSAGES, TOO_MANY_OF_CLIENT)
            return
        try:
            await self._authorise_message()
            command = parse_command(text_data)
        except Refusal as refusal:
            await self._turn_away(refusal)
        except CommandError as error:
            await self._refuse(error)
        except Exception as error:
            self._tell_failure(error, doing="reading a message")
        else:
            self._bad = 0
            # In a task: a command that waits for a turn's end must not block the next command.
            client_msg_id = getattr(command, "client_msg_id", "")
            self._start_command(self._hand_on(command), type(command).__name__, client_msg_id)

    @property
    def _runner(self) -> Runner:
        return runner()

    async def _authorise(self) -> User:
        return await database_job(authorise)(self._read_user, self._conversation_id)

    async def _authorise_message(self) -> None:
        """Check permission anew unless it was checked within AUTHORISED_S. Raises Refusal."""
        now = monotonic()
        if now < self._authorised_until:
            return
        await self._authorise()
        self._authorised_until = now + AUTHORISED_S

    async def _watch_rights(self) -> None:
        """Also close idle sockets soon after permission is revoked."""
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
        """Close the socket of a user whose permission is revoked; stop the turn if no other viewer watches it."""
        await self._leave(refusal.close_code)
        if not self._runner.hub.is_watched(self._conversation_id):
            await self._runner.stop(self._conversation_id)

    def _is_flooding(self) -> bool:
        now = monotonic()
        is_full = len(self._arrivals) == MESSAGES
        is_flood = is_full and now - self._arrivals[0] < MESSAGES_WITHIN_S
        self._arrivals.append(now)
        return is_flood

    async def _refuse(self, error: CommandError) -> None:
        self._tell_error(error)
        self._bad += 1
        if self._bad >= BAD_IN_A_ROW:
            await self._leave(CloseCode.BAD_MESSAGES)

    async def _leave(self, close_code: CloseCode, reason: str = "") -> None:
        """Close the socket, once. Later messages of the viewer aren't read."""
        if self._viewer is None:
            return
        await self._detach()
        await self._close(close_code, reason)

    async def _fail(self) -> None:
        """Close a socket whose task failed: the viewer reconnects and gets a snapshot."""
        await self._leave(CloseCode.FAILED)

    async def _detach(self) -> None:
        viewer, self._viewer = self._viewer, None
        if viewer is not None:
            await self._runner.detach(self._conversation_id, viewer)

    async def _close(self, code: CloseCode, reason: str = "") -> None:
        # A viewer that reads nothing in this time is disconnected by the server.
        with suppress(*GONE):
            async with asyncio.timeout(CLOSING_S):
                await self.close(int(code), reason)  # Daphne's library accepts no subclass of int

    def _start_command(self, work: Coroutine[Any, Any, object], name: str, client_msg_id: str = "") -> None:
        """Run a command to its end, possibly after the viewer has left. Report a failure and keep the socket open."""
        command = self._carry_out(work, name, client_msg_id)
        self._runner.keep(start_task(command, name=name, on_failure=self._fail))

    async def _carry_out(self, work: Coroutine[Any, Any, object], name: str, client_msg_id: str) -> None:
        try:
            await work
        except CommandError as error:
            self._tell_error(error, client_msg_id)
        except Exception as error:
            self._tell_failure(error, client_msg_id, doing=name)

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
                if self._snapshot_sender is not None:
                    await self._show(self._snapshot_sender)

    async def _show(self, snapshot_sender: SnapshotSender) -> None:
        """Send a snapshot, and start the greeting if it is due."""
        due_greeting = await snapshot_sender.show()
        if due_greeting and self._viewer is not None:
            self._start_command(self._runner.greet(self._conversation_id, due_greeting), "greeting")

    async def _send_events(self, viewer: Viewer) -> None:
        with suppress(*GONE):
            await self._send_batches(viewer)
        await self._detach()

    async def _send_batches(self, viewer: Viewer) -> None:
        """Send events until the viewer reads too slowly. Raises one of GONE."""
        while True:
            batch = await viewer.take()
            for frame in frames(batch):
                if self._viewer is None:
                    return  # the socket is closing
                if viewer.lagged or not await self._is_read(frame):
                    logger.warning("A viewer of %s reads too slowly: let go.", self._conversation_id)
                    await self._leave(CloseCode.TRY_AGAIN_LATER)
                    return
                await asyncio.sleep(FRAME_S)

    async def _is_read(self, frame: str) -> bool:
        """Send a frame and return whether the viewer received it in time."""
        try:
            async with asyncio.timeout(STALLED_S + len(frame) / SLOWEST_BYTES_S):
                await self.send(text_data=frame)
        except TimeoutError:
            return False
        return True

    def _tell(self, event_type: str, properties: Json) -> None:
        """Send an event to this viewer only, without a new ``seq``."""
        if self._viewer is None:
            return
        seq = self._runner.hub.seq(self._conversation_id)
        self._viewer.tell(envelope(event_type, properties, conversation_id=self._conversation_id, seq=seq))

    def _tell_error(self, error: CommandError, client_msg_id: str = "") -> None:
        properties: dict[str, Any] = error.as_json()
        if client_msg_id:
            properties["client_msg_id"] = client_msg_id
        self._tell("playground.error", properties)

    def _tell_failure(self, failure: Exception, client_msg_id: str = "", *, doing: str) -> None:
        log_failure(logger, failure, doing=doing)
        message = "Greenroom itself failed with this command. Try again."
        self._tell_error(CommandError(Code.INTERNAL, message), client_msg_id)


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
