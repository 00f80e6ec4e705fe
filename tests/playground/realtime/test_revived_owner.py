"""An owner that was taken for dead goes on: its turn is open again, or ends where the conversation has gone on."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User

from playground.engine.json_types import Json
from playground.models import Conversation, Turn
from playground.realtime import snapshot_sender
from playground.realtime.hub import Viewer
from playground.realtime.teller import events_of_closing
from playground.runner import Runner
from playground.storage import leases
from playground.storage.database_thread import in_database_thread
from playground.turns.revived_turns import GONE_ON
from tests.playground.rehearsals import DEADLINE_S, make_conversation
from tests.playground.scripted_llm import END, Step, text
from tests.playground.two_processes import Page, assert_gapless, opened, two_processes

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

LOOK_AGAIN_S = 0.02
ENDLESS: list[Step] = [text("New. "), 60.0]


@pytest.fixture
def conversation(transactional_db: None, admin_user: User, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """Return one whose processes keep house when a test says so."""
    monkeypatch.setattr(leases, "HEARTBEAT_S", 3_600)
    monkeypatch.setattr(snapshot_sender, "MISSING_S", LOOK_AGAIN_S)
    return make_conversation(admin_user)


def close_expired() -> leases.ClosedOrphan:
    Turn.objects.filter(status__in=Turn.OPEN).update(lease_until="2020-01-01T00:00:00Z")
    (orphan,) = leases.close_orphaned_turns(events_of_closing)
    return orphan


async def take_for_dead(process: Runner) -> None:
    """Close the open turn as the process does once its lease has run out."""
    await process._teller.tell_closed(await in_database_thread(close_expired)())


@contextmanager
def unanswered(process: Runner) -> Iterator[None]:
    """Let the process answer no other, as one that hangs."""
    assert process._relay is not None
    ask = process._relay._handlers.pop("relay.ask")
    yield
    process._relay._handlers["relay.ask"] = ask


async def beat(process: Runner) -> None:
    await process._heartbeat._keep_house()


def shown(page: Page) -> dict[str, tuple[str, str]]:
    """Return the status and text of each turn, as the page shows them."""
    turns: dict[str, tuple[str, str]] = {}
    for event in page.watcher.events:
        kind, properties = event["event_type"], event["properties"]
        if kind == "playground.snapshot":
            turns = {turn["turn_id"]: (turn["status"], turn["text"]) for turn in properties["turns"]}
        elif kind in {"playground.turn.completed", "playground.turn.interrupted"}:
            turns[properties["turn_id"]] = (kind.rpartition(".")[2], properties["text"])
    return turns


async def stored_at_last() -> dict[str, tuple[str, str]]:
    """Return the status and text of each turn's row once no process has a turn."""
    await until_no_row(Turn, owner_process__gt="")
    return {turn.pk: (turn.status, turn.text) async for turn in Turn.objects.all()}


def is_open_with_context(event: Json) -> bool:
    """Whether it is a snapshot with an open turn and the newest context."""
    properties = event["properties"]
    return (
        event["event_type"] == "playground.snapshot"
        and "open_turn" in properties
        and bool(properties["conversation"]["conversational_context"].endswith("8"))
    )


async def until_shown(turns: dict[str, tuple[str, str]], *pages: Page) -> None:
    await asyncio.gather(*(_until_shown(turns, page) for page in pages))


async def _until_shown(turns: dict[str, tuple[str, str]], page: Page) -> None:
    if shown(page) != turns:
        await page.watcher.until(lambda _event: shown(page) == turns)


async def until_no_row(model: type[Conversation | Turn], **which: Any) -> None:
    """Wait until no row is like this."""
    async with asyncio.timeout(DEADLINE_S):
        while await model.objects.filter(**which).aexists():  # noqa: ASYNC110 -- rows tell nobody
            await asyncio.sleep(LOOK_AGAIN_S)


async def test_the_turn_goes_on_where_nothing_has_begun_since(conversation: Conversation) -> None:
    goes_on, ends = asyncio.Event(), asyncio.Event()
    script: list[Step] = [text("One. "), goes_on, text("Two. "), ends, text("Three. "), END]
    async with two_processes([script], []) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        turn_id = await one.respond(conversation.pk, "Hi")
        await elsewhere.until("playground.sentence")
        with unanswered(one):
            await take_for_dead(other)
            await elsewhere.watcher.until(lambda _event: "interrupted" in shown(elsewhere).get(turn_id, ""))
        goes_on.set()
        told = await here.until("playground.sentence", text="Two.")
        await until_no_row(Conversation, last_seq__lt=told["seq"])
        for number in range(9):
            await other.append_context(conversation.pk, str(number))
        taken = (await Conversation.objects.aget()).last_seq
        assert (await Turn.objects.aget()).text == ""
        await beat(one)
        for page in (here, elsewhere):
            await page.watcher.until(is_open_with_context)
        await until_shown({turn_id: ("streaming", "One. Two. ")}, here, elsewhere)
        await until_no_row(Turn, text="")
        await other.append_context(conversation.pk, "It rains.")
        for page in (here, elsewhere):
            assert (await page.until("playground.context"))["seq"] > taken
        ends.set()
        stored = await stored_at_last()
        await until_shown(stored, here, elsewhere)
        assert stored == {turn_id: ("completed", "One. Two. Three. ")}
        assert_gapless(here, elsewhere)
        await here.close()
        await elsewhere.close()


