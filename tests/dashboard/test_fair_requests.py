"""Who waits for whom at the door: a client for itself, nobody for another's many requests."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import pytest

from dashboard.body_limits import REFUSAL, TOO_SLOW, Refusal
from dashboard.fair_requests import (
    AT_ONCE,
    HOLD_S,
    OF_A_CLIENT,
    OF_AN_ADDRESS,
    TOO_MANY_OF_AN_ADDRESS,
    TOO_MANY_WAIT,
    WAITING,
    WAITING_OF_AN_ADDRESS,
    FairRequests,
    client_of,
)
from tests.virtual_time import run_virtually

Scope = dict[str, Any]


def scope_of(key: str = "", path: str = "/", cookie: str = "", address: str = "192.0.2.1") -> Scope:
    headers = [(b"x-api-key", key.encode())] if key else []
    headers += [(b"cookie", cookie.encode())] if cookie else []
    return {"type": "http", "path": path, "headers": headers, "client": (address, 1)}


def of_many(count: int) -> list[Scope]:
    """Requests with as many keys from as many addresses."""
    return [scope_of(f"key {n}", address=f"192.0.2.{n}") for n in range(count)]


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
        self.door = FairRequests(
            self.application, self._refuse, session_cookie="session", is_behind_proxy=False
        )
        self.tasks: list[asyncio.Task[None]] = []
        self.refused: list[Refusal] = []

    async def come(self, *scopes: Scope) -> None:
        """They come one after the other, and get as far as they may."""
        self.tasks += [asyncio.create_task(self._pass(scope)) for scope in scopes]
        for _ in range(20):
            await asyncio.sleep(0)

    async def _refuse(self, scope: Scope, receive: Any, send: Any) -> None:
        self.refused.append(scope[REFUSAL])

    async def _pass(self, scope: Scope) -> None:
        async def send(message: dict[str, Any]) -> None: ...

        await self.door(scope, send, send)  # type: ignore[arg-type] # nothing is received

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


def test_one_address_gives_itself_many_names_in_vain() -> None:
    async def story(door: Door) -> None:
        await door.come(*[scope_of(f"key {n}") for n in range(200)])
        assert len(door.application.begun) == OF_AN_ADDRESS < AT_ONCE
        await door.come(scope_of("b", "/b", address="203.0.113.7"))
        assert "/b" in door.application.begun

    at_the_door(story)


def test_all_together_are_worked_for_up_to_a_number_and_health_beyond_it() -> None:
    async def story(door: Door) -> None:
        await door.come(*of_many(50))
        assert len(door.application.begun) == AT_ONCE
        await door.come(scope_of(path="/health/"))
        assert len(door.application.begun) == AT_ONCE + 1

    at_the_door(story)


def test_what_is_refused_already_waits_for_nobody() -> None:
    async def story(door: Door) -> None:
        await door.come(*[scope_of("a")] * 150)
        await door.come(scope_of("a") | {REFUSAL: TOO_SLOW})
        assert door.refused == [TOO_SLOW]

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


def test_one_address_fills_its_line_and_another_may_still_wait() -> None:
    async def story(door: Door) -> None:
        await door.come(*[scope_of(f"key {n}") for n in range(OF_AN_ADDRESS + WAITING_OF_AN_ADDRESS + 2)])
        assert door.refused == [TOO_MANY_OF_AN_ADDRESS] * 2
        await door.come(scope_of("b", "/b", address="203.0.113.7"))
        assert "/b" in door.application.begun

    at_the_door(story)


def test_no_more_wait_than_a_process_can_hold() -> None:
    async def story(door: Door) -> None:
        await door.come(*of_many(AT_ONCE + WAITING + 2))
        assert door.refused == [TOO_MANY_WAIT] * 2
        door.application.answer_all()
        await asyncio.gather(*door.tasks)
        await door.come(scope_of("c", "/c"))
        assert "/c" in door.application.begun

    at_the_door(story)


def test_a_long_answer_waits_for_nothing() -> None:
    async def story(door: Door) -> None:
        for _ in range(WAITING_OF_AN_ADDRESS // OF_A_CLIENT + 2):
            await door.come(*[scope_of("a")] * OF_A_CLIENT)
            await asyncio.sleep(HOLD_S)
        assert door.refused == []

    at_the_door(story)


@pytest.mark.parametrize("waits_for", ["its own", "its address", "everyone"])
def test_who_leaves_while_waiting_or_worked_for_gives_the_place_back(waits_for: str) -> None:
    async def story(door: Door) -> None:
        waiting = {
            "its own": [scope_of("a")] * 20,
            "its address": [scope_of(f"key {n}") for n in range(20)],
            "everyone": of_many(20),
        }
        await door.come(*waiting[waits_for])
        for task in door.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        door.application.begun.clear()
        await door.come(*of_many(50))
        assert len(door.application.begun) == AT_ONCE

    at_the_door(story)


def test_clients_that_left_are_forgotten() -> None:
    async def story(door: Door) -> None:
        door.application.answer_all()
        await door.come(*of_many(50))
        await door.come()
        assert door.door.lines == {}

    at_the_door(story)


@pytest.mark.parametrize(
    ("is_behind_proxy", "name"), [(True, "address 203.0.113.7"), (False, "address 192.0.2.1")]
)
def test_behind_a_proxy_an_address_is_the_one_that_the_proxy_added(is_behind_proxy: bool, name: str) -> None:
    scope = scope_of()
    scope["headers"] += [
        (b"x-forwarded-for", b"198.51.100.9"),
        (b"x-forwarded-for", b"10.0.0.1, 203.0.113.7"),
    ]
    assert client_of(scope, "session", is_behind_proxy=is_behind_proxy) == name


def test_a_proxy_that_names_no_client_is_one() -> None:
    assert client_of(scope_of(), "session", is_behind_proxy=True) == "address 192.0.2.1"


@pytest.mark.parametrize(
    ("scope", "begins"),
    [
        (scope_of("k", cookie="session=s"), "key "),
        (scope_of(cookie="a=b; session=s"), "session "),
        (scope_of(cookie="a=b"), "address 192.0.2.1"),
        (scope_of(cookie="\xff;;=,=\\"), "address 192.0.2.1"),
    ],
)
def test_a_client_is_identified_by_key_session_or_address(scope: Scope, begins: str) -> None:
    assert client_of(scope, "session", is_behind_proxy=False).startswith(begins)
