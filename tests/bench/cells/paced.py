"""What a relayed delta waits while an LLM speaks at its usual pace, with few and with many turns at once."""

from tests.bench.answers import Answer
from tests.bench.effort import Effort
from tests.bench.figures import Figures
from tests.bench.load import turns, viewing
from tests.bench.servers import Candidate, Stand

GAP_MS = 20.0
WARM_UP_TURNS = 10
WARM_UP = Answer(deltas=20)


async def measure(stand: Stand, candidate: Candidate, effort: Effort) -> Figures:
    figures: Figures = {}
    async with stand.serving(candidate) as server:
        async with viewing(server, await server.talks(WARM_UP_TURNS)) as viewers:
            await turns(viewers, WARM_UP)
        for count in effort.paced_turns:
            async with viewing(server, await server.talks(count)) as viewers:
                seen = await turns(viewers, Answer(effort.paced_deltas, GAP_MS))
            figures |= {
                f"{count} turns: added latency p50, ms": seen.latency_ms(50),
                f"{count} turns: added latency p99, ms": seen.latency_ms(99),
                f"{count} turns: overhead of the first delta, ms": seen.first_overhead_ms,
                f"{count} turns: deltas/s": seen.deltas_per_s,
            }
    return figures
