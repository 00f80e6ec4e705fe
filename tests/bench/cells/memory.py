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
        at_start = resident_mib(server.process_id)
        for _ in range(effort.conversations // TALKS_AT_ONCE):
            async with viewing(server, await server.talks(TALKS_AT_ONCE)) as viewers:
                await turns(viewers, ANSWER)
        await asyncio.sleep(SETTLING_S)
        after = resident_mib(server.process_id)
    return {
        "resident at the start, MiB": at_start,
        f"resident after {effort.conversations:,} conversations, MiB": after,
    }
