"""What a browser costs that stops reading, beside one that reads: the server's memory, and what others' deltas wait."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tests.bench.answers import Answer
from tests.bench.cells.paced import GAP_MS, WARM_UP, WARM_UP_TURNS
from tests.bench.effort import Effort
from tests.bench.figures import Figures
from tests.bench.load import turns, viewing
from tests.bench.machine import resident_mib
from tests.bench.servers import Candidate, Stand
from tests.bench.viewer import LeftError, Viewer

NEIGHBOURS = 10
ALONE_S = 5.0
LOOK_S = 0.1


Occupy = Callable[[Viewer, Effort], Awaitable[None]]


async def measure(stand: Stand, candidate: Candidate, effort: Effort) -> Figures:
    reading = await beside(read_all, stand, candidate, effort)
    not_reading = await beside(leave_unread, stand, candidate, effort)
    return {f"{name}, one reads": figure for name, figure in reading.items()} | {
        f"{name}, one doesn't": figure for name, figure in not_reading.items()
    }


async def beside(occupy: Occupy, stand: Stand, candidate: Candidate, effort: Effort) -> Figures:
    """Return what a long answer to one viewer costs while ``occupy`` decides what becomes of it there."""
    async with stand.serving(candidate) as server:
        async with viewing(server, await server.talks(WARM_UP_TURNS)) as viewers:
            await turns(viewers, WARM_UP)
        async with viewing(server, await server.talks(NEIGHBOURS + 1)) as (slow, *neighbours):
            alone = await turns(neighbours, lasting(ALONE_S))
            before = resident_mib(server.process_id)
            most = asyncio.create_task(most_mib(server.process_id, effort.slow_s))
            unread = asyncio.ensure_future(occupy(slow, effort))
            meanwhile = await turns(neighbours, lasting(effort.slow_s))
            grown = await most - before
            unread.cancel()
            await asyncio.gather(unread, return_exceptions=True)
    return {
        "resident memory more, MiB": grown,
        "neighbours' latency p50 before, ms": alone.latency_ms(50),
        "neighbours' latency p50 meanwhile, ms": meanwhile.latency_ms(50),
    }


def lasting(seconds: float) -> Answer:
    return Answer(int(seconds * 1000 / GAP_MS), GAP_MS)


async def leave_unread(slow: Viewer, effort: Effort) -> None:
    slow.stop_reading()
    with suppress(LeftError):
        await slow.turn(long_answer(effort))


async def read_all(quick: Viewer, effort: Effort) -> None:
    await quick.turn(long_answer(effort))


def long_answer(effort: Effort) -> Answer:
    return Answer(effort.slow_deltas, effort.slow_s * 1000 / effort.slow_deltas)


async def most_mib(process_id: int, within_s: float) -> float:
    most = 0.0
    for _ in range(int(within_s / LOOK_S)):
        await asyncio.sleep(LOOK_S)
        most = max(most, resident_mib(process_id))
    return most
