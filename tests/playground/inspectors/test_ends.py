"""The end of an exchange: what an answer needs to end cleanly it is given, also once its client is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User

from playground.inspectors.answers import passed
from playground.inspectors.application import Inspecting
from playground.inspectors.forwarding import Forwarding, PassedRequest
from playground.inspectors.front_door import FrontDoor
from playground.models import Inspector
from tests.playground.inspectors.asking import DEADLINE_S, HELLO, Caller, made, newest, scope_of


class LeavesAtTheEnd(Caller):
    async def send(self, message: Any) -> None:
        await super().send(message)
        if self.asked.is_complete:
            self.leave()


@dataclass(frozen=True)
class Whole:
    """An answer of one part."""

    status = 200
    reason = b"OK"
    headers = ()

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        yield b"all"


async def test_a_server_is_left_in_peace_after_its_whole_answer(
    user: User, inspectors: Inspecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = []

    @asynccontextmanager
    async def closes_slowly(request: PassedRequest, _forwarding: Forwarding) -> AsyncIterator[Whole]:
        async for _ in request.body:
            pass
        yield Whole()
        for _ in range(20):
            await asyncio.sleep(0)
        closed.append(True)

    monkeypatch.setattr(passed, "pass_on", closes_slowly)
    inspector = await made(user, Inspector.Answer.PASS_ON, forward_url="https://llm.example/v1")
    caller = LeavesAtTheEnd(HELLO)
    scope = scope_of(inspector, "/chat/completions", break_off=caller.break_off)
    async with asyncio.timeout(DEADLINE_S):
        await inspectors.receive(scope, caller.receive, caller.send, FrontDoor())
        await inspectors.until_stored(DEADLINE_S)
    assert closed == [True]
    assert (await newest(inspector)).ended == "complete"
