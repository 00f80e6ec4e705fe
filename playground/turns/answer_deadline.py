"""The deadline of an answer: it counts no time in which this process itself stood still."""

import asyncio
from types import TracebackType
from typing import Self

from playground.engine.answer.deadlines import Progress
from playground.engine.errors.codes import UpstreamError
from playground.engine.limits import Limits
from playground.loop_lag import LoopLag
from playground.timers import PutOffTimer
from playground.turns.turn_output import TurnOutput


class AnswerDeadline:
    """Raises TimeoutError inside its block when the answer has missed a limit. Each attempt enters the block anew."""

    def __init__(self, output: TurnOutput, limits: Limits, lag: LoopLag) -> None:
        self.progress = Progress()
        """In ms from the turn's start, without `lag_ms`."""
        self._output = output
        self._limits = limits
        self._lag = lag
        self._lag_before_ms = lag.total_ms
        self._loop = asyncio.get_running_loop()
        self._timer = PutOffTimer(self._miss)
        self._timeout = asyncio.timeout(None)
        self._due_at = 0.0
        """By the event loop's clock."""

    async def __aenter__(self) -> Self:
        self.progress, self._timeout = Progress(), asyncio.timeout(None)
        self.put_off()
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.close()
        await self._timeout.__aexit__(kind, error, trace)

    @property
    def lag_ms(self) -> int:
        """How long this process has stood still since the turn's start."""
        return self._lag.total_ms - self._lag_before_ms

    @property
    def now_ms(self) -> int:
        """Now in ms from the turn's start, without `lag_ms`."""
        return self._output.now_ms() - self.lag_ms

    def put_off(self) -> None:
        """Set the deadline anew, after more of the answer has come."""
        lag_ms = self._lag.total_ms - self._lag_before_ms
        self._due_at = self._output.at(self.progress.deadline_ms(self._limits) + lag_ms)
        self._timer.set(self._due_at)

    def end_now(self) -> None:
        """Raise TimeoutError inside the block."""
        if not self._timeout.expired():
            self._timeout.reschedule(self._loop.time())

    def error(self) -> UpstreamError:
        """Return the error of an answer that has missed a limit."""
        return self.progress.timeout_error(self._limits, self.now_ms)

    def _miss(self) -> None:
        """End the wait, unless this process has stood still since the deadline was set: then go on for as long."""
        self._lag.measure()
        self.put_off()
        if self._due_at <= self._loop.time():
            self._timer.unset()
            self.end_now()
