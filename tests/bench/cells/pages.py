"""How much longer a page takes on a site with many personas and conversations."""

import asyncio
import time
from statistics import median

import aiohttp

from tests.bench.effort import Effort
from tests.bench.figures import Figures, ratio
from tests.bench.servers import Candidate, Server, Stand

PAGES = (
    "/",
    "/personas/",
    "/conversations/",
    "/playground/",
    "/fillers/",
    "/v2/personas?limit=20",
    "/v2/conversations?limit=20",
)
FEW = 20
VISITOR = "bench-0"


async def measure(stand: Stand, candidate: Candidate, effort: Effort) -> Figures:
    few = await visit(stand, candidate, FEW, FEW, effort)
    many = await visit(stand, candidate, effort.many_personas, effort.many_conversations, effort)
    figures: Figures = {}
    for page in PAGES:
        figures[f"`{page}` with few, ms"] = few[page]
        figures[f"`{page}` with many ÷ with few"] = ratio(many[page], few[page])
    return figures


async def visit(
    stand: Stand, candidate: Candidate, personas: int, conversations: int, effort: Effort
) -> Figures:
    """Return the median time of each page on a site of this size, in ms."""
    stand.prepare(
        f"with-{personas}", f"add_personas({personas}); add_conversations({conversations}, '{VISITOR}')"
    )
    async with (
        stand.serving(candidate, f"with-{personas}") as server,
        aiohttp.ClientSession(server.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as client,
    ):
        link = await asyncio.to_thread(stand.manage, server, "signin_link", VISITOR)
        await page_ms(client, link.strip().removeprefix(server.url))
        return {page: await median_ms(client, server, page, effort.page_visits) for page in PAGES}


async def median_ms(client: aiohttp.ClientSession, server: Server, page: str, visits: int) -> float:
    headers = {"x-api-key": server.keys[0]} if page.startswith("/v2/") else {}
    await page_ms(client, page, headers)
    return median([await page_ms(client, page, headers) for _ in range(visits)])


async def page_ms(client: aiohttp.ClientSession, page: str, headers: dict[str, str] | None = None) -> float:
    began_s = time.perf_counter()
    async with client.get(page, headers=headers) as response:
        response.raise_for_status()
        await response.read()
    return (time.perf_counter() - began_s) * 1000
