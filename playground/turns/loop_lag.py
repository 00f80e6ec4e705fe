"""Measures by how much this process's event loop is late: a silence of our own must not be taken for the LLM's."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from playground.timers import PutOffTimer

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

    def _tick(self) -> None:
        late_s = asyncio.get_running_loop().time() - self._due_at
        if late_s > PUNCTUAL_S:
            self.total_ms += round(late_s * 1000)
        self._await_tick()

    def _await_tick(self) -> None:
        assert self._timer is not None
        self._due_at = asyncio.get_running_loop().time() + TICK_S
        self._timer.set(self._due_at)
