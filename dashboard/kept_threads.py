"""Threads of requests that are kept: Django would begin two for each request, and end them."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import ThreadSensitiveContext
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable

P = ParamSpec("P")
T = TypeVar("T")

KEPT = 8
"""How many threads rest until the next request; as many as requests are worked on at once."""


class RequestThread(ThreadPoolExecutor):
    """One thread, which knows whether it still works: a cancelled request leaves before its blocking call ends."""

    def __init__(self) -> None:
        super().__init__(1, "request")
        self._calls: set[Future[Any]] = set()

    @property
    def is_busy(self) -> bool:
        return bool(self._calls)

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future = super().submit(call, *args, **kwargs)
        self._calls.add(future)
        future.add_done_callback(self._calls.discard)
        return future


class KeptThreads:
    """Lends each request a thread for whatever of it may block."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._resting: list[RequestThread] = []

    async def __call__(self, scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        thread = self._resting.pop() if self._resting else RequestThread()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self._application(scope, receive, send)
        finally:
            self._take_back(thread)

    def _take_back(self, thread: RequestThread) -> None:
        """Keep the thread for the next request, unless that would wait for a call of this one, or enough are kept."""
        if thread.is_busy or len(self._resting) >= KEPT:
            thread.shutdown(wait=False)
        else:
            self._resting.append(thread)
