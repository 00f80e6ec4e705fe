"""A viewer's socket: takes a seat, gives everything back however it ends, and closes when the permission is revoked."""

import asyncio
import logging
from contextlib import AsyncExitStack, ExitStack, suppress
from typing import Any, cast

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from playground.failures import log_failure
from playground.realtime.close_codes import CloseCode
from playground.realtime.frame_sender import GONE
from playground.realtime.rights import Credential, Refusal, Right, SocketCredential, connection_limit
from playground.runner import Runner, runner
from playground.tasks import start_task

logger = logging.getLogger(__name__)

CLOSING_S = 1.0
"""How long to wait for a viewer that doesn't read to receive the close code."""


class ViewerSocket(AsyncWebsocketConsumer):
    """A viewer's connection to what its subclass shows. `_begin` sets ``_right``."""

    _right: Right

    async def _begin(self) -> None:
        """Authorise, take a seat, and show what is watched from now on. Raises Refusal."""
        raise NotImplementedError

    async def _authorise(self) -> Right:
        """Return the viewer's permission, read anew. Raises Refusal."""
        raise NotImplementedError

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket, and release everything it took, however it ends.

        Channels' own way waits for a channel too, which costs a task and two passes of the event loop a message.
        """
        self.scope, self.base_send = scope, send
        async with AsyncExitStack() as taken:
            self._taken = taken
            self._seat = taken.enter_context(ExitStack())
            with suppress(StopConsumer):
                while True:
                    await self.dispatch(await receive())

    async def dispatch(self, message: Any) -> None:
        """Handle a message. Unlike Channels', it closes no database connections: the database thread keeps its own."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        self._credential = cast(dict[str, Credential], self.scope)["credential"]
        # A close code reaches the browser only on an accepted socket.
        await self.accept()
        try:
            await self._begin()
        except Refusal as refusal:
            await self._close(refusal.close_code, refusal.reason)
        except Exception as error:
            log_failure(logger, error, doing="opening a socket")
            await self._close(CloseCode.FAILED)

    async def disconnect(self, code: int) -> None:
        """Give the seat to the page that follows, as after a reload, before the rest is released."""
        self._seat.close()

    @property
    def _runner(self) -> Runner:
        return runner()

    def _take_seat(self) -> tuple[int, SocketCredential]:
        """Count the connection among its user's, and return as which. Raises Refusal."""
        seat = (self._right.user_id, self._credential.kind)
        connection_limit.take(*seat)
        self._seat.callback(connection_limit.leave, *seat)
        return seat

    def _end_with_socket(self, task: "asyncio.Task[None]") -> None:
        self._taken.push_async_callback(_end, task)

    def _follow_rights(self) -> None:
        self._runner.rights.join(self._recheck)
        self._taken.push_async_callback(self._runner.rights.leave, self._recheck)

    async def _recheck(self, version: str) -> None:
        """Close the socket, idle or not, if its permission is revoked."""
        if self._right.holds(version):
            return
        try:
            self._right = await self._authorise()
        except Refusal as refusal:
            leaving = self._turn_away(refusal)
            self._runner.keep(start_task(leaving, name="rights of a viewer", on_failure=self._fail))
        except Exception as error:
            log_failure(logger, error, doing="rights of a viewer")

    async def _turn_away(self, refusal: Refusal) -> None:
        """Close the socket of a user whose permission is revoked."""
        await self._close(refusal.close_code)

    async def _fail(self) -> None:
        """Close a socket whose task failed: the viewer reconnects."""
        await self._close(CloseCode.FAILED)

    async def _close(self, code: CloseCode, reason: str = "") -> None:
        # A viewer that reads nothing in this time is disconnected by the server.
        with suppress(*GONE):
            async with asyncio.timeout(CLOSING_S):
                await self.close(int(code), reason)  # Daphne's library accepts no subclass of int


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
