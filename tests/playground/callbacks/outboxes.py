"""Conversations that send callbacks, their outbox, and workers whose clock the test moves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.utils import timezone

from playground.callbacks.delivery import deliver as deliver_really
from playground.callbacks.workers import CallbackWorkers, Deliver
from playground.engine.callback_events import NotDelivered
from playground.engine.callback_schedule import Attempt
from playground.models import Callback, Conversation
from playground.storage.conversation_edits import end_conversation
from playground.storage.due_callbacks import DueCallback
from playground.storage.outbox import note_started
from tests.playground.rehearsals import make_conversation

URL = "https://hooks.example.com/in"
JOINED, SHUTDOWN, TRANSCRIPT = (
    "system.replica_joined",
    "system.shutdown",
    "application.transcription_ready",
)


class Clock:
    """The time that the workers are told, a moment after now, so that whatever was just stored is due."""

    def __init__(self) -> None:
        self.ahead = timedelta(seconds=1)

    def __call__(self) -> datetime:
        return timezone.now() + self.ahead

    def move(self, **by: float) -> None:
        self.ahead += timedelta(**by)


def begun(owner: User, url: str = URL, **fields: Any) -> Conversation:
    """Return a conversation that has just told its address that it began."""
    conversation = make_conversation(owner, callback_url=url, sends_callbacks=True, **fields)
    note_started(conversation)
    return conversation


def ended(owner: User, url: str = URL, **fields: Any) -> Conversation:
    conversation = begun(owner, url, **fields)
    end_conversation(conversation.pk)
    return conversation


def states(conversations: Iterable[Conversation]) -> list[tuple[str, str]]:
    """Return event type and state of their callbacks, in order."""
    rows = Callback.objects.filter(conversation__in=list(conversations)).order_by("pk")
    return list(rows.values_list("event_type", "state"))


@asynccontextmanager
async def working(
    clock: Clock, deliver: Deliver = deliver_really, *, pick: float = 0.5
) -> AsyncIterator[CallbackWorkers]:
    """Workers that look when the test has them look."""
    workers = CallbackWorkers(deliver=deliver, now=clock, pick=lambda: pick)
    try:
        yield workers
    finally:
        await workers.stop()


async def deliver_all(*workers: CallbackWorkers) -> int:
    """Have them look until nothing is due; return how many deliveries there were."""
    count = 0
    while taken := sum(await asyncio.gather(*(each.look() for each in workers))):
        count += taken
        await asyncio.gather(*(each.until_idle() for each in workers))
    return count


class Scripted:
    """Delivers nowhere: notes what it is given, and answers as told."""

    def __init__(self, answer: Callable[[DueCallback], int | NotDelivered] = lambda _callback: 200) -> None:
        self._answer = answer
        self.delivered: list[DueCallback] = []

    async def __call__(self, callback: DueCallback, *, at: datetime) -> Attempt:
        self.delivered.append(callback)
        answer = self._answer(callback)
        return Attempt(at, problem=answer) if isinstance(answer, NotDelivered) else Attempt(at, answer)

    def ids(self) -> list[str]:
        return [callback.webhook_id for callback in self.delivered]


async def in_thread(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return await sync_to_async(work)(*args, **kwargs)


async def rows_of(conversation: Conversation) -> list[Callback]:
    return [row async for row in Callback.objects.filter(conversation=conversation).order_by("pk")]


async def only_row(conversation: Conversation) -> Callback:
    (row,) = await rows_of(conversation)
    return row
