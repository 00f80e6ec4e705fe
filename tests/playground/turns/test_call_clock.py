"""Conversations whose own properties end them: how long they last, and how long they wait for participants."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.utils import timezone

from personas.saving import save_persona
from playground.engine.callback_events import ShutdownReason
from playground.models import Callback, Conversation
from playground.runner import Runner
from playground.storage.presence import PRESENT_S
from playground.storage.start_conversation import ConversationOptions, start_conversation
from playground.turns.call_clock import CallClock
from tests.personas.making import make_persona
from tests.playground.rehearsals import Watcher, running
from tests.playground.scripted_llm import text

pytestmark = pytest.mark.django_db(transaction=True)


class Process:
    """A process's clock that the test looks at, with its viewers."""

    def __init__(self, runner: Runner) -> None:
        self.viewers: set[str] = set()
        self.now = timezone.now()
        self.clock = CallClock(lambda: self.viewers, finish=runner._finish, now=lambda: self.now)

    async def at(self, now: datetime) -> None:
        self.now = now
        await self.clock.look()


@pytest_asyncio.fixture
async def runner(user: User) -> AsyncIterator[Runner]:
    async with running([text("Once upon a time."), asyncio.Event()]) as made:
        yield made


@sync_to_async
def start(owner: User, **properties: Any) -> Conversation:
    persona = make_persona(token_secret=None)
    save_persona(persona, by=None)
    options = ConversationOptions(
        callback_url="https://hooks.example.com/", properties={"simulated_speech": "instant"} | properties
    )
    return start_conversation(persona, options, owner=owner)


async def reason(conversation: Conversation) -> str:
    await conversation.arefresh_from_db()
    return conversation.shutdown_reason


def after(conversation: Conversation, seconds: float) -> datetime:
    return conversation.created_at + timedelta(seconds=seconds)


async def test_a_call_lasts_as_long_as_it_may(user: User, runner: Runner, settings: Any) -> None:
    settings.CALLBACKS = True
    process, conversation = Process(runner), await start(user, max_call_duration=60)
    watcher = Watcher(await runner.attach(conversation.pk))
    process.viewers = {conversation.pk}
    await process.at(after(conversation, 59))
    assert await reason(conversation) == ""
    await process.at(after(conversation, 61))
    assert await reason(conversation) == ShutdownReason.MAX_CALL_DURATION
    ended = await watcher.until(lambda event: event["event_type"] == "playground.ended")
    assert ended["properties"] == {"shutdown_reason": "max_call_duration"}
    bodies = [row.body async for row in Callback.objects.filter(event_type="system.shutdown")]
    assert ['"max_call_duration reached"' in body for body in bodies] == [True]


async def test_a_conversation_to_which_nobody_came_ends(user: User, runner: Runner) -> None:
    process, conversation = Process(runner), await start(user, participant_absent_timeout=30)
    await process.at(after(conversation, 29))
    assert await reason(conversation) == ""
    await process.at(after(conversation, 31))
    assert await reason(conversation) == ShutdownReason.PARTICIPANT_ABSENT


async def test_who_says_something_was_there(user: User, runner: Runner) -> None:
    """As a script does, whose stream ends before anybody looks."""
    process = Process(runner)
    conversation = await start(user, participant_absent_timeout=30, participant_left_timeout=600)
    await runner.respond(conversation.pk, "Tell me a story.")
    await process.at(after(conversation, 500))
    assert await reason(conversation) == ""
    await process.at(after(conversation, 700))
    assert await reason(conversation) == ShutdownReason.PARTICIPANT_LEFT


async def test_a_conversation_that_everybody_left_ends(user: User, runner: Runner) -> None:
    process, conversation = Process(runner), await start(user, participant_left_timeout=20)
    await process.at(after(conversation, 500))
    process.viewers = {conversation.pk}
    await process.at(after(conversation, 600))
    await process.at(after(conversation, 700))
    process.viewers = set()
    await process.at(after(conversation, 700 + 20))
    assert await reason(conversation) == ""
    await process.at(after(conversation, 700 + 20 + PRESENT_S + 1))
    assert await reason(conversation) == ShutdownReason.PARTICIPANT_LEFT


async def test_a_viewer_of_another_process_is_there_too(user: User, runner: Runner) -> None:
    one, other = Process(runner), Process(runner)
    conversation = await start(user, participant_left_timeout=0)
    one.viewers = {conversation.pk}
    for second in range(1, 20, 2):
        await one.at(after(conversation, second))
        await other.at(after(conversation, second))
    assert await reason(conversation) == ""
    # The process with the viewer is killed: it says nothing any more.
    await other.at(after(conversation, 19 + PRESENT_S + 1))
    assert await reason(conversation) == ShutdownReason.PARTICIPANT_LEFT


async def test_what_is_not_given_doesnt_act(user: User, runner: Runner) -> None:
    process = Process(runner)
    conversation = await start(user, max_call_duration=0, participant_absent_timeout="soon")
    process.viewers = {conversation.pk}
    await process.at(after(conversation, 1))
    process.viewers = set()
    await process.at(after(conversation, 10**6))
    assert await reason(conversation) == ""


async def test_a_conversation_of_before_the_upgrade_goes_on(user: User, runner: Runner) -> None:
    process = Process(runner)
    conversation = await start(user, participant_left_timeout=5)
    await Conversation.objects.filter(pk=conversation.pk).aupdate(ends_by_itself=False)
    process.viewers = {conversation.pk}
    await process.at(after(conversation, 1))
    process.viewers = set()
    await process.at(after(conversation, 10**6))
    assert await reason(conversation) == ""


async def test_an_open_turn_stops_with_it(user: User, runner: Runner) -> None:
    process, conversation = Process(runner), await start(user, max_call_duration=60)
    watcher = Watcher(await runner.attach(conversation.pk))
    await runner.respond(conversation.pk, "Tell me a story.")
    await process.at(after(conversation, 61))
    await watcher.until(lambda event: event["event_type"] == "playground.ended")
    assert any(name.startswith("playground.turn.") for name in watcher.types()[1:])
    assert await conversation.turns.filter(status__in=("pending", "streaming")).acount() == 0
