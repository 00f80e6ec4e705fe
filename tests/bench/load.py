"""Many viewers at once: opens their sockets, starts their turns within a second, and sums up what they saw."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.bench.answers import Answer
from tests.bench.figures import percentile
from tests.bench.servers import Server, Talk
from tests.bench.viewer import TurnSeen, Viewer, connect

STARTS_S = 1.0
"""Within which the turns of one load are started, evenly."""
CONNECTS_AT_ONCE = 16


class TurnsFailedError(Exception):
    """Turns ended otherwise than as completed, or deltas were lost."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What all viewers of one load saw together."""

    turns: Sequence[TurnSeen]

    def latency_ms(self, percent: float) -> float:
        return percentile([latency for turn in self.turns for latency in turn.latencies_ms], percent)

    @property
    def first_overhead_ms(self) -> float:
        """The median of the turns."""
        return percentile([turn.first_overhead_ms for turn in self.turns], 50)

    @property
    def deltas(self) -> int:
        return sum(turn.deltas for turn in self.turns)

    @property
    def deltas_per_s(self) -> float:
        began_us, ended_us = (
            min(turn.asked_us for turn in self.turns),
            max(turn.last_us for turn in self.turns),
        )
        return self.deltas / ((ended_us - began_us) / 1_000_000)


@asynccontextmanager
async def viewing(server: Server, talks: Sequence[Talk]) -> AsyncIterator[list[Viewer]]:
    """Open the sockets of the conversations; close them with the block."""
    free = asyncio.Semaphore(CONNECTS_AT_ONCE)

    async def open_one(talk: Talk) -> Viewer:
        async with free:
            return await connect(server.url, talk.conversation, talk.key)

    viewers = list(await asyncio.gather(*map(open_one, talks)))
    try:
        yield viewers
    finally:
        for viewer in viewers:
            viewer.close()


async def turns(viewers: Sequence[Viewer], answer: Answer, *, within_s: float = STARTS_S) -> Seen:
    """Start a turn of each viewer within a time and wait for all. Raises TurnsFailedError."""

    async def start(place: int, viewer: Viewer) -> TurnSeen:
        await asyncio.sleep(within_s * place / len(viewers))
        return await viewer.turn(answer)

    return checked(await asyncio.gather(*(start(*numbered) for numbered in enumerate(viewers))), answer)


async def turns_in_line(viewers: Sequence[Viewer], answer: Answer) -> Seen:
    """Start a turn of each viewer, each when the one before has ended. Raises TurnsFailedError."""
    return checked([await viewer.turn(answer) for viewer in viewers], answer)


def checked(seen: Sequence[TurnSeen], answer: Answer) -> Seen:
    wrong = [turn.ended_as for turn in seen if turn.ended_as != "playground.turn.completed"]
    if wrong:
        raise TurnsFailedError(f"{len(wrong)} of {len(seen)} turns, such as {wrong[0]}")
    lost = sum(answer.deltas - turn.deltas for turn in seen)
    if lost:
        raise TurnsFailedError(f"{lost} deltas were lost")
    return Seen(seen)
