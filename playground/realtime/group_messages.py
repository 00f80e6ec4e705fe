"""Sends this process's messages to the group of a conversation's processes, or back to one that asked."""

import asyncio
from typing import Any

from playground.engine.json_types import Json
from playground.realtime.announcements import Announcement, Announcements
from playground.realtime.layer_link import LayerLink
from playground.tasks import start_task

_KEPT_AS = {
    "relay.watch": Announcement.WATCH,
    "relay.closed": Announcement.SHOW,
    "relay.show": Announcement.SHOW,
}
"""What is kept of a message that the channel layer didn't take, by the message's type."""


def group_of(conversation_id: str) -> str:
    return f"conversation.{conversation_id}"


class GroupMessages:
    """The messages that leave this process. Call ``stop`` at the end."""

    def __init__(self, link: LayerLink, announcements: Announcements) -> None:
        self._link = link
        self._announcements = announcements
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, conversation_id: str, kind: str, **content: Any) -> bool:
        """Return whether the channel layer took it; if not, what viewers need is announced later."""
        message = self._message(conversation_id, kind, content)
        is_sent = await self._link.group_send(group_of(conversation_id), message)
        if not is_sent:
            self._keep_refused(message)
        return is_sent

    def answer(self, question: Json, kind: str, **content: Any) -> None:
        """Send an answer to the process that sent the question, in a task of its own."""
        message = self._message(question["conversation_id"], kind, content)
        self.keep(start_task(self._send_to(question["sender"], message), name="relay answer"))

    def keep(self, task: "asyncio.Task[None]") -> None:
        """Own a task that sends, until it ends."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_to(self, channel: str, message: Json) -> None:
        if not await self._link.send(channel, message):
            self._keep_refused(message)

    def _keep_refused(self, message: Json) -> None:
        if kept_as := _KEPT_AS.get(message["type"]):
            self._announcements.keep(kept_as, message["conversation_id"])

    def _message(self, conversation_id: str, kind: str, content: Json) -> Json:
        return {"type": kind, "sender": self._link.channel, "conversation_id": conversation_id, **content}
