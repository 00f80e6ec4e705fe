"""What a server keeps of conversations that are over: resident memory before and after many of them."""

import asyncio

from tests.bench.answers import Answer
from tests.bench.effort import Effort
from tests.bench.figures import Figures
from tests.bench.load import turns, viewing
from tests.bench.machine import resident_mib
from tests.bench.servers import Candidate, Stand

TALKS_AT_ONCE = 50
ANSWER = Answer(deltas=24)
SETTLING_S = 2.0
"""For what a server does after the last viewer has left."""


async def measure(stand: Stand, candidate: Candidate, effort: Effort) -> Figures:
    async with stand.serving(candidate) as server:
        figures = {"resident at the start, MiB": resident_mib(server.process_id)}
        for held in range(TALKS_AT_ONCE, effort.conversations + 1, TALKS_AT_ONCE):
            async with viewing(server, await server.talks(TALKS_AT_ONCE)) as viewers:
                await turns(viewers, ANSWER)
            if held in looked_at(effort):
                await asyncio.sleep(SETTLING_S)
                figures[f"resident after {held:,} conversations, MiB"] = resident_mib(server.process_id)
    return figures


def looked_at(effort: Effort) -> tuple[int, ...]:
    """Return after how many conversations memory is looked at: some fill what a server keeps, up to its bounds."""
    return tuple(effort.conversations // parts // TALKS_AT_ONCE * TALKS_AT_ONCE for parts in (4, 2, 1))
