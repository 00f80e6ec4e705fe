"""What the deltas of turns that go on wait while others start, 200 of them a second."""

import asyncio

from tests.bench.cells.cpu import ONE_DELTA
from tests.bench.cells.paced import WARM_UP, WARM_UP_TURNS
from tests.bench.cells.slow_reader import NEIGHBOURS, lasting
from tests.bench.effort import Effort
from tests.bench.figures import Figures
from tests.bench.load import turns, viewing
from tests.bench.servers import Candidate, Stand

STARTS_A_SECOND = 200


async def measure(stand: Stand, candidate: Candidate, effort: Effort) -> Figures:
    starts = int(STARTS_A_SECOND * effort.starts_s)
    async with stand.serving(candidate) as server:
        async with viewing(server, await server.talks(WARM_UP_TURNS)) as viewers:
            await turns(viewers, WARM_UP)
        async with viewing(server, await server.talks(NEIGHBOURS + starts)) as viewers:
            neighbours, starting = viewers[:NEIGHBOURS], viewers[NEIGHBOURS:]
            alone = await turns(neighbours, lasting(effort.starts_s), within_s=0)
            meanwhile, begun = await asyncio.gather(
                turns(neighbours, lasting(effort.starts_s), within_s=0),
                turns(starting, ONE_DELTA, within_s=effort.starts_s),
            )
    return {
        "others' latency p50 before, ms": alone.latency_ms(50),
        "others' latency p50 meanwhile, ms": meanwhile.latency_ms(50),
        "overhead of the first delta of those that start, ms": begun.first_overhead_ms,
    }
