"""Requests of one client wait for each other, not everyone for them: how many are worked on at once, and whose."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable

AT_ONCE = 8
"""How many requests a process works on at once. Each costs threads, and every thread makes every answer later."""
OF_A_CLIENT = 3
"""How many of them may be one client's."""
OF_AN_ADDRESS = 6
"""How many may come from one address, whatever clients they name: two clients' shares, so that people behind one
address are worked for beside each other, and two places are always left for everyone elsewhere."""
HOLD_S = 1.0
"""How long a request counts that has not begun its answer: by then it waits for an LLM or a turn, and costs nothing."""
UNCOUNTED = frozenset({"/health/"})
"""What answers at once, however many wait."""

Scope = Any


class FairRequests:
    """Lets requests through in the order in which they came, a client's own behind each other."""

    def __init__(self, application: Any, *, session_cookie: str, is_behind_proxy: bool) -> None:
        """``is_behind_proxy``: the last address of ``X-Forwarded-For`` is the one that a request comes from."""
        self._application = application
        self._session_cookie = session_cookie
        self._is_behind_proxy = is_behind_proxy
        self._all = asyncio.Semaphore(AT_ONCE)
        self.shares: dict[str, _Share] = {}

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["path"] in UNCOUNTED:
            await self._application(scope, receive, send)
            return
        address = address_of(scope, is_behind_proxy=self._is_behind_proxy)
        client = client_of(scope, self._session_cookie) or f"address {address}"
        async with (
            self._share(client, OF_A_CLIENT) as of_client,
            self._share(f"from {address}", OF_AN_ADDRESS) as of_address,
        ):
            turnstile = await _entered(of_client, of_address, self._all)
            await self._work_on(turnstile, scope, receive, send)

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
    async def _share(self, name: str, places: int) -> AsyncIterator[asyncio.Semaphore]:
        """Remembered for as long as it has requests here."""
        share = self.shares.setdefault(name, _Share(places))
        share.requests += 1
        try:
            yield share.free
        finally:
            share.requests -= 1
            if not share.requests:
                del self.shares[name]


class _Share:
    def __init__(self, places: int) -> None:
        self.requests = 0
        self.free = asyncio.Semaphore(places)


class _Turnstile:
    """What a request holds while it is worked on; it is left once."""

    def __init__(self, *held: asyncio.Semaphore) -> None:
        self._held = list(held)

    def leave(self) -> None:
        while self._held:
            self._held.pop().release()


async def _entered(*places: asyncio.Semaphore) -> _Turnstile:
    """Wait for a place of each, one after the other: who waits for its own keeps nobody else's."""
    held: list[asyncio.Semaphore] = []
    try:
        for place in places:
            await place.acquire()
            held.append(place)
    except asyncio.CancelledError:
        _Turnstile(*held).leave()
        raise
    return _Turnstile(*held)


def client_of(scope: Scope, session_cookie: str) -> str:
    """Whom a request says it comes from, by its key or its session, unchecked; empty: it says nothing."""
    headers = dict(scope["headers"])
    if key := headers.get(b"x-api-key"):
        return "key " + sha256(key).hexdigest()
    if session := _cookie(headers.get(b"cookie", b""), session_cookie):
        return "session " + sha256(session.encode()).hexdigest()
    return ""


def address_of(scope: Scope, *, is_behind_proxy: bool) -> str:
    """Where a request comes from; behind a proxy the address that the proxy itself added, the last."""
    peer = str((scope.get("client") or [""])[0])
    if not is_behind_proxy:
        return peer
    forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return (forwarded[-1].decode("latin-1").rpartition(",")[2].strip() if forwarded else "") or peer


def _cookie(header: bytes, name: str) -> str:
    try:
        cookies = SimpleCookie(header.decode("latin-1"))
    except CookieError:
        return ""
    return cookies[name].value if name in cookies else ""
