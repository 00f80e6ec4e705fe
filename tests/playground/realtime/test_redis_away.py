"""Redis is killed, hangs, or loses messages in the middle of a turn: nobody loses anything for longer than that."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, TypeVar

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.contrib.auth.models import User

from playground.engine.json_types import Json
from playground.models import Conversation
from playground.realtime.layer_link import Layer
from playground.runner import Runner
from tests.playground.own_redis import OwnRedis, own_redis
from tests.playground.rehearsals import make_conversation, running
from tests.playground.scripted_llm import END, Step, text
from tests.playground.two_processes import Page, opened, two_processes

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

PACED: list[Step] = [step for n in range(400) for step in (text(f"Sentence number {n} is said. "), 0.05)]
SHORT: list[Step] = [*PACED[:60], END]
CUT_OFF = {"kind": "followers_lost", "is_on": True}
NOTICED_S = 4.0
"""README: within this time a process says that it can't follow the others."""
BACK_S = 3.0
"""README: within this time of the return of Redis it follows them again."""


@pytest.fixture
def conversation(transactional_db: None, admin_user: User) -> Conversation:
    return make_conversation(admin_user)


@pytest.fixture
def redis() -> Iterator[OwnRedis]:
    with own_redis() as started:
        yield started


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"SEND_S": 0.5, "PROBE_S": 0.05, "SILENT_S": 1.0, "RECONNECT_S": 0.1}.items():
        monkeypatch.setattr(f"playground.realtime.layer_link.{name}", seconds)
    monkeypatch.setattr("playground.storage.leases.HEARTBEAT_S", 0.05)


Odd = TypeVar("Odd", bound=RedisPubSubChannelLayer)


def on(redis: OwnRedis, kind: type[Odd] = RedisPubSubChannelLayer) -> Odd:
    """Return a process's layer on this Redis."""
    layer: Odd = kind(hosts=[redis.url], prefix="away")
    return layer


@asynccontextmanager
async def owned_and_watched(
    script: list[Step], *, owner: Layer, other: Layer
) -> AsyncIterator[tuple[Runner, Runner]]:
    """Two processes, each with its layer; the LLM of the first plays the script."""
    async with running(script, layer=owner) as one, running(layer=other) as another:
        yield one, another


def texts_of(*pages: Page) -> list[list[str]]:
    return [list(page.transcript.values()) for page in pages]


async def close(*pages: Page) -> None:
    for page in pages:
        await page.close()


async def test_a_kill_in_the_middle_of_a_turn(conversation: Conversation, redis: OwnRedis) -> None:
    async with two_processes([PACED], [], url=redis.url) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        await one.respond(conversation.pk, "Hi")
        await elsewhere.until("playground.sentence")
        redis.kill()
        killed_at = monotonic()
        for page in (here, elsewhere):
            await page.until("playground.notice", **CUT_OFF)
        assert monotonic() - killed_at < NOTICED_S
        late = await opened(other, conversation)
        (notice,) = late.watcher.events[0]["properties"]["notices"]
        assert notice.items() >= CUT_OFF.items()
        await here.until("playground.sentence")
        assert (one.is_cut_off, other.is_cut_off) == (True, True)

        await asyncio.to_thread(redis.start)
        started_at = monotonic()
        for page in (here, elsewhere, late):
            await page.until("playground.notice", kind="followers_lost", is_on=False)
        assert monotonic() - started_at < BACK_S
        for page in (elsewhere, late):
            await page.until("playground.snapshot", notices=[])
            await page.until("playground.delta")
        await other.interrupt(conversation.pk)
        for page in (here, elsewhere, late):
            await page.watcher.until_closed()
        assert here.watcher.types().count("playground.turn.started") == 1
        ((shown,), *others) = texts_of(here, elsewhere, late)
        assert others == [[shown], [shown]]
        await close(here, elsewhere, late)


