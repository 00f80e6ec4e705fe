"""The database is full in the middle of a turn: it goes on, no other begins, and all is stored later."""

import asyncio

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User

from playground.engine.errors.codes import Code, CommandError
from playground.engine.json_types import Json
from playground.models import Conversation, Turn
from playground.realtime.notices import Kind
from playground.storage import record_writer
from playground.storage.database_trouble import Trouble
from tests.engine.errors.sentence import assert_for_a_person
from tests.playground.full_database import full_database
from tests.playground.rehearsals import Watcher, make_conversation, running, watch
from tests.playground.scripted_llm import END, Step, text

pytestmark = pytest.mark.django_db(transaction=True)

BEGINNING = "Once upon a time. "
LONG = "There was a girl. " * 8_000
"""More than fits on the pages that a small database has to spare."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_writer, "RETRY_S", 0.02)
    monkeypatch.setattr(record_writer, "TICK_S", 0.02)
    monkeypatch.setattr(record_writer, "CLOSING_S", 0.05)


async def conversations(owner: User) -> tuple[Conversation, Conversation]:
    make = database_sync_to_async(make_conversation)
    return await make(owner), await make(owner)


def is_notice(event: Json) -> bool:
    return bool(event["event_type"] == "playground.notice" and event["properties"]["kind"] == Kind.NOT_STORED)


async def notice(watcher: Watcher) -> bool:
    """Return whether the next notice says that nothing is stored."""
    is_on: bool = (await watcher.until(is_notice))["properties"]["is_on"]
    return is_on


def answering(goes_on: asyncio.Event, *, to_the_end: bool = True) -> list[Step]:
    ending: list[Step] = [END] if to_the_end else [60.0]
    return [text(BEGINNING), goes_on, text(LONG), *ending]


async def test_a_turn_goes_on_no_other_begins_and_all_is_stored_once_there_is_room(admin_user: User) -> None:
    told, other = await conversations(admin_user)
    goes_on = asyncio.Event()
    async with running(answering(goes_on), [text("Hello."), END]) as runner:
        watcher = watch(runner, told)
        turn_id = await runner.respond(told.pk, "Tell me a story.")
        await watcher.until(lambda event: event["event_type"] == "playground.delta")
        with full_database():
            goes_on.set()
            assert await notice(watcher) is True
            with pytest.raises(CommandError) as refused:
                await runner.respond(other.pk, "Me too.")
            assert refused.value.code is Code.NOT_STORED
            closed = await watcher.until_closed()
            assert closed["properties"]["text"] == BEGINNING + LONG
            assert (await Turn.objects.aget(pk=turn_id)).status in Turn.OPEN
        assert await notice(watcher) is False
        stored = await Turn.objects.aget(pk=turn_id)
        assert (stored.status, stored.text) == (Turn.Status.COMPLETED, BEGINNING + LONG)
        await runner.respond(other.pk, "Me too.")
    assert await Turn.objects.filter(conversation=other).acount() == 1


async def test_beyond_the_buffer_the_turns_that_run_end_with_a_sentence(
    admin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_writer, "BACKLOG_BYTES", len(LONG) // 2)
    told, _ = await conversations(admin_user)
    goes_on = asyncio.Event()
    async with running(answering(goes_on, to_the_end=False)) as runner:
        watcher = watch(runner, told)
        turn_id = await runner.respond(told.pk, "Tell me a story.")
        await watcher.until(lambda event: event["event_type"] == "playground.delta")
        with full_database():
            goes_on.set()
            closed = await watcher.until_closed()
        assert closed["event_type"] == "playground.turn.interrupted"
        assert closed["properties"]["error"]["code"] == Code.NOT_STORED
        assert_for_a_person(closed["properties"]["error"]["message"])
    stored = await Turn.objects.aget(pk=turn_id)
    assert (stored.status, stored.text) == (Turn.Status.INTERRUPTED, BEGINNING + LONG)
    assert stored.error == closed["properties"]["error"]


async def test_the_words_of_a_refused_turn_reach_no_llm(admin_user: User) -> None:
    told, _ = await conversations(admin_user)
    async with running() as runner:
        with full_database(), pytest.raises(CommandError) as refused:
            await runner.respond(told.pk, "x" * 3_000_000)
        assert (refused.value.code, refused.value.message) == (Code.NOT_STORED, Trouble.FULL)
    assert not await Turn.objects.aexists()
