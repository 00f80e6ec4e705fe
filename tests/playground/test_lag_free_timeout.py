"""A timeout leaves out the time in which the event loop stood still, and no other."""

import asyncio

import pytest

from playground.lag_free_timeout import LagFreeTimeout
from tests.virtual_time import VirtualLoop, run_virtually


def raised_at(seconds: float | None, *, held_up_at_s: float, held_up_for_s: float) -> float | None:
    """Return when such a timeout is raised, within 100 s; the loop stands still once meanwhile."""

    async def main() -> float | None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        holding_up = loop.call_later(held_up_at_s, loop.pass_time, held_up_for_s)
        try:
            async with LagFreeTimeout(seconds):
                await asyncio.sleep(100)
        except TimeoutError:
            return loop.time()
        finally:
            holding_up.cancel()
        return None

    return run_virtually(main())


@pytest.mark.parametrize(
    ("seconds", "held_up_for_s", "at"),
    [
        pytest.param(5.0, 0.0, 5.0, id="never"),
        pytest.param(5.0, 2.0, 7.0, id="shorter than the timeout"),
        pytest.param(5.0, 30.0, 35.0, id="longer than the timeout"),
        pytest.param(None, 30.0, None, id="without a timeout"),
    ],
)
def test_standing_still_puts_it_off_for_as_long(
    seconds: float | None, held_up_for_s: float, at: float | None
) -> None:
    raised = raised_at(seconds, held_up_at_s=2.0, held_up_for_s=held_up_for_s)
    assert raised == (None if at is None else pytest.approx(at, abs=0.2))


def test_it_counts_anew_from_when_it_is_set() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        with pytest.raises(TimeoutError):
            async with LagFreeTimeout(5.0) as timeout:
                loop.call_later(1.0, timeout.set, None)
                loop.call_later(9.0, timeout.set, 2.0)
                await asyncio.sleep(100)
        return loop.time()

    assert run_virtually(main()) == pytest.approx(11.0)
