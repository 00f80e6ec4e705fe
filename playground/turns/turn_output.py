"""A turn's output on its own clock: events, and first times."""

import asyncio
from collections.abc import Callable

from playground.engine.events import Event, NoteMade
from playground.outgoing.phases import Phases

Emit = Callable[[Event], None]


class TurnOutput:
    """One turn's events and times, shared by its two children. Times are in ms since creation."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit
        self.ttfb_ms: int | None = None
        self.ttft_ms: int | None = None
        self.first_sentence_ms: int | None = None
        self._loop = asyncio.get_running_loop()
        self._started_at = self._loop.time()

    def now_ms(self) -> int:
        return round((self._loop.time() - self._started_at) * 1000)

    def at(self, t_ms: int) -> float:
        """Return ``t_ms`` as the event loop's time, for timeouts."""
        return self._started_at + t_ms / 1000

    def moments(self, phases: Phases) -> tuple[tuple[str, int], ...]:
        """Return the moments of a request, each in ms since creation."""
        return phases.since(self._started_at)

    def note(self, note: str) -> None:
        self.emit(NoteMade(t_ms=self.now_ms(), note=note))

    def mark_byte(self, now_ms: int) -> None:
        if self.ttfb_ms is None:
            self.ttfb_ms = now_ms

    def mark_content(self, now_ms: int) -> None:
        if self.ttft_ms is None:
            self.ttft_ms = now_ms

    def mark_sentence(self, now_ms: int) -> None:
        if self.first_sentence_ms is None:
            self.first_sentence_ms = now_ms
