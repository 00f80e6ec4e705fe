"""Two processes' runners, connected by a real Redis, serve the same conversation."""

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User

from playground.models import Conversation, Turn
from tests.playground.rehearsals import DOCUMENT, Watcher, make_conversation, running
from tests.playground.scripted_llm import END, Step, text
from tests.playground.two_processes import connected, two_processes, watch

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

PACED: list[Step] = [step for n in range(12) for step in (text(f"Sentence number {n} is said. "), 0.05)]
ENDLESS: list[Step] = [text("Once upon a time. "), 60.0]
GONE = "redis://127.0.0.1:1/0"
ANSWER: list[Step] = [text("Hello."), END]


@pytest.fixture
def conversation(transactional_db: None, admin_user: User) -> Conversation:
    return make_conversation(admin_user)


async def test_a_viewer_elsewhere_is_told_the_same_in_the_same_order(conversation: Conversation) -> None:
    async with two_processes([[*PACED, END]], []) as (one, other):
        here, elsewhere = await watch(one, conversation), await watch(other, conversation)
        await one.respond(conversation.pk, "Hi")
        assert await here.until_closed() == await elsewhere.until_closed()

    def text_of(watcher: Watcher) -> str:
        deltas = [event for event in watcher.events if event["event_type"] == "playground.delta"]
        return "".join(event["properties"]["text"] for event in deltas)

    assert text_of(here) == text_of(elsewhere) != ""
    seqs = [event["seq"] for event in elsewhere.events]
    assert seqs == sorted(set(seqs))


async def test_an_event_from_elsewhere_is_encoded_once_for_all_viewers_here(
    conversation: Conversation,
) -> None:
    async with two_processes([ANSWER], []) as (one, other):
        viewers = [await other.attach(conversation.pk) for _ in range(3)]
        elsewhere = await watch(other, conversation)
        await one.respond(conversation.pk, "Hi")
        await elsewhere.until_closed()
        encoded = list(zip(*(viewer.take_encoded() for viewer in viewers), strict=True))
    assert len(encoded) > 1
    assert all(first is text for first, *others in encoded for text in others)


async def test_a_viewer_who_comes_late_gets_the_turn_as_far_as_it_has_come(
    conversation: Conversation,
) -> None:
    async with two_processes([[*PACED, END]], []) as (one, other):
        here = await watch(one, conversation)
        await one.respond(conversation.pk, "Hi")
        await here.until(lambda event: event["event_type"] == "playground.sentence")
        elsewhere = await watch(other, conversation)
        live = await other.live_state_elsewhere(conversation.pk)
        closed = await elsewhere.until_closed()
    assert live is not None
    assert live["turn"]["text"].startswith("Sentence number 0")
    deltas = [
        event["properties"]
        for event in elsewhere.events
        if event["event_type"] == "playground.delta" and event["seq"] > live["seq"]
    ]
    assert live["turn"]["text"] + "".join(delta["text"] for delta in deltas) == closed["properties"]["text"]


async def test_an_interrupt_reaches_the_owner_and_the_next_turn_may_run_elsewhere(
    conversation: Conversation,
) -> None:
    async with two_processes([ENDLESS], [ANSWER]) as (one, other):
        elsewhere = await watch(other, conversation)
        await one.respond(conversation.pk, "Hi")
        await elsewhere.until(lambda event: event["event_type"] == "playground.sentence")
        await other.interrupt(conversation.pk)
        await other.respond(conversation.pk, "Shorter")
        first = await elsewhere.until_closed()
        second = await elsewhere.until_closed()
    assert first["event_type"] == "playground.turn.interrupted"
    assert second["event_type"] == "playground.turn.completed"
    assert second["seq"] > first["seq"]


async def test_an_interrupt_that_the_persona_forbids_is_refused_to_the_viewer_elsewhere(
    admin_user: User,
) -> None:
    document = DOCUMENT | {"barge_in": {"bargeIn": "disabled"}}
    conversation = await database_sync_to_async(make_conversation)(admin_user, document)
    async with two_processes([ENDLESS], []) as (one, other):
        elsewhere = await watch(other, conversation)
        await one.respond(conversation.pk, "Hi")
        await elsewhere.until(lambda event: event["event_type"] == "playground.sentence")
        await other.interrupt(conversation.pk)
        refused = await elsewhere.until(lambda event: event["event_type"] == "playground.error")
    assert refused["properties"]["code"] == "barge_in_disabled"


async def test_nothing_crosses_while_nobody_watches_elsewhere(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.realtime.relay.PRESUMED_WATCHED_S", -1.0)
    async with two_processes([ANSWER], []) as (one, other):
        here = await watch(one, conversation)
        unwatched = Watcher(other.hub.attach("another"))
        await one.respond(conversation.pk, "Hi")
        await here.until_closed()
        assert unwatched.events == []
        assert other.hub.seq(conversation.pk) == 0


async def test_without_redis_the_turn_goes_on_for_its_own_viewers(conversation: Conversation) -> None:
    async with connected(GONE) as dead_layer, running([*PACED, END], layer=dead_layer) as alone:
        here = await watch(alone, conversation)
        await alone.respond(conversation.pk, "Hi")
        closed = await here.until_closed()
    assert closed["event_type"] == "playground.turn.completed"
    turn = await Turn.objects.aget()
    assert turn.status == "completed"


async def test_without_redis_an_interrupt_reaches_the_owner_through_the_row(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.storage.leases.HEARTBEAT_S", 0.05)
    async with two_processes([ENDLESS], [], url=GONE) as (one, other):
        here = await watch(one, conversation)
        await one.respond(conversation.pk, "Hi")
        await other.interrupt(conversation.pk)
        closed = await here.until_closed()
    assert closed["event_type"] == "playground.turn.interrupted"
