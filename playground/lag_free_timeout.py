"""A timeout that counts no time in which this process itself stood still: that says nothing of who is waited for."""

import asyncio
from types import TracebackType
from typing import Self

from playground.loop_lag import loop_lag
from playground.timers import PutOffTimer


class LagFreeTimeout:
    """Raises TimeoutError inside its block once ``seconds`` have passed; None: not until it is set anew."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._lag = loop_lag.get()
        self._watched = self._lag.watched()
        self._timer = PutOffTimer(self._miss)
        self._timeout = asyncio.timeout(None)
        self._due_at, self._lag_before_ms = 0.0, 0
        """By the event loop's clock, and what ``_lag`` was when it was set."""

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        self._watched.__enter__()
        self.set(self._seconds)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.close()
        self._watched.__exit__(None, None, None)
        await self._timeout.__aexit__(kind, error, trace)

    def set(self, seconds: float | None) -> None:
        """Raise once so many seconds have passed from now on; None: not until it is set anew."""
        if seconds is None:
            self._timer.unset()
            return
        self._due_at, self._lag_before_ms = self._loop.time() + seconds, self._lag.total_ms
        self._timer.set(self._due_at)

    def _miss(self) -> None:
        self._lag.measure()
        due_at = self._due_at + (self._lag.total_ms - self._lag_before_ms) / 1000
        if due_at > self._loop.time():
            self._timer.set(due_at)
        elif not self._timeout.expired():
            self._timeout.reschedule(self._loop.time())