async def test_a_redis_that_hangs_while_the_turn_is_interrupted_from_the_other_process(
    conversation: Conversation, redis: OwnRedis, impatient: None
) -> None:
    async with two_processes([PACED, SHORT], [], url=redis.url) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        await one.respond(conversation.pk, "Hi")
        await elsewhere.until("playground.sentence")
        redis.hang()
        await other.interrupt(conversation.pk)
        closed = await here.watcher.until_closed()
        assert closed["event_type"] == "playground.turn.interrupted"
        for page in (here, elsewhere):
            await page.until("playground.notice", **CUT_OFF)
        late = await opened(one, conversation)
        await one.respond(conversation.pk, "Again")
        await here.until("playground.sentence")
        redis.go_on()
        for page in (here, elsewhere, late):
            await page.until("playground.notice", kind="followers_lost", is_on=False)
        ends = [(await page.watcher.until_closed())["event_type"] for page in (here, elsewhere, late)]
        assert set(ends) == {"playground.turn.completed"}
        assert texts_of(here) == texts_of(elsewhere) == texts_of(late)
        await close(here, elsewhere, late)


class LossyLayer(RedisPubSubChannelLayer):
    """Loses what arrives, without a word, as a connection does that was closed and made again."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._is_lossy = False
        self._has_lost = asyncio.Semaphore(0)

    @asynccontextmanager
    async def losing(self) -> AsyncIterator[None]:
        """Lose what arrives in the block, and some messages after it."""
        self._is_lossy = True
        yield
        async with asyncio.timeout(NOTICED_S):
            for _ in range(4):
                await self._has_lost.acquire()
        self._is_lossy = False

    async def receive(self, channel: str) -> Json:
        while True:
            message: Json = await self._get_layer().receive(channel)
            if not self._is_lossy:
                return message
            self._has_lost.release()


class MuteLayer(RedisPubSubChannelLayer):
    """Takes none of a turn's events, while everything else goes on: the others notice nothing."""

    is_mute = False

    async def group_send(self, group: str, message: Json) -> None:
        if self.is_mute and message["type"] == "relay.events":
            raise ConnectionError
        await self._get_layer().group_send(group, message)


class SilentLayer(RedisPubSubChannelLayer):
    """Loses one kind of message that it took, as Redis does while a subscriber connects again."""

    loses = ""

    async def group_send(self, group: str, message: Json) -> None:
        if message["type"] != self.loses:
            await self._get_layer().group_send(group, message)


