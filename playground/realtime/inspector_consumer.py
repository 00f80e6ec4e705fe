"""Tells one socket's viewer that an inspector's requests have changed; the page loads the list itself."""

import asyncio
import json
from contextlib import suppress

from django.contrib.auth.models import User
from django.utils import timezone

from playground.access import READ_INSPECTOR, visible_inspectors
from playground.realtime.close_codes import CloseCode
from playground.realtime.frame_sender import GONE
from playground.realtime.inspector_feed import Watch, inspector_feed
from playground.realtime.rights import HELD_AT_MOST, Refusal, Right
from playground.realtime.viewer_socket import ViewerSocket
from playground.storage.database_jobs import database_job
from playground.storage.rights_version import rights_version
from playground.tasks import start_task

SENT_S = 10.0
"""How long a viewer may take to read one message."""


class InspectorConsumer(ViewerSocket):
    """A viewer of one inspector's list. What the viewer sends is not read."""

    async def connect(self) -> None:
        self._inspector_id: str = self.scope["url_route"]["kwargs"]["inspector_id"]
        await super().connect()

    async def _begin(self) -> None:
        self._right = await self._authorise()
        self._take_seat()
        watch = await self._taken.enter_async_context(inspector_feed().watch(self._inspector_id))
        await self._tell([])
        self._end_with_socket(
            start_task(self._tell_news(watch), name="inspector viewer", on_failure=self._fail)
        )
        self._follow_rights()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignore what a viewer sends: it has no command."""

    async def _authorise(self) -> Right:
        return await database_job(self._read_right)()

    def _read_right(self) -> Right:
        """Return the permission to see the inspector, in the database thread. Raises Refusal."""
        version = rights_version()  # before the rights: a change in between makes it outdated
        current = self._credential.read_user()
        if current is None:
            raise Refusal(CloseCode.SIGN_IN_AGAIN)
        user: User = current.user
        if not user.has_perm(READ_INSPECTOR):
            raise Refusal(CloseCode.NOT_ALLOWED)
        if not visible_inspectors(user).filter(pk=self._inspector_id).exists():
            raise Refusal(CloseCode.NOT_FOUND)
        until = timezone.now() + HELD_AT_MOST
        return Right(user.pk, version, min(until, current.expires_at or until))

    async def _tell_news(self, watch: Watch) -> None:
        with suppress(*GONE):
            while True:
                news = await watch.take()
                await self._tell(sorted({each.number for each in news}) if news is not None else None)

    async def _tell(self, numbers: list[int] | None) -> None:
        """Send the numbers of the requests that changed; null: any of them may have."""
        try:
            async with asyncio.timeout(SENT_S):
                await self.send(json.dumps({"numbers": numbers}))
        except TimeoutError:
            await self._close(CloseCode.TRY_AGAIN_LATER)
