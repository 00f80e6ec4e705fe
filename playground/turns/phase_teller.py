"""Tells the moments of a request as they happen, once it has taken long enough for someone to wonder."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from playground.engine.events import RequestMoved
from playground.outgoing.phases import Phases, recorded_phases
from playground.timers import PutOffTimer
from playground.turns.turn_output import TurnOutput

TOLD_AFTER_MS = 100
"""Of a request that is answered sooner, the answer tells all moments at once."""


class PhaseTeller:
    """Records the phases of one request after the other, and emits what each has come to until it is answered."""

    def __init__(self, output: TurnOutput) -> None:
        self._output = output
        self._loop = asyncio.get_running_loop()
        self._phases: Phases | None = None
        self._is_telling = False
        self._timer = PutOffTimer(self._begin)

    @contextmanager
    def recorded(self) -> Iterator[Phases]:
        """Record the phases of the request that is sent inside."""
        with recorded_phases(self._moved) as phases:
            self._phases = phases
            self._timer.set(self._loop.time() + TOLD_AFTER_MS / 1000)
            try:
                yield phases
            finally:
                self.stop()

    def stop(self) -> None:
        """Tell nothing more of this request: it is answered, or over."""
        self._timer.close()
        self._is_telling = False
        self._phases = None

    def _begin(self) -> None:
        self._is_telling = True
        self._tell()

    def _moved(self) -> None:
        if self._is_telling:
            self._tell()

    def _tell(self) -> None:
        if self._phases is not None:
            moments = self._output.moments(self._phases)
            self._output.emit(RequestMoved(t_ms=self._output.now_ms(), phases=moments))