class RefusingLayer(RedisPubSubChannelLayer):
    """Takes no more than it must of the first attempts: one watch is refused, one group is left halfway."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._fails = {"relay.watch", "leaving"}

    async def group_send(self, group: str, message: Json) -> None:
        self._fail_once(message["type"])
        await self._get_layer().group_send(group, message)

    async def group_discard(self, group: str, channel: str) -> None:
        layer = self._get_layer()
        if "leaving" in self._fails:
            name = layer._get_group_channel_name(group)
            await layer._get_shard(name)._pubsub.unsubscribe(name)
        self._fail_once("leaving")
        await layer.group_discard(group, channel)

    def _fail_once(self, what: str) -> None:
        if what in self._fails:
            self._fails.remove(what)
            raise ConnectionError


async def test_a_viewer_whose_watch_was_refused_follows_the_turn(
    conversation: Conversation, redis: OwnRedis, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.realtime.relay.PRESUMED_WATCHED_S", 0.05)
    refusing = on(redis, RefusingLayer)
    async with owned_and_watched(SHORT, owner=on(redis), other=refusing) as (one, other):
        here = await opened(one, conversation)
        await one.respond(conversation.pk, "Hi")
        await here.until("playground.sentence")
        elsewhere = await opened(other, conversation)
        await here.watcher.until_closed()
        await elsewhere.watcher.until_closed()
        assert texts_of(here) == texts_of(elsewhere)
        await close(here, elsewhere)


async def test_a_conversation_that_was_left_halfway_can_be_followed_again(
    conversation: Conversation, redis: OwnRedis, impatient: None
) -> None:
    refusing = on(redis, RefusingLayer)
    async with owned_and_watched(SHORT, owner=on(redis), other=refusing) as (one, other):
        here = await opened(one, conversation)
        await close(await opened(other, conversation))
        elsewhere = await opened(other, conversation)
        await one.respond(conversation.pk, "Hi")
        await here.watcher.until_closed()
        await elsewhere.until("playground.snapshot")
        await elsewhere.until("playground.delta")
        await elsewhere.watcher.until_closed()
        assert texts_of(here) == texts_of(elsewhere)
        await close(here, elsewhere)


@pytest.mark.parametrize("lost", ["relay.started", "relay.events"])
async def test_what_was_lost_unnoticed_is_shown_elsewhere_a_little_later(
    conversation: Conversation, redis: OwnRedis, impatient: None, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr("playground.realtime.relay.PRESUMED_WATCHED_S", 0.05)
    silent = on(redis, SilentLayer)
    async with owned_and_watched(SHORT, owner=silent, other=on(redis)) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        silent.loses = lost
        await one.respond(conversation.pk, "Hi")
        await here.watcher.until_closed()
        while texts_of(here) != texts_of(elsewhere):
            await elsewhere.watcher.until(lambda _event: True)
        await close(here, elsewhere)


async def test_an_end_that_could_not_be_sent_is_shown_elsewhere_later(
    conversation: Conversation, redis: OwnRedis, impatient: None
) -> None:
    mute = on(redis, MuteLayer)
    async with owned_and_watched(PACED, owner=mute, other=on(redis)) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        await one.respond(conversation.pk, "Hi")
        await elsewhere.until("playground.sentence")
        mute.is_mute = True
        await one.interrupt(conversation.pk)
        await here.watcher.until_closed()
        await close(here)
        shown = await elsewhere.until("playground.snapshot")
        assert shown["properties"]["turns"][-1]["status"] == "interrupted"
        assert "playground.notice" not in elsewhere.watcher.types()
        assert texts_of(here) == texts_of(elsewhere)
        await close(elsewhere)


async def test_an_interrupt_that_the_owner_does_not_answer_reaches_it_by_its_row(
    conversation: Conversation, redis: OwnRedis, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.realtime.questions.ANSWER_S", 0.2)
    lossy = on(redis, LossyLayer)
    async with owned_and_watched(PACED, owner=lossy, other=on(redis)) as (one, other):
        here = await opened(one, conversation)
        await one.respond(conversation.pk, "Hi")
        await here.until("playground.sentence")
        async with lossy.losing():
            await other.interrupt(conversation.pk)
            closed = await here.watcher.until_closed()
        assert closed["event_type"] == "playground.turn.interrupted"
        await close(here)


async def test_messages_that_were_lost_without_a_word_are_made_good(
    conversation: Conversation, redis: OwnRedis, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.realtime.relay.PRESUMED_WATCHED_S", 0.05)
    lossy = on(redis, LossyLayer)
    async with owned_and_watched(PACED, owner=on(redis), other=lossy) as (one, other):
        here, elsewhere = await opened(one, conversation), await opened(other, conversation)
        async with lossy.losing():
            await one.respond(conversation.pk, "Hi")
            await here.until("playground.sentence")
        await elsewhere.until("playground.snapshot")
        await elsewhere.until("playground.sentence")
        async with lossy.losing():
            await one.interrupt(conversation.pk)
            await here.watcher.until_closed()
        shown = await elsewhere.until("playground.snapshot")
        assert shown["properties"]["turns"][-1]["status"] == "interrupted"
        assert texts_of(here) == texts_of(elsewhere)
        assert "playground.notice" not in elsewhere.watcher.types()
        await close(here, elsewhere)
