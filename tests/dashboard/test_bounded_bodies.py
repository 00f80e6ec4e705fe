"""Bodies as ASGI messages: what a server that doesn't bound them itself passes on."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any

from dashboard.body_limits import (
    BODIES_BYTES,
    BODIES_OF_AN_ADDRESS_BYTES,
    DEFAULT_BODY_BYTES,
    REFUSAL,
    TOO_MUCH_OF_AN_ADDRESS,
    TOO_MUCH_UNDER_WAY,
    TOO_SLOW,
    Refusal,
    too_large,
)
from dashboard.bounded_bodies import BoundedBodies
from tests.dashboard.asgi_scopes import scope_of
from tests.virtual_time import run_virtually

Message = dict[str, Any]


def chunks(*bodies: bytes) -> list[Message]:
    return [
        {"type": "http.request", "body": body, "more_body": place < len(bodies)}
        for place, body in enumerate(bodies, start=1)
    ]


class Application:
    """Reads the whole body, as Django does, and answers unless the client has left or was refused."""

    def __init__(self) -> None:
        self.refusals: list[Refusal | None] = []
        self.body = b""

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            more = message["more_body"]
        self.body = body
        self.refusals.append(None)

    async def refuse(self, scope: Message, receive: Any, send: Any) -> None:
        self.refusals.append(scope[REFUSAL])


async def sent_to(application: Application, scope: Message, messages: Iterable[Message]) -> list[Message]:
    """What the application answers to these messages, of which the last is waited for without end."""
    coming, answers = iter(messages), []

    async def receive() -> Any:
        for message in coming:
            return message
        return await asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        answers.append(message)

    await BoundedBodies(application, application.refuse, is_behind_proxy=False)(scope, receive, send)
    return answers


async def test_a_body_within_its_limit_is_passed_on() -> None:
    application = Application()
    await sent_to(application, scope_of("/sign-in/"), chunks(b"a=", b"b"))
    assert (application.body, application.refusals) == (b"a=b", [None])


async def test_a_declared_length_over_the_limit_is_refused_unread() -> None:
    application = Application()
    declared = (b"content-length", b"%d" % (DEFAULT_BODY_BYTES + 1))
    await sent_to(application, scope_of("/sign-in/", declared), [])
    assert (application.body, application.refusals) == (b"", [too_large(DEFAULT_BODY_BYTES)])


async def test_what_comes_without_a_length_is_counted() -> None:
    application = Application()
    await sent_to(application, scope_of("/sign-in/"), chunks(*[b"x" * 30_000] * 10))
    assert (application.body, application.refusals) == (b"", [too_large(DEFAULT_BODY_BYTES)])


def test_a_body_that_stops_coming_is_refused_when_its_time_is_over() -> None:
    application = Application()
    begun = [{"type": "http.request", "body": b"a", "more_body": True}]
    run_virtually(sent_to(application, scope_of("/sign-in/"), begun))
    assert application.refusals == [TOO_SLOW]


async def test_a_client_that_leaves_is_refused_nothing() -> None:
    application = Application()
    await sent_to(application, scope_of("/sign-in/"), [{"type": "http.disconnect"}])
    assert application.refusals == []


async def test_a_large_body_is_refused_while_others_fill_the_room() -> None:
    application, answered = Application(), asyncio.Event()
    door = BoundedBodies(_after(application, answered), application.refuse, is_behind_proxy=False)
    body = b"x" * (4 * 1024 * 1024)
    path = "/personas/import/"
    of_one = BODIES_OF_AN_ADDRESS_BYTES // len(body)
    many = [
        asyncio.create_task(passed(door, scope_of(path, client=f"198.51.100.{number // of_one}"), body))
        for number in range(BODIES_BYTES // len(body))
    ]
    await everyone_goes_on()
    assert application.refusals == [None] * len(many)
    late = asyncio.create_task(passed(door, scope_of(path), body))
    small = asyncio.create_task(passed(door, scope_of("/sign-in/"), b"a=b"))
    await everyone_goes_on()
    answered.set()
    await asyncio.gather(*many, late, small)
    assert application.refusals.count(TOO_MUCH_UNDER_WAY) == 1
    await passed(door, scope_of(path), body)
    assert application.refusals[-1] is None


async def test_an_address_has_a_share_and_leaves_the_rest_to_others() -> None:
    application, answered = Application(), asyncio.Event()
    door = BoundedBodies(_after(application, answered), application.refuse, is_behind_proxy=False)
    body = b"x" * (4 * 1024 * 1024)
    path = "/personas/import/"
    senders = ["192.0.2.1"] * (BODIES_OF_AN_ADDRESS_BYTES // len(body) + 1) + ["203.0.113.7"]
    sent = [asyncio.create_task(passed(door, scope_of(path, client=sender), body)) for sender in senders]
    await everyone_goes_on()
    answered.set()
    await asyncio.gather(*sent)
    assert Counter(application.refusals) == {None: len(senders) - 1, TOO_MUCH_OF_AN_ADDRESS: 1}


def _after(application: Application, answered: asyncio.Event) -> Any:
    async def waiting(scope: Message, receive: Any, send: Any) -> None:
        before = len(application.refusals)
        await application(scope, receive, send)
        if len(application.refusals) > before:
            await answered.wait()

    return waiting


async def everyone_goes_on() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def passed(door: BoundedBodies, scope: Message, body: bytes) -> None:
    coming = chunks(body)

    async def receive() -> Any:
        return coming.pop()

    async def send(message: object) -> None: ...

    await door(scope, receive, send)
