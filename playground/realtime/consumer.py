"""Connects one socket to the runner: authorises, passes commands on, sends events."""

import logging
from collections.abc import Coroutine
from functools import partial
from typing import Any, cast

from asgiref.typing import WebSocketSendEvent

from playground.engine.errors.codes import Code, CommandError
from playground.engine.json_types import Json
from playground.failures import log_failure
from playground.models import Conversation
from playground.realtime.close_codes import CloseCode
from playground.realtime.commands import (
    AppendContext,
    ChooseInterruptHistory,
    Command,
    Echo,
    InterruptTurn,
    OverwriteContext,
    Respond,
    Resume,
    ToolResult,
    WithdrawInterrupt,
    parse_command,
)
from playground.realtime.frame_sender import GONE, SlowReader, send_frames
from playground.realtime.hub import Viewer
from playground.realtime.message_rate import MessageRate
from playground.realtime.rights import Refusal, Right, authorise
from playground.realtime.rights_watch import RightsWatch
from playground.realtime.snapshot_sender import SnapshotSender
from playground.realtime.socket_shares import TOO_MANY_OF_CLIENT, Share, shares
from playground.realtime.viewer_socket import ViewerSocket
from playground.realtime.wire_events import envelope
from playground.storage.database_jobs import database_job
from playground.storage.database_trouble import trouble_of
from playground.storage.right_at_effect import right_at_effect
from playground.tasks import start_task

logger = logging.getLogger(__name__)

FAILED = "Greenroom itself failed with this command. Try again."
BAD_IN_A_ROW = 5
"""How many consecutive unreadable messages close the socket."""


