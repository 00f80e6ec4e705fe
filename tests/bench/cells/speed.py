"""How many deltas are relayed in a second where LLMs send as fast as they are read."""

from tests.bench.answers import Answer
from tests.bench.cells.paced import WARM_UP, WARM_UP_TURNS
from tests.bench.effort import Effort
from tests.bench.figures import Figures
from tests.bench.load import turns, viewing
from tests.bench.servers import Candidate, Stand


async def measure(stand: Stand, candidate: Candidate, effort: Effort) -> Figures:
    async with stand.serving(candidate) as server:
        async with viewing(server, await server.talks(WARM_UP_TURNS)) as viewers:
            await turns(viewers, WARM_UP)
        async with viewing(server, await server.talks(effort.speed_turns)) as viewers:
            seen = await turns(viewers, Answer(effort.speed_deltas), within_s=0)
    return {f"{effort.speed_turns} turns: deltas/s": seen.deltas_per_s}
