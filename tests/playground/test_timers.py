"""A timer that is put off fires once, at the last time that was set."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from playground.timers import PutOffTimer
from tests.virtual_time import run_virtually


def fired_at(*steps: tuple[float, Callable[[PutOffTimer], object]]) -> list[float]:
    """Do each step at its time, in seconds, and return when the timer fired within ten seconds."""

    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        fired: list[float] = []
        timer = PutOffTimer(lambda: fired.append(loop.time()))
        for seconds, step in steps:
            loop.call_at(seconds, step, timer)
        await asyncio.sleep(10)
        timer.close()
        return fired

    return run_virtually(main())


def at(seconds: float) -> Callable[[PutOffTimer], object]:
    return lambda timer: timer.set(seconds)


@pytest.mark.parametrize(
    ("steps", "fired"),
    [
        ([(0, at(2))], [2]),
        ([(0, at(2)), (1, at(3)), (2.5, at(5))], [5]),
        ([(0, at(5)), (1, at(3))], [3]),
        ([(0, at(2)), (1, PutOffTimer.unset)], []),
        ([(0, at(2)), (1, PutOffTimer.unset), (1.5, at(4))], [4]),
        ([(0, at(2)), (1, PutOffTimer.unset), (3, at(4))], [4]),
        ([(0, at(2)), (3, at(4))], [2, 4]),
        ([(0, at(2)), (1, PutOffTimer.close)], []),
    ],
    ids=["once", "later", "earlier", "unset", "unset and set", "set long after", "twice", "closed"],
)
def test_it_fires_when_it_was_last_set_for(
    steps: list[tuple[float, Callable[[PutOffTimer], object]]], fired: list[float]
) -> None:
    assert fired_at(*steps) == fired


def test_putting_it_off_sets_no_timer_of_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> int:
        loop = asyncio.get_running_loop()
        timer = PutOffTimer(lambda: None)
        made = 0
        call_at = loop.call_at

        def counted(*args: Any, **kwargs: Any) -> object:
            nonlocal made
            made += 1
            return call_at(*args, **kwargs)

        monkeypatch.setattr(loop, "call_at", counted)
        for place in range(1_000):
            timer.set(5 + place / 1_000)
        timer.close()
        return made

    assert run_virtually(main()) == 1
