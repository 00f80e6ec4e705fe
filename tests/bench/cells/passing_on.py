"""What a delta waits in an inspector that passes on, against the same answer without one; recorded as it goes."""

import asyncio

import aiohttp
import orjson

from tests.bench.answers import Answer
from tests.bench.cells.paced import GAP_MS
from tests.bench.effort import Effort
from tests.bench.figures import Figures, percentile
from tests.bench.servers import Candidate, Stand
from tests.bench.stamps import elapsed_ms, now_us, stamps

WARM_UP = Answer(deltas=20)
DATA = b"data: "


async def measure(stand: Stand, candidate: Candidate, effort: Effort) -> Figures:
    answer = Answer(effort.paced_deltas, GAP_MS)
    async with stand.serving(candidate) as server, aiohttp.ClientSession() as client:
        call = f"from tests.bench.seeding import print_inspector; print_inspector({stand.llm_url!r})"
        path = (
            await asyncio.to_thread(stand.manage, server, "shell", "--no-imports", "--command", call)
        ).strip()
        await latencies_ms(client, server.url + path, WARM_UP)
        passed_on = await latencies_ms(client, server.url + path, answer)
        direct = await latencies_ms(client, stand.llm_url, answer)
    return {
        "latency p50 without an inspector, ms": percentile(direct, 50),
        "added latency p50, ms": percentile(passed_on, 50) - percentile(direct, 50),
        "added latency p99, ms": percentile(passed_on, 99) - percentile(direct, 99),
    }


async def latencies_ms(client: aiohttp.ClientSession, base_url: str, answer: Answer) -> list[float]:
    """Return how long each delta of an answer was under way, the first one aside."""
    request = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": answer.words}]}
    latencies: list[float] = []
    async with client.post(f"{base_url}/chat/completions", json=request) as response:
        response.raise_for_status()
        async for line in response.content:
            arrived_us = now_us()
            latencies += [elapsed_ms(sent_us, arrived_us) for sent_us in _sent_us(line)]
    return latencies[2:]


def _sent_us(line: bytes) -> list[int]:
    if not line.startswith(DATA + b"{"):
        return []
    delta = orjson.loads(line.removeprefix(DATA))["choices"][0]["delta"]
    return stamps(delta.get("content", "") + " ")[0]
