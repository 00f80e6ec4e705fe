"""Two processes' runners that serve the same conversations, connected by a real Redis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from channels_redis.pubsub import RedisPubSubChannelLayer

from playground.engine.json_types import Json
from playground.models import Conversation
from playground.realtime.hub import Viewer
from playground.realtime.layer_link import Layer
from playground.runner import Runner
from tests import services
from tests.playground.rehearsals import Watcher, running
from tests.playground.scripted_llm import Step

PREFIX = f"greenroom-test-{uuid4().hex}"


@asynccontextmanager
async def connected(url: str, prefix: str = PREFIX) -> AsyncIterator[Layer]:
    """A process's channel layer, in this test run's own corner of Redis."""
    layer = RedisPubSubChannelLayer(hosts=[url or services.redis_url()], prefix=prefix)
    yield layer
    await layer.flush()


@asynccontextmanager
async def two_processes(
    first: list[list[Step]], second: list[list[Step]], *, url: str = ""
) -> AsyncIterator[tuple[Runner, Runner]]:
    async with (
        connected(url) as one_layer,
        connected(url) as other_layer,
        running(*first, layer=one_layer) as one,
        running(*second, layer=other_layer) as other,
    ):
        yield one, other


class Page:
    """A viewer with its snapshots, as the socket has it."""

    def __init__(self, runner: Runner, conversation: Conversation, viewer: Viewer) -> None:
        self._runner, self._id, self._viewer = runner, conversation.pk, viewer
        self.watcher = Watcher(viewer)
        self._snapshots = runner.snapshot_sender(conversation.pk, viewer, on_failure=viewer.until_taken)

    async def until(self, event_type: str, **properties: Any) -> Json:
        """Return the next event of this type that has these properties."""
        return await self.watcher.until(
            lambda event: (
                event["event_type"] == event_type and event["properties"].items() >= properties.items()
            )
        )

    @property
    def transcript(self) -> dict[str, str]:
        """Return the text of each turn, as a page shows it."""
        texts: dict[str, str] = {}
        for event in self.watcher.events:
            properties = event["properties"]
            if event["event_type"] == "playground.snapshot":
                texts = {turn["turn_id"]: turn["text"] for turn in properties["turns"]}
            elif event["event_type"] == "playground.delta":
                before = texts.get(properties["turn_id"], "")
                assert len(before) == properties["offset"]
                texts[properties["turn_id"]] = before + properties["text"]
        return texts

    @property
    def seqs(self) -> list[int]:
        """Return the ``seq`` of its events since the newest snapshot, beginning with that of the snapshot."""
        types = self.watcher.types()
        newest = len(types) - 1 - types[::-1].index("playground.snapshot")
        return [event["seq"] for event in self.watcher.events[newest:]]

    async def close(self) -> None:
        await self._snapshots.stop()
        await self._runner.detach(self._id, self._viewer)


async def opened(runner: Runner, conversation: Conversation) -> Page:
    page = Page(runner, conversation, await runner.attach(conversation.pk))
    await page._snapshots.show()
    await page.until("playground.snapshot")
    return page


def assert_gapless(*pages: Page) -> None:
    for page in pages:
        assert page.seqs == list(range(page.seqs[0], page.seqs[0] + len(page.seqs)))


async def watch(runner: Runner, conversation: Conversation) -> Watcher:
    return Watcher(await runner.attach(conversation.pk))