class ConversationConsumer(ViewerSocket):
    """A viewer of one conversation. A turn outlives its viewers: closing the socket stops nothing.

    It has no channel of its own: the relay takes what other processes send, once for all sockets.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._viewer: Viewer | None = None
        self._snapshot_sender: SnapshotSender | None = None
        self._rate = MessageRate()
        self._bad = 0

    async def connect(self) -> None:
        self._conversation_id: str = self.scope["url_route"]["kwargs"]["conversation_id"]
        await super().connect()

    async def _begin(self) -> None:
        """Count the connection, show the conversation, and send its events from there on. Raises Refusal."""
        self._right = await self._authorise()
        self._share: Share = self._taken.enter_context(shares.held(self._take_seat()))
        self._viewer = viewer = await self._runner.attach(self._conversation_id)
        self._taken.push_async_callback(self._detach)
        self._snapshot_sender = self._runner.snapshot_sender(
            self._conversation_id, viewer, on_failure=self._fail
        )
        self._taken.push_async_callback(self._snapshot_sender.stop)
        await self._show(self._snapshot_sender)
        self._end_with_socket(start_task(self._send_events(viewer), name="viewer", on_failure=self._fail))
        self._follow_rights()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._viewer is None:
            return
        if text_data is None:
            await self._leave(CloseCode.UNSUPPORTED_DATA)
            return
        if not self._rate.takes_message():
            await self._leave(CloseCode.TOO_MANY_MESSAGES)
            return
        if not self._share.rate.takes_message():
            await self._leave(CloseCode.TOO_MANY_MESSAGES, TOO_MANY_OF_CLIENT)
            return
        if not await self._is_authorised():
            return
        try:
            command = parse_command(text_data)
        except CommandError as error:
            await self._refuse(error)
            return
        self._bad = 0
        # In a task: a command that waits for a turn's end must not block the next command.
        client_msg_id = getattr(command, "client_msg_id", "")
        self._start_command(self._hand_on(command), type(command).__name__, client_msg_id)

    async def _authorise(self) -> Right:
        return await database_job(authorise)(self._credential, self._conversation_id)

    async def _is_authorised(self) -> bool:
        """Check permission anew if anyone's rights have changed; without it the viewer is turned away, or told why."""
        try:
            version = await self._runner.rights.version()
            if not self._right.holds(version):
                self._right = await self._authorise()
        except Refusal as refusal:
            await self._turn_away(refusal)
        except CommandError as error:
            self._tell_error(error)
        except Exception as error:
            self._tell_failure(error, doing="reading a message")
        else:
            return True
        return False

    def _confirm_right(self, rights: RightsWatch) -> None:
        """Check permission anew if anyone's rights have changed since, or may have, in the database thread.

        Raises Refusal.
        """
        version = rights.recent_version()
        if version is None or not self._right.holds(version):
            authorise(self._credential, self._conversation_id)

    async def _turn_away(self, refusal: Refusal) -> None:
        """Close the socket of a user whose permission is revoked."""
        await self._leave(refusal.close_code)
        await self._runner.stop_unwatched(self._conversation_id)

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

    def _start_command(self, work: Coroutine[Any, Any, object], name: str, client_msg_id: str = "") -> None:
        """Run a command to its end, possibly after the viewer has left. Report a failure and keep the socket open."""
        command = self._carry_out(work, name, client_msg_id)
        self._runner.keep(start_task(command, name=name, on_failure=self._fail))

    async def _carry_out(self, work: Coroutine[Any, Any, object], name: str, client_msg_id: str) -> None:
        right_at_effect.set(partial(self._confirm_right, self._runner.rights))
        try:
            await work
        except Refusal as refusal:
            await self._turn_away(refusal)
        except Conversation.DoesNotExist:  # purged since its right was asked for
            await self._turn_away(Refusal(CloseCode.NOT_FOUND))
        except CommandError as error:
            self._tell_error(error, client_msg_id)
        except Exception as error:
            self._tell_failure(error, client_msg_id, doing=name)

    async def _hand_on(self, command: Command) -> None:
        to, conversation_id = self._runner, self._conversation_id
        match command:
            case Respond():
                await to.respond(conversation_id, command.text, command.client_msg_id)
            case InterruptTurn():
                await to.interrupt(conversation_id, command.at_offset)
            case WithdrawInterrupt():
                await to.withdraw_interrupt(conversation_id)
            case Echo():
                await to.echo(conversation_id, command.text, command.client_msg_id)
            case AppendContext():
                await to.append_context(conversation_id, command.context)
            case OverwriteContext():
                await to.overwrite_context(conversation_id, command.context)
            case ChooseInterruptHistory():
                await to.choose_interrupt_history(conversation_id, command.policy)
            case ToolResult():
                await to.tool_result(conversation_id, command.tool_call_id, command.output, command.status)
            case Resume():
                if self._snapshot_sender is not None:
                    await self._show(self._snapshot_sender)

    async def _show(self, snapshot_sender: SnapshotSender) -> None:
        """Send a snapshot, then have the conversation greeted if that is due."""
        is_to_be_greeted = await snapshot_sender.show()
        if is_to_be_greeted and self._viewer is not None:
            self._start_command(self._runner.greet(self._conversation_id), "greeting")

    async def _send_events(self, viewer: Viewer) -> None:
        try:
            await send_frames(viewer, self._send_frame, is_open=lambda: self._viewer is not None)
        except GONE:
            pass
        except SlowReader:
            logger.warning("A viewer of %s reads too slowly: let go.", self._conversation_id)
            await self._leave(CloseCode.TRY_AGAIN_LATER)
        await self._detach()

    async def _send_frame(self, frame: str) -> None:
        """As Channels' ``send``, without its two layers: this is done for nearly every delta."""
        await self.base_send(cast(WebSocketSendEvent, {"type": "websocket.send", "text": frame}))

    def _tell(self, event_type: str, properties: Json) -> None:
        """Send an event to this viewer only, without a new ``seq``."""
        if self._viewer is None:
            return
        seq = self._viewer.seq
        self._viewer.tell(envelope(event_type, properties, conversation_id=self._conversation_id, seq=seq))

    def _tell_error(self, error: CommandError, client_msg_id: str = "") -> None:
        properties: dict[str, Any] = error.as_json()
        if client_msg_id:
            properties["client_msg_id"] = client_msg_id
        self._tell("playground.error", properties)

    def _tell_failure(self, failure: Exception, client_msg_id: str = "", *, doing: str) -> None:
        log_failure(logger, failure, doing=doing)
        trouble = trouble_of(failure)
        error = CommandError(Code.INTERNAL, FAILED) if trouble is None else trouble.refusal()
        self._tell_error(error, client_msg_id)
