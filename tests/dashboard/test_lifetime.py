"""What a serving process does from its start on."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from dashboard import lifetime

SECRET = "sk-live-0123456789"


@pytest_asyncio.fixture
async def started(transactional_db: None) -> AsyncIterator[None]:
    await lifetime.start()
    yield
    await lifetime.drain()


async def fail() -> None:
    raise ValueError(SECRET)


async def forget_a_failed_task() -> None:
    task = asyncio.create_task(fail(), name="forgotten")
    await asyncio.wait([task])
    del task
    gc.collect()


async def fail_in_a_callback() -> None:
    def raise_error(secret: str) -> None:
        raise ValueError(secret)

    asyncio.get_running_loop().call_soon(raise_error, SECRET)
    await asyncio.sleep(0)


@pytest.mark.parametrize("provoke_failure", [forget_a_failed_task, fail_in_a_callback])
async def test_failures_that_the_event_loop_reports_are_logged_without_their_words(
    started: None, caplog: pytest.LogCaptureFixture, provoke_failure: Callable[[], Awaitable[None]]
) -> None:
    await provoke_failure()
    assert "ValueError" in caplog.text
    assert "test_lifetime.py" in caplog.text
    assert SECRET not in caplog.text