@pytest.mark.parametrize("noticed_by", ["message", "row", "end"])
async def test_every_page_shows_at_last_what_is_stored_where_the_conversation_has_gone_on(
    conversation: Conversation, noticed_by: str
) -> None:
    goes_on, may_end, ends = asyncio.Event(), asyncio.Event(), asyncio.Event()
    first: list[Step] = [text("One. "), goes_on, text("Two. "), may_end, END]
    second: list[Step] = [text("New. "), ends, *(text(f"Sentence {number}. ") for number in range(30)), END]
    async with two_processes([first], [second]) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        first_id = await one.respond(conversation.pk, "First")
        await elsewhere.until("playground.sentence")
        await take_for_dead(other)
        goes_on.set()
        await elsewhere.until("playground.sentence", text="Two.")
        if noticed_by != "message":
            assert one._relay is not None
            del one._relay._handlers["relay.started"]
        second_id = await other.respond(conversation.pk, "Second")
        await elsewhere.watcher.until(lambda _event: second_id in shown(elsewhere))
        if noticed_by == "row":
            await beat(one)
        if noticed_by == "end":
            may_end.set()
        await until_no_row(Turn, pk=first_id, owner_process__gt="")
        ends.set()
        stored = await stored_at_last()
        await until_shown(stored, here, elsewhere)
        assert stored[first_id] == ("completed" if noticed_by == "end" else "interrupted", "One. Two. ")
        assert stored[second_id][0] == "completed"
        assert elsewhere.transcript[second_id] == stored[second_id][1]
        await here.close()
        await elsewhere.close()
    error = (await Turn.objects.aget(pk=first_id)).error
    assert error == (None if noticed_by == "end" else GONE_ON.as_json())


async def test_what_a_process_taken_for_dead_tells_takes_no_seq_of_the_newer_turn(
    conversation: Conversation,
) -> None:
    async with two_processes([], [ENDLESS]) as (_, other):
        page = await opened(other, conversation)
        turn_id = await other.respond(conversation.pk, "Second")
        sentence = await page.until("playground.sentence")
        note = {"event_type": "playground.note", "seq": other.hub.seq(conversation.pk) + 1}
        message(other, conversation, "relay.events", events=[sentence | note])
        await other.interrupt(conversation.pk)
        await page.until("playground.turn.interrupted", turn_id=turn_id)
        assert "playground.note" not in page.watcher.types()
        assert_gapless(page)
        await page.close()


async def test_a_turn_that_has_to_end_tells_and_answers_no_other_process(conversation: Conversation) -> None:
    async with two_processes([ENDLESS], []) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        await one.respond(conversation.pk, "First")
        await elsewhere.until("playground.sentence")
        one.give_up_here(conversation.pk, newer_seq=1_000)
        assert await other.live_state_elsewhere(conversation.pk) is None
        await here.until("playground.turn.interrupted")
        await one._teller.notify(conversation.pk, GONE_ON)
        await elsewhere.until("playground.error")
        assert "playground.turn.interrupted" not in elsewhere.watcher.types()
        await here.close()
        await elsewhere.close()


async def test_an_older_turn_ends_none(conversation: Conversation) -> None:
    async with two_processes([ENDLESS], []) as (one, _):
        await one.respond(conversation.pk, "First")
        one.give_up_here(conversation.pk, newer_seq=0)
        live = one._turns.of(conversation.pk)
        assert live is not None
        assert not live.is_ending


async def test_a_page_that_was_told_more_than_a_newer_turn_began_with_is_shown_it(
    conversation: Conversation,
) -> None:
    async with two_processes([ENDLESS], []) as (one, other):
        page = await opened(other, conversation)
        await one.respond(conversation.pk, "First")
        await page.until("playground.sentence")
        message(other, conversation, "relay.started", seq=0)
        await page.until("playground.snapshot")
        await page.close()


def test_what_waits_for_missing_events_is_forgotten_when_a_viewer_starts_over() -> None:
    viewer, asked = Viewer(), []
    viewer.follow(lambda: asked.append("a snapshot"))
    viewer.show(event(1, "true"))
    viewer.put(event(4, "false"))
    viewer.begin_snapshot()
    viewer.put(event(3, "false"))
    viewer.start_over()
    assert viewer.is_behind
    viewer.show(event(2, "true"))
    for seq in (3, 4):
        viewer.put(event(seq, "true"))
    assert [each["properties"]["note"] for each in map(orjson.loads, viewer.take_encoded())] == ["true"] * 3
    assert asked == ["a snapshot"] * 3


def event(seq: int, note: str) -> Json:
    return {"event_type": "playground.note", "inference_id": None, "seq": seq, "properties": {"note": note}}


def message(process: Runner, conversation: Conversation, kind: str, **about: Any) -> None:
    """Give the process a message of another."""
    assert process._relay is not None
    process._relay.take(
        {"type": kind, "sender": "another", "nonce": "", "conversation_id": conversation.pk, **about}
    )
