"""Keeps one value for each event loop, as what waits on a loop can be used on no other."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Values by event loop, each made on first use. Those of closed loops are dropped when another is made.

    No weak references: a value may refer to its loop.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._values: dict[asyncio.AbstractEventLoop, T] = {}

    def get(self) -> T:
        """Return the running loop's value."""
        loop = asyncio.get_running_loop()
        if loop not in self._values:
            for closed in [kept for kept in self._values if kept.is_closed()]:
                del self._values[closed]
            self._values[loop] = self._make()
        return self._values[loop]

    def pop(self) -> T | None:
        """Return the running loop's value and drop it; None if it has none."""
        return self._values.pop(asyncio.get_running_loop(), None)
