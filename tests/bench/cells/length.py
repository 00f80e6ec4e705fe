"""What a turn costs in a conversation that has had many: CPU time, and what of them is sent to the LLM."""

import asyncio

import aiohttp

from tests.bench.cells.cpu import ONE_DELTA
from tests.bench.cells.paced import WARM_UP, WARM_UP_TURNS
from tests.bench.effort import Effort
from tests.bench.figures import Figures
from tests.bench.load import turns, turns_in_line, viewing
from tests.bench.machine import cpu_s
from tests.bench.servers import Candidate, Server, Stand
from tests.browser.site import Site
from tests.playground.long_conversations import add_turns

CONVERSATIONS = 4
TURNS_EACH = 5
KIB = 1024


async def measure(stand: Stand, candidate: Candidate, effort: Effort) -> Figures:
    figures: Figures = {}
    async with stand.serving(candidate) as server:
        async with viewing(server, await server.talks(WARM_UP_TURNS)) as viewers:
            await turns(viewers, WARM_UP)
        for length in effort.lengths:
            figures |= await cost_at(stand, server, length)
    return figures


async def cost_at(stand: Stand, server: Server, length: int) -> Figures:
    talks = await server.talks(CONVERSATIONS)
    site = Site(server.url, "", server.data, server.process_id, {})
    for talk in talks:
        await asyncio.to_thread(add_turns, site, talk.conversation, length)
    async with viewing(server, talks) as viewers:
        before_s, before_bytes = cpu_s(server.process_id), await sent_bytes(stand)
        for _ in range(TURNS_EACH):
            await turns_in_line(viewers, ONE_DELTA)
        count = TURNS_EACH * len(viewers)
        return {
            f"after {length:,} turns: CPU ms a turn": (cpu_s(server.process_id) - before_s) * 1000 / count,
            f"after {length:,} turns: KiB sent": (await sent_bytes(stand) - before_bytes) / KIB / count,
        }


async def sent_bytes(stand: Stand) -> int:
    async with aiohttp.ClientSession() as client, client.get(stand.llm_url) as response:
        counted: dict[str, int] = await response.json(content_type=None)
        return counted["body_bytes"]
