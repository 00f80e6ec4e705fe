"""News of inspected requests reach viewers in the same process and in others."""

import asyncio

import pytest
from channels.layers import InMemoryChannelLayer

from playground.engine.json_types import Json
from playground.realtime.inspector_feed import (
    NEWS,
    WAITING_NEWS,
    InspectorFeed,
    News,
    NewsKind,
    inspector_feed,
)
from tests.playground.rehearsals import DEADLINE_S, running

ARRIVED = News("i1", 1, NewsKind.ARRIVED)


class Link:
    """A process's link to others: what it sends reaches those that are in the group."""

    def __init__(self, channel: str, links: "list[Link]", feed: InspectorFeed) -> None:
        self.channel = channel
        self.groups: set[str] = set()
        self.is_away = False
        self._links = links
        self._feed = feed
        links.append(self)
        feed.connect(self)

    async def enter(self, group: str) -> None:
        self.groups.add(group)

    async def leave(self, group: str) -> None:
        self.groups.discard(group)

    async def group_send(self, group: str, message: Json) -> bool:
        for link in self._links:
            if group in link.groups and link is not self and not self.is_away:
                link._feed.take(message)
        return not self.is_away


async def test_a_viewer_is_told_of_its_inspector_alone() -> None:
    feed = InspectorFeed()
    async with feed.watch("i1") as watch:
        await feed.tell(News("i2", 1, NewsKind.ARRIVED))
        await feed.tell(ARRIVED)
        await feed.tell(News("i1", 1, NewsKind.ANSWERED))
        assert await watch.take() == [ARRIVED, News("i1", 1, NewsKind.ANSWERED)]


async def test_a_viewer_that_is_too_slow_loads_the_list_anew() -> None:
    feed = InspectorFeed()
    async with feed.watch("i1") as watch:
        for _ in range(WAITING_NEWS + 1):
            await feed.tell(ARRIVED)
        assert await watch.take() is None
        await feed.tell(ARRIVED)
        assert await watch.take() == [ARRIVED]


async def test_viewers_in_other_processes_are_told_while_they_watch() -> None:
    links: list[Link] = []
    here, there = InspectorFeed(), InspectorFeed()
    Link("here", links, here)
    elsewhere = Link("there", links, there)
    async with there.watch("i1") as watch:
        await here.tell(ARRIVED)
        assert await watch.take() == [ARRIVED]
    assert not elsewhere.groups


async def test_viewers_load_the_list_anew_after_the_others_were_away() -> None:
    feed = InspectorFeed()
    async with feed.watch("i1") as watch:
        feed.miss()
        assert await watch.take() is None


@pytest.mark.django_db(transaction=True)
async def test_the_relay_hands_news_of_other_processes_on() -> None:
    layer = InMemoryChannelLayer()
    message = {"type": NEWS, "sender": "another", "inspector_id": "i1", "number": 1, "what": "arrived"}
    async with running(layer=layer), inspector_feed().watch("i1") as watch, asyncio.timeout(DEADLINE_S):
        await layer.group_send("inspector.i1", message)
        assert await watch.take() == [ARRIVED]
        await inspector_feed().tell(ARRIVED)  # which comes back to its sender, too
        await layer.group_send("inspector.i1", message | {"number": 2})
        told = await watch.take() or []
        while len(told) < 2:
            told += await watch.take() or []
    assert told == [ARRIVED, News("i1", 2, NewsKind.ARRIVED)]
