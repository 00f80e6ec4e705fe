"""A process that stood still while it looked up a name or connected doesn't blame the server for it."""

import asyncio
from typing import Any

import pytest

from playground.engine.errors.codes import Code, UpstreamError
from playground.outgoing import client
from tests.playground.sending import failure
from tests.virtual_time import VirtualLoop, run_virtually

URL = "http://llm.example.com:8000/v1"
ADDRESS = [(2, 1, 6, "", ("93.184.216.34", 8000))]


def failed(*, lookup_takes_s: float, connecting_takes_s: float, held_up_at_s: float) -> tuple[Code, float]:
    """Return how and when a request fails whose server refuses it, while the process stands still for a minute."""

    async def main() -> tuple[UpstreamError, float]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)

        async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
            await asyncio.sleep(lookup_takes_s)
            return ADDRESS

        async def sock_connect(*_: Any) -> None:
            await asyncio.sleep(connecting_takes_s / 2)
            await asyncio.sleep(connecting_takes_s / 2)
            raise ConnectionRefusedError

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loop, "getaddrinfo", getaddrinfo)
            patch.setattr(loop, "sock_connect", sock_connect)
            loop.call_later(held_up_at_s, loop.pass_time, 60.0)
            error = await failure(URL)
        await client.aclose()
        return error, loop.time()

    error, at_s = run_virtually(main())
    return error.code, at_s


def test_connecting_goes_on() -> None:
    code, at_s = failed(lookup_takes_s=1, connecting_takes_s=4, held_up_at_s=2)
    assert code is Code.CONNECT_REFUSED
    assert at_s == pytest.approx(64, abs=0.2)


def test_a_lookup_goes_on() -> None:
    code, at_s = failed(lookup_takes_s=4, connecting_takes_s=0, held_up_at_s=3)
    assert code is Code.CONNECT_REFUSED
    assert at_s == pytest.approx(63, abs=0.2)


def test_a_server_that_does_not_answer_afterwards_either_is_given_up() -> None:
    code, at_s = failed(lookup_takes_s=4, connecting_takes_s=600, held_up_at_s=5)
    assert code is Code.CONNECT_TIMEOUT
    assert at_s == pytest.approx(69, abs=0.2)
