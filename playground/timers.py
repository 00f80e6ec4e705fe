"""A stopwatch, and timers that are put off far more often than they fire: by the event loop's clock."""

import asyncio
from collections.abc import Callable


def started_stopwatch() -> Callable[[], int]:
    """Return a function that returns the whole ms since now."""
    clock = asyncio.get_running_loop().time
    started = clock()
    return lambda: round((clock() - started) * 1000)


class PutOffTimer:
    """Calls ``callback`` at a time of the event loop's clock; one that is set again and again for later costs nothing.

    The event loop's own timer stays where it is as long as it isn't too late, and is set anew when it fires too early.
    """

    def __init__(self, callback: Callable[[], object]) -> None:
        self._callback = callback
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None
        self._armed_at = 0.0
        """When the handle fires. uvloop's handles don't say."""
        self._at: float | None = None

    def set(self, at: float) -> None:
        """Call back at ``at``, and at no other time any more."""
        self._at = at
        if self._handle is None or self._armed_at > at:
            self._arm(at)

    def unset(self) -> None:
        """Don't call back, unless it is set again."""
        self._at = None

    def close(self) -> None:
        """Don't call back, and leave nothing with the event loop."""
        self._at = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _arm(self, at: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._armed_at = at
        self._handle = self._loop.call_at(at, self._fire)

    def _fire(self) -> None:
        self._handle = None
        if self._at is None:
            return
        if self._at > self._loop.time():
            self._arm(self._at)
            return
        self._at = None
        self._callback()
