"""How long a server takes from its process's start to its first answer."""

from tests.bench.effort import Effort
from tests.bench.figures import Figures
from tests.bench.servers import Candidate, Stand


async def measure(stand: Stand, candidate: Candidate, effort: Effort) -> Figures:
    async with stand.serving(candidate) as server:
        return {"start to first answer, s": server.start_s, "CPU until then, s": server.start_cpu_s}
