"""Threads of requests that are kept: Django would begin two for each request, and end them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable

KEPT = 8
"""How many threads rest until the next request; as many as requests are worked on at once."""


class KeptThreads:
    """Lends each request a thread for whatever of it may block."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._resting: list[ThreadPoolExecutor] = []

    async def __call__(self, scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        thread = self._resting.pop() if self._resting else ThreadPoolExecutor(1, "request")
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self._application(scope, receive, send)
        finally:
            self._take_back(thread)

    def _take_back(self, thread: ThreadPoolExecutor) -> None:
        if len(self._resting) < KEPT:
            self._resting.append(thread)
        else:
            thread.shutdown(wait=False)
