"""Requests of one client wait for each other, not everyone for them: how many are worked on at once, and whose."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable

AT_ONCE = 8
"""How many requests a process works on at once. Each costs threads, and every thread makes every answer later."""
OF_A_CLIENT = 3
"""How many of them may be one client's."""
HOLD_S = 1.0
"""How long a request counts that has not begun its answer: by then it waits for an LLM or a turn, and costs nothing."""
UNCOUNTED = frozenset({"/health/"})
"""What answers at once, however many wait."""

Scope = Any


class FairRequests:
    """Lets requests through in the order in which they came, a client's own behind each other."""

    def __init__(self, application: Any, *, session_cookie: str, is_behind_proxy: bool) -> None:
        self._application = application
        self._client_of = partial(client_of, session_cookie=session_cookie, is_behind_proxy=is_behind_proxy)
        self._all = asyncio.Semaphore(AT_ONCE)
        self.clients: dict[str, _Client] = {}

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["path"] in UNCOUNTED:
            await self._application(scope, receive, send)
            return
        async with self._client(self._client_of(scope)) as client:
            await client.free.acquire()
            try:
                await self._all.acquire()
            except asyncio.CancelledError:
                client.free.release()
                raise
            await self._work_on(_Turnstile(client.free, self._all), scope, receive, send)

    async def _work_on(
        self, turnstile: "_Turnstile", scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        async def send_on(message: Any) -> None:
            turnstile.leave()
            await send(message)

        timer = asyncio.get_running_loop().call_later(HOLD_S, turnstile.leave)
        try:
            await self._application(scope, receive, send_on)
        finally:
            timer.cancel()
            turnstile.leave()

    @asynccontextmanager
    async def _client(self, name: str) -> "AsyncIterator[_Client]":
        """Remembered for as long as it has requests here."""
        client = self.clients.setdefault(name, _Client())
        client.requests += 1
        try:
            yield client
        finally:
            client.requests -= 1
            if not client.requests:
                del self.clients[name]


class _Client:
    def __init__(self) -> None:
        self.requests = 0
        self.free = asyncio.Semaphore(OF_A_CLIENT)


class _Turnstile:
    """What a request holds while it is worked on; it is left once."""

    def __init__(self, *held: asyncio.Semaphore) -> None:
        self._held = list(held)

    def leave(self) -> None:
        while self._held:
            self._held.pop().release()


def client_of(scope: Scope, session_cookie: str, *, is_behind_proxy: bool) -> str:
    """Whom a request seems to come from: its key, its session or its address. Nobody is believed for it.

    Behind a proxy the address is the last that `X-Forwarded-For` names, which the proxy itself added.
    """
    headers = dict(scope["headers"])
    if key := headers.get(b"x-api-key"):
        return "key " + sha256(key).hexdigest()
    if session := _cookie(headers.get(b"cookie", b""), session_cookie):
        return "session " + sha256(session.encode()).hexdigest()
    forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1") if is_behind_proxy else ""
    return f"address {forwarded.rpartition(',')[2].strip() or (scope.get('client') or [''])[0]}"


def _cookie(header: bytes, name: str) -> str:
    try:
        cookies = SimpleCookie(header.decode("latin-1"))
    except CookieError:
        return ""
    return cookies[name].value if name in cookies else ""
