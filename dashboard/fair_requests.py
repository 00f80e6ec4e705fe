"""Schedules requests fairly: limits how many run at once, in total, per client and per address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable

from dashboard.body_limits import REFUSAL, RETRY_AFTER_S, Refusal
from dashboard.client_addresses import address_of
from dashboard.refused_requests import RefusalApplication

AT_ONCE = 8
"""How many requests a process handles at once. Each costs threads, and every thread delays all answers."""
OF_A_CLIENT = 3
"""How many of them may belong to one client."""
OF_AN_ADDRESS = 6
"""How many of them may come from one address, whatever key or session they claim, which isn't checked yet."""
WAITING = 1_000
"""How many requests may wait in a process."""
WAITING_OF_AN_ADDRESS = 300
"""How many of them may come from one address."""
HOLD_S = 1.0
"""How long a request counts without beginning its response: by then it waits for an LLM or a turn, at no cost."""
UNCOUNTED = frozenset({"/health/"})
"""Paths answered at once, however many requests wait."""

TOO_MANY_WAIT = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Too many requests wait already. Send it again in a few seconds.",
    RETRY_AFTER_S,
)
TOO_MANY_OF_AN_ADDRESS = Refusal(
    HTTPStatus.TOO_MANY_REQUESTS,
    "Too many requests from your address wait already. Send it again in a few seconds.",
    RETRY_AFTER_S,
)

Scope = Any


class FairRequests:
    """Admits requests in order of arrival; one client's requests wait for each other.

    Hands refused ones to ``refused`` at once.
    """

    def __init__(
        self, application: Any, refused: RefusalApplication, *, session_cookie: str, is_behind_proxy: bool
    ) -> None:
        self._application = application
        self._refused = refused
        self._client_of = partial(client_of, session_cookie=session_cookie, is_behind_proxy=is_behind_proxy)
        self._address_of = partial(address_of, is_behind_proxy=is_behind_proxy)
        self._all = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self.lines: dict[str, _Line] = {}

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if REFUSAL in scope:
            await self._refused(scope, receive, send)
            return
        if scope["path"] in UNCOUNTED:
            await self._application(scope, receive, send)
            return
        async with (
            self._line(self._client_of(scope), OF_A_CLIENT) as own,
            self._line("at " + self._address_of(scope), OF_AN_ADDRESS) as address,
        ):
            refusal = self._refusal_for(address)
            if refusal is not None:
                await self._refused({**scope, REFUSAL: refusal}, receive, send)
                return
            slot = _RequestSlot()
            try:
                await self._wait(slot, own, address)
                await self._work_on(slot, scope, receive, send)
            finally:
                slot.leave()

    def _refusal_for(self, address: "_Line") -> Refusal | None:
        if self._waiting >= WAITING:
            return TOO_MANY_WAIT
        return TOO_MANY_OF_AN_ADDRESS if address.waiting >= WAITING_OF_AN_ADDRESS else None

    async def _wait(self, slot: "_RequestSlot", own: "_Line", address: "_Line") -> None:
        self._waiting += 1
        address.waiting += 1
        try:
            for places in (own.free, address.free, self._all):
                await slot.enter(places)
        finally:
            address.waiting -= 1
            self._waiting -= 1

    async def _work_on(
        self, slot: "_RequestSlot", scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        async def send_on(message: Any) -> None:
            slot.leave()
            await send(message)

        timer = asyncio.get_running_loop().call_later(HOLD_S, slot.leave)
        try:
            await self._application(scope, receive, send_on)
        finally:
            timer.cancel()

    @asynccontextmanager
    async def _line(self, name: str, most: int) -> "AsyncIterator[_Line]":
        """Yield the line of a client or an address, kept while it has requests here."""
        line = self.lines.setdefault(name, _Line(most))
        line.requests += 1
        try:
            yield line
        finally:
            line.requests -= 1
            if not line.requests:
                del self.lines[name]


class _Line:
    def __init__(self, most: int) -> None:
        self.requests = 0
        self.waiting = 0
        self.free = asyncio.Semaphore(most)


class _RequestSlot:
    """The slots that a request holds while it is handled; leaving it again has no effect."""

    def __init__(self) -> None:
        self._held: list[asyncio.Semaphore] = []

    async def enter(self, line: asyncio.Semaphore) -> None:
        await line.acquire()
        self._held.append(line)

    def leave(self) -> None:
        while self._held:
            self._held.pop().release()


def client_of(scope: Scope, session_cookie: str, *, is_behind_proxy: bool) -> str:
    """Return the client that a request claims to come from: its key, its session or its address. Not verified."""
    headers = dict(scope["headers"])
    if key := headers.get(b"x-api-key"):
        return "key " + sha256(key).hexdigest()
    if session := _cookie(headers.get(b"cookie", b""), session_cookie):
        return "session " + sha256(session.encode()).hexdigest()
    return "address " + address_of(scope, is_behind_proxy=is_behind_proxy)


def _cookie(header: bytes, name: str) -> str:
    try:
        cookies = SimpleCookie(header.decode("latin-1"))
    except CookieError:
        return ""
    return cookies[name].value if name in cookies else ""
