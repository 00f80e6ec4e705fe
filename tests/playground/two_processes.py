"""Two processes' runners that serve the same conversations, connected by a real Redis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from channels_redis.pubsub import RedisPubSubChannelLayer

from playground.models import Conversation
from playground.realtime.relay import Layer
from playground.runner import Runner
from tests import services
from tests.playground.rehearsals import Watcher, running
from tests.playground.scripted_llm import Step

PREFIX = f"greenroom-test-{uuid4().hex}"


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Layer]:
    """A process's channel layer, in this test run's own corner of Redis."""
    layer = RedisPubSubChannelLayer(hosts=[url or services.redis_url()], prefix=PREFIX)
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


async def watch(runner: Runner, conversation: Conversation) -> Watcher:
    return Watcher(await runner.attach(conversation.pk))
