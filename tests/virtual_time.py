"""An event loop whose clock jumps to the next timer: a minute of talk takes microseconds, the same each time."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _JumpingSelector(selectors.DefaultSelector):
    """Waits for nothing: where the loop would sleep, the clock moves on instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout is None or timeout <= 0:
            if not ready and timeout is None:
                raise RuntimeError("Nothing will ever happen: every task waits and no timer is set.")
            return ready
        self.now_s += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s

    def pass_time(self, seconds: float) -> None:
        """Move the clock on, as work on the loop does that takes so long."""
        self._jumping.now_s += seconds


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a virtual clock that starts at 0; no task may be left over."""
    with asyncio.Runner(loop_factory=VirtualLoop) as virtual:

        async def checked() -> T:
            result = await main
            others = asyncio.all_tasks() - {asyncio.current_task()}
            assert not others, f"Tasks that nobody ended: {others}"
            return result

        return virtual.run(checked())
