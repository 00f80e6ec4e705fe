"""Measures by how much this process's event loop is late: a silence of our own must not be taken for the LLM's."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playground.per_loop import PerLoop
from playground.timers import PutOffTimer, started_stopwatch

TICK_S = 0.1
"""How often it is measured."""
PUNCTUAL_S = 0.05
"""A timer that fires no later than this is on time."""


class LoopLag:
    """Adds up how late the event loop was while something was ``watched``: it was busy, or its machine was asleep."""

    def __init__(self) -> None:
        self.total_ms = 0
        self._watching = 0
        self._timer: PutOffTimer | None = None
        self._due_at = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Measure until the block is left."""
        self._watching += 1
        if self._timer is None:
            self._timer = PutOffTimer(self._tick)
            self._await_tick()
        try:
            yield
        finally:
            self._watching -= 1
            if not self._watching:
                self._timer.close()
                self._timer = None

    def started_stopwatch(self) -> Callable[[], int]:
        """Return a function that returns the whole ms since now, without those of which the event loop was late."""
        elapsed_ms, before_ms = started_stopwatch(), self.total_ms
        return lambda: elapsed_ms() - (self.total_ms - before_ms)

    def measure(self) -> None:
        """Add by how much the loop is late right now: another timer may fire before the one that does so."""
        late_s = asyncio.get_running_loop().time() - self._due_at
        if self._watching and late_s > PUNCTUAL_S:
            self.total_ms += round(late_s * 1000)
            self._await_tick()

    def _tick(self) -> None:
        self.measure()
        self._await_tick()

    def _await_tick(self) -> None:
        assert self._timer is not None
        self._due_at = asyncio.get_running_loop().time() + TICK_S
        self._timer.set(self._due_at)


loop_lag = PerLoop(LoopLag)
"""Each event loop's."""
