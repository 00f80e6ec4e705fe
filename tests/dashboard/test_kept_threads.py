"""The threads of requests: one at a time has one, and few are kept."""

import asyncio
import threading
import time
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler

from dashboard.kept_threads import KEPT, KeptThreads

DEADLINE_S = 10


async def receive() -> Any: ...


async def send(message: Any) -> None: ...


class Application:
    """Remembers the thread in which each request blocked; as many as ``at_once`` end together."""

    def __init__(self, at_once: int = 1) -> None:
        self.threads: list[threading.Thread] = []
        self._all_blocked = asyncio.Barrier(at_once)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        for _ in range(2):
            self.threads.append(await sync_to_async(threading.current_thread)())
        await self._all_blocked.wait()


async def request(site: KeptThreads) -> None:
    await site({"type": "http"}, receive, send)


async def test_requests_after_each_other_have_the_same_thread() -> None:
    application = Application()
    site = KeptThreads(application)
    for _ in range(3):
        await request(site)
    assert len(application.threads) == 6
    assert len(set(application.threads)) == 1
    assert threading.main_thread() not in application.threads


async def test_requests_at_once_have_threads_of_their_own_and_some_are_kept() -> None:
    many = KEPT + 2
    application = Application(at_once=many)
    site = KeptThreads(application)
    async with asyncio.timeout(DEADLINE_S):
        await asyncio.gather(*(request(site) for _ in range(many)))
    threads = set(application.threads)
    assert len(threads) == many
    assert await asyncio.to_thread(ended, threads) == many - KEPT


async def test_no_request_waits_for_what_a_cancelled_one_still_blocks_on() -> None:
    begun, release = threading.Event(), threading.Event()

    def block() -> None:
        begun.set()
        release.wait(DEADLINE_S)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await sync_to_async(block if scope["blocks"] else threading.current_thread)()

    site = KeptThreads(application)
    blocking = asyncio.create_task(site({"type": "http", "blocks": True}, receive, send))
    await asyncio.to_thread(begun.wait, DEADLINE_S)
    blocking.cancel()
    await asyncio.wait({blocking})
    following = asyncio.create_task(site({"type": "http", "blocks": False}, receive, send))
    try:
        _, waiting = await asyncio.wait({following}, timeout=2)
    finally:
        release.set()
    await following
    assert not waiting


def ended(threads: set[threading.Thread]) -> int:
    """Return how many of the threads have ended, once enough have, or at the deadline."""
    until = time.monotonic() + DEADLINE_S
    while time.monotonic() < until and sum(thread.is_alive() for thread in threads) > KEPT:
        next(thread for thread in threads if thread.is_alive()).join(0.01)
    return sum(not thread.is_alive() for thread in threads)


class Django(ASGIHandler):
    """Only what Django does around its middleware, which is to begin a thread unless it is lent one."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        self.threads.append(await sync_to_async(threading.current_thread)())


async def test_django_uses_the_thread_that_it_is_lent() -> None:
    django = Django()
    site = KeptThreads(django)
    await request(site)
    await request(site)
    assert len(set(django.threads)) == 1
