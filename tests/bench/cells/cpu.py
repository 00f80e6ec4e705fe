"""What CPU time a turn costs: its start and end, and its deltas."""

from tests.bench.answers import Answer
from tests.bench.cells.paced import GAP_MS, WARM_UP, WARM_UP_TURNS
from tests.bench.effort import Effort
from tests.bench.figures import Figures
from tests.bench.load import turns, turns_in_line, viewing
from tests.bench.machine import cpu_s
from tests.bench.servers import Candidate, Server, Stand

ONE_DELTA = Answer(deltas=1)
TURNS_OF_A_SOCKET = 4
DELTAS = 10_000


async def measure(stand: Stand, candidate: Candidate, effort: Effort) -> Figures:
    async with stand.serving(candidate) as server:
        async with viewing(server, await server.talks(WARM_UP_TURNS)) as viewers:
            await turns(viewers, WARM_UP)
        return {
            "start and end of a turn, CPU ms": await start_ms(server, effort.starts),
            f"{DELTAS:,} deltas of {effort.steady_turns} turns, CPU s": await deltas_s(server, effort),
        }


async def start_ms(server: Server, starts: int) -> float:
    async with viewing(server, await server.talks(starts // TURNS_OF_A_SOCKET)) as viewers:
        before_s = cpu_s(server.process_id)
        for _ in range(TURNS_OF_A_SOCKET):
            await turns_in_line(viewers, ONE_DELTA)
        return (cpu_s(server.process_id) - before_s) * 1000 / (TURNS_OF_A_SOCKET * len(viewers))


async def deltas_s(server: Server, effort: Effort) -> float:
    async with viewing(server, await server.talks(effort.steady_turns)) as viewers:
        before_s = cpu_s(server.process_id)
        seen = await turns(viewers, Answer(effort.steady_deltas, GAP_MS))
        return (cpu_s(server.process_id) - before_s) * DELTAS / seen.deltas
