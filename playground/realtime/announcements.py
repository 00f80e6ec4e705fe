"""What other processes are told again: what the channel layer refused, and what it may have lost unnoticed.

Redis loses what is sent while a subscriber connects again. A process notices that by its own messages, unless it takes
less time than lies between two of them; what was told last is therefore told again, REMINDERS times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

REMINDERS = 2
"""How often the newest ``seq`` is told again, at intervals of a probe, once no newer one follows."""
KEPT_CONVERSATIONS = 10_000
"""The most conversations of which announcements are kept; viewers of older ones learn with the next event."""


class Announcement(StrEnum):
    """A message without events, kept until the channel layer takes it."""

    WATCH = "relay.watch"
    SHOW = "relay.show"


@dataclass(eq=False, slots=True)
class Refused:
    """An announcement that the channel layer didn't take."""

    kind: Announcement
    conversation_id: str


@dataclass(eq=False, slots=True)
class Reminder:
    """The newest ``seq`` that was told of a conversation, and how often it is to be told again."""

    conversation_id: str
    seq: int
    left: int = REMINDERS
    is_fresh: bool = True


class Announcements:
    """The refused announcements, each once, and the reminders; both bounded, the oldest are dropped."""

    def __init__(self) -> None:
        self._refused: dict[tuple[Announcement, str], Refused] = {}
        self._reminders: dict[str, Reminder] = {}

    def keep(self, kind: Announcement, conversation_id: str) -> None:
        """Keep an announcement until it is taken."""
        key = (kind, conversation_id)
        self._refused.pop(key, None)
        self._refused[key] = Refused(kind, conversation_id)
        _bound(self._refused)

    def remind(self, conversation_id: str, seq: int, *, is_fresh: bool = True) -> None:
        """Have the ``seq`` told again; a fresh one was told just now, so the next time is skipped."""
        self._reminders.pop(conversation_id, None)
        self._reminders[conversation_id] = Reminder(conversation_id, seq, is_fresh=is_fresh)
        _bound(self._reminders)

    def forget(self, conversation_id: str) -> None:
        """Have no ``seq`` of the conversation told again."""
        self._reminders.pop(conversation_id, None)

    def due(self) -> list[Refused | Reminder]:
        """Return what is to be told now."""
        return [*self._refused.values(), *self._due_reminders()]

    def taken(self, announcement: Refused | Reminder) -> None:
        """Forget what the channel layer took, unless the same was kept anew meanwhile."""
        if isinstance(announcement, Reminder):
            self._count(announcement)
            return
        key = (announcement.kind, announcement.conversation_id)
        if self._refused.get(key) is announcement:
            del self._refused[key]

    def _due_reminders(self) -> Iterator[Reminder]:
        for reminder in self._reminders.values():
            if reminder.is_fresh:
                reminder.is_fresh = False
            else:
                yield reminder

    def _count(self, reminder: Reminder) -> None:
        reminder.left -= 1
        if not reminder.left and self._reminders.get(reminder.conversation_id) is reminder:
            del self._reminders[reminder.conversation_id]


def _bound(kept: dict[Any, Any]) -> None:
    if len(kept) > KEPT_CONVERSATIONS:
        del kept[next(iter(kept))]
