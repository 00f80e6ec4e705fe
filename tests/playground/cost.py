"""What a turn costs while it runs: memory, and for how long it keeps the event loop from everyone else."""

import asyncio
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Cost:
    most_bytes = 0
    """The most memory held at once, above what was held before."""
    longest_ms = 0.0
    """The longest time that the event loop was kept busy without a pause: its thread's own, not the clock's."""


@asynccontextmanager
async def memory() -> AsyncIterator[Cost]:
    cost = Cost()
    tracemalloc.start()
    try:
        yield cost
        cost.most_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@asynccontextmanager
async def loop_time() -> AsyncIterator[Cost]:
    cost = Cost()
    beating = asyncio.create_task(_beat(cost))
    try:
        yield cost
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def _beat(cost: Cost) -> None:
    last = time.thread_time()
    while True:
        await asyncio.sleep(0)
        now = time.thread_time()
        cost.longest_ms = max(cost.longest_ms, (now - last) * 1000)
        last = now
