"""Who waits for whom at the door: a client for itself, nobody for another's many requests."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import pytest

from dashboard.fair_requests import (
    AT_ONCE,
    HOLD_S,
    OF_A_CLIENT,
    OF_AN_ADDRESS,
    FairRequests,
    address_of,
    client_of,
)
from tests.virtual_time import run_virtually

Scope = dict[str, Any]


def scope_of(
    key: str = "", path: str = "/", cookie: str = "", address: str = "192.0.2.1", forwarded: str = ""
) -> Scope:
    headers = [(b"x-api-key", key.encode())] if key else []
    headers += [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    headers += [(b"cookie", cookie.encode())] if cookie else []
    return {"type": "http", "path": path, "headers": headers, "client": (address, 1)}


class Application:
    """Begins its answers when it is told to, and stays to be asked how many it works on."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._may_answer = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        self.begun.append(scope["path"])
        await self._may_answer.wait()
        await send({"type": "http.response.start"})

    def answer_all(self) -> None:
        self._may_answer.set()


class Door:
    def __init__(self) -> None:
        self.application = Application()
        self.door = FairRequests(self.application, session_cookie="session", is_behind_proxy=False)
        self.tasks: list[asyncio.Task[None]] = []

    async def come(self, *scopes: Scope) -> None:
        """They come one after the other, and get as far as they may."""
        self.tasks += [asyncio.create_task(self._pass(scope)) for scope in scopes]
        for _ in range(20):
            await asyncio.sleep(0)

    async def _pass(self, scope: Scope) -> None:
        async def send(message: object) -> None: ...

        await self.door(scope, send, send)  # type: ignore[arg-type]

    async def close(self) -> None:
        self.application.answer_all()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def at_the_door(story: Any) -> None:
    async def told() -> None:
        door = Door()
        try:
            await story(door)
        finally:
            await door.close()

    main: Coroutine[Any, Any, None] = told()
    run_virtually(main)


def test_a_client_is_worked_for_up_to_its_share() -> None:
    async def story(door: Door) -> None:
        await door.come(*[scope_of("a")] * 150)
        assert len(door.application.begun) == OF_A_CLIENT

    at_the_door(story)


def test_another_client_is_not_kept_waiting_by_it() -> None:
    async def story(door: Door) -> None:
        await door.come(*[scope_of("a")] * 150)
        await door.come(scope_of("b", "/b"))
        assert "/b" in door.application.begun

    at_the_door(story)


def test_another_key_for_each_request_gets_no_more_than_the_share_of_an_address() -> None:
    async def story(door: Door) -> None:
        await door.come(*[scope_of(f"invented {n}") for n in range(150)])
        assert len(door.application.begun) == OF_AN_ADDRESS
        await door.come(scope_of("b", "/b", address="198.51.100.7"))
        assert "/b" in door.application.begun

    at_the_door(story)


def test_people_behind_one_address_do_not_wait_for_one_of_them() -> None:
    async def story(door: Door) -> None:
        await door.come(*[scope_of("a")] * 150)
        await door.come(*[scope_of(cookie=f"session={n}", path="/b") for n in range(OF_A_CLIENT)])
        assert door.application.begun.count("/b") == OF_A_CLIENT

    at_the_door(story)


def test_all_together_are_worked_for_up_to_a_number_and_health_beyond_it() -> None:
    async def story(door: Door) -> None:
        await door.come(*[scope_of(f"key {n}", address=f"192.0.2.{n}") for n in range(50)])
        assert len(door.application.begun) == AT_ONCE
        await door.come(scope_of(path="/health/"))
        assert len(door.application.begun) == AT_ONCE + 1

    at_the_door(story)


def test_one_that_waits_long_for_its_answer_keeps_no_place() -> None:
    async def story(door: Door) -> None:
        await door.come(*[scope_of("a")] * (OF_A_CLIENT + 1))
        await asyncio.sleep(HOLD_S)
        await door.come()
        assert len(door.application.begun) == OF_A_CLIENT + 1

    at_the_door(story)


def test_an_answer_that_has_begun_keeps_no_place() -> None:
    async def story(door: Door) -> None:
        await door.come(*[scope_of("a")] * (OF_A_CLIENT * 3))
        door.application.answer_all()
        await door.come()
        assert len(door.application.begun) == OF_A_CLIENT * 3

    at_the_door(story)


WAITING = {
    "its own": [scope_of("a")] * 20,
    "its address": [scope_of(f"key {n}") for n in range(20)],
    "everyone": [scope_of(f"key {n}", address=f"192.0.2.{n}") for n in range(20)],
}


@pytest.mark.parametrize("waits_for", WAITING)
def test_who_leaves_while_waiting_or_worked_for_gives_the_place_back(waits_for: str) -> None:
    async def story(door: Door) -> None:
        await door.come(*WAITING[waits_for])
        for task in door.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        door.application.begun.clear()
        await door.come(*[scope_of(f"key {n}", address=f"192.0.2.{n}") for n in range(50)])
        assert len(door.application.begun) == AT_ONCE

    at_the_door(story)


def test_nobody_is_remembered_who_has_left() -> None:
    async def story(door: Door) -> None:
        door.application.answer_all()
        await door.come(*[scope_of(f"key {n}") for n in range(50)])
        await door.come()
        assert door.door.shares == {}

    at_the_door(story)


@pytest.mark.parametrize(
    ("scope", "begins"),
    [
        (scope_of("k", cookie="session=s"), "key "),
        (scope_of(cookie="a=b; session=s"), "session "),
        (scope_of(cookie="a=b"), ""),
        (scope_of(cookie="\xff;;=,=\\"), ""),
    ],
)
def test_a_client_is_told_by_key_or_session(scope: Scope, begins: str) -> None:
    assert client_of(scope, "session").partition(" ")[0] == begins.strip()


@pytest.mark.parametrize(
    ("is_behind_proxy", "forwarded", "address"),
    [
        (False, "198.51.100.7", "192.0.2.1"),
        (True, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (True, "", "192.0.2.1"),
    ],
)
def test_behind_a_proxy_an_address_is_the_one_that_the_proxy_added(
    is_behind_proxy: bool, forwarded: str, address: str
) -> None:
    assert address_of(scope_of(forwarded=forwarded), is_behind_proxy=is_behind_proxy) == address
