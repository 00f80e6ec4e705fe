"""What several server processes carry together, with PostgreSQL and Redis: turns, loss, and idle sockets."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from tests import services
from tests.bench.answers import Answer
from tests.bench.cells.paced import WARM_UP, WARM_UP_TURNS
from tests.bench.effort import Effort
from tests.bench.figures import Figures, ratio
from tests.bench.load import turns, viewing
from tests.bench.machine import cpu_s, resident_mib
from tests.bench.servers import Candidate, Server, Stand, stand
from tests.bench.viewer import LeftError, TurnSeen, Viewer

PROCESSES = (1, 2, 4)
ANSWER = Answer(deltas=24)
TURNS_AT_ONCE = 64
KIB_IN_MIB = 1024


class MissingServiceError(Exception):
    """PostgreSQL or Redis doesn't answer."""


async def measure(_shared: Stand, candidate: Candidate, effort: Effort) -> Figures:
    figures: Figures = {}
    with _with_services() as own:
        for count in PROCESSES:
            async with own.serving_together(candidate, count) as server:
                figures |= await _measure(server, count, effort)
    for fewer, more in pairwise(PROCESSES):
        gain = ratio(figures[_rate(more)], figures[_rate(fewer)])
        figures[f"{more} processes: turns/s ÷ {_named(fewer)}"] = gain
    return figures


@contextmanager
def _with_services() -> Iterator[Stand]:
    if not services.postgres_answers() or not services.redis_answers():
        raise MissingServiceError("PostgreSQL at 127.0.0.1:5432 and Redis at 127.0.0.1:6379 are needed")
    with (
        services.new_postgres(services.postgres_url(), "bench") as url,
        stand({"DATABASE_URL": url, "REDIS_URL": services.redis_url()}) as own,
    ):
        yield own


async def _measure(server: Server, count: int, effort: Effort) -> Figures:
    async with viewing(server, await server.talks(WARM_UP_TURNS)) as viewers:
        await turns(viewers, WARM_UP)
    async with viewing(server, await server.talks(effort.cluster_conversations)) as viewers:
        before_s, began_s = _cpu_s(server), time.monotonic()
        seen = await _turns_at_once(viewers)
        took_s, cpu_ms = time.monotonic() - began_s, (_cpu_s(server) - before_s) * 1000
    name = _named(count)
    return {
        _rate(count): len(seen) / took_s,
        f"{name}: CPU ms a turn": cpu_ms / len(seen),
        f"{name}: turns lost": len(viewers) - sum(_is_whole(turn) for turn in seen),
        f"{name}: KiB of an idle socket": await _idle_kib(server, effort.idle_sockets),
    }


async def _turns_at_once(viewers: Sequence[Viewer]) -> list[TurnSeen]:
    """Hold a turn of each viewer, some at once; leave out those whose socket was closed."""
    free = asyncio.Semaphore(TURNS_AT_ONCE)

    async def hold(viewer: Viewer) -> TurnSeen:
        async with free:
            return await viewer.turn(ANSWER)

    seen = await asyncio.gather(*map(hold, viewers), return_exceptions=True)
    for failure in seen:
        if isinstance(failure, BaseException) and not isinstance(failure, LeftError):
            raise failure
    return [turn for turn in seen if isinstance(turn, TurnSeen)]


def _is_whole(turn: TurnSeen) -> bool:
    return turn.ended_as == "playground.turn.completed" and turn.deltas == ANSWER.deltas


async def _idle_kib(server: Server, sockets: int) -> float:
    talks = await server.talks(sockets // 10)
    before_mib = _resident_mib(server)
    async with viewing(server, talks * 10) as viewers:
        return (_resident_mib(server) - before_mib) * KIB_IN_MIB / len(viewers)


def _cpu_s(server: Server) -> float:
    return sum(map(cpu_s, server.process_ids))


def _resident_mib(server: Server) -> float:
    return sum(map(resident_mib, server.process_ids))


def _named(count: int) -> str:
    return "1 process" if count == 1 else f"{count} processes"


def _rate(count: int) -> str:
    return f"{_named(count)}: turns/s"
