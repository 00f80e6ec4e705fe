"""Tells viewers of inspectors, in this process and in others, that a request arrived or was answered.

Between processes news travel by the channel layer, through the relay's link. While it is away, viewers are told of
what this process receives alone; once it is back they load their lists anew.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from playground.engine.json_types import Json
from playground.per_loop import PerLoop

WAITING_NEWS = 200
"""How many news may wait for one viewer; beyond it the viewer is told only that it lags."""

NEWS = "relay.inspected"
"""The type of the channel layer's messages with news."""


class Link(Protocol):
    """The methods used of the relay's link to other processes; none of them raises."""

    channel: str

    async def enter(self, group: str) -> None: ...
    async def leave(self, group: str) -> None: ...
    async def group_send(self, group: str, message: Json) -> bool: ...


class NewsKind(StrEnum):
    ARRIVED = "arrived"
    ANSWERED = "answered"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class News:
    """What happened to an inspector's request, and is stored already. ``number`` is 0 for requests that were lost."""

    inspector_id: str
    number: int
    kind: NewsKind


class Watch:
    """One viewer's news of one inspector."""

    def __init__(self) -> None:
        self._waiting: list[News] = []
        self._has_news = asyncio.Event()
        self._lagged = False

    async def take(self) -> list[News] | None:
        """Wait for news and take them, the oldest first; None if some are missing: load the list anew."""
        await self._has_news.wait()
        self._has_news.clear()
        news, self._waiting = self._waiting, []
        lagged, self._lagged = self._lagged, False
        return None if lagged else news

    def put(self, news: News) -> None:
        if len(self._waiting) < WAITING_NEWS:
            self._waiting.append(news)
        else:
            self._lagged = True
        self._has_news.set()

    def miss(self) -> None:
        """Let the viewer load the list anew."""
        self._lagged = True
        self._has_news.set()


class InspectorFeed:
    """The viewers of inspectors in this process. Use it on one event loop only."""

    def __init__(self) -> None:
        self._watches: dict[str, set[Watch]] = defaultdict(set)
        self._link: Link | None = None

    def connect(self, link: Link) -> None:
        """Tell and hear other processes from now on."""
        self._link = link

    @asynccontextmanager
    async def watch(self, inspector_id: str) -> AsyncIterator[Watch]:
        """Yield the viewer's news of this inspector's requests from now on."""
        watch = Watch()
        self._watches[inspector_id].add(watch)
        try:
            if self._link is not None:
                await self._link.enter(_group(inspector_id))
            yield watch
        finally:
            self._watches[inspector_id].discard(watch)
            if not self._watches[inspector_id]:
                del self._watches[inspector_id]
                if self._link is not None:
                    await self._link.leave(_group(inspector_id))

    async def tell(self, news: News) -> None:
        """Tell viewers, here and in other processes. Never raises; news that can't be sent are lost."""
        self.deliver(news)
        if self._link is None:
            return
        message = {
            "type": NEWS,
            "sender": self._link.channel,
            "inspector_id": news.inspector_id,
            "number": news.number,
            "what": str(news.kind),
        }
        await self._link.group_send(_group(news.inspector_id), message)

    def take(self, message: Json) -> None:
        """Take another process's news."""
        self.deliver(News(message["inspector_id"], message["number"], NewsKind(message["what"])))

    def miss(self) -> None:
        """Let all viewers load their lists anew: other processes' news were lost."""
        for watches in self._watches.values():
            for watch in watches:
                watch.miss()

    def deliver(self, news: News) -> None:
        """Tell the viewers in this process."""
        for watch in self._watches.get(news.inspector_id, ()):
            watch.put(news)


def _group(inspector_id: str) -> str:
    return f"inspector.{inspector_id}"


_feeds = PerLoop(InspectorFeed)


def inspector_feed() -> InspectorFeed:
    """Return this event loop's feed."""
    return _feeds.get()
