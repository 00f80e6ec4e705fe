"""What one client's sockets have together: its work waits for its own, and its messages are counted over all."""

import asyncio
import threading
from typing import Any

import pytest

from playground.realtime import message_rate, socket_shares
from playground.realtime.close_codes import CloseCode
from playground.realtime.socket_shares import MESSAGES_OF_CLIENT_WITHIN_S, shares
from playground.storage.database_jobs import JOBS_OF_CLIENT, database_job
from tests.playground.own_sockets import opened

REASON_BYTES = 123
"""The most that a close frame holds beside its code."""


@pytest.mark.django_db(transaction=True)
async def test_a_clients_work_waits_for_its_own_and_not_for_anothers_much() -> None:
    done: list[str] = []
    may_go_on = threading.Event()

    def work(whose: str) -> None:
        may_go_on.wait(10)
        done.append(whose)

    async def work_of(client: str, times: int) -> None:
        with shares.held(client):
            await asyncio.gather(*(database_job(work)(client) for _ in range(times)))

    tasks = [asyncio.create_task(work_of("one", 50))]
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(work_of("other", 1)))
    for _ in range(10):
        await asyncio.sleep(0)
    may_go_on.set()
    await asyncio.gather(*tasks)
    assert done.index("other") <= JOBS_OF_CLIENT
    assert len(done) == 51
    assert shares.clients == {}


@pytest.mark.django_db(transaction=True)
async def test_who_leaves_while_waiting_gives_the_place_back() -> None:
    with shares.held("one") as share:
        for _ in range(JOBS_OF_CLIENT):
            await share.jobs.acquire()
        waiting = asyncio.create_task(database_job(int)())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        for _ in range(JOBS_OF_CLIENT):
            share.jobs.release()
        assert await asyncio.gather(*(database_job(int)() for _ in range(5))) == [0] * 5


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time at which messages are taken, to be moved by the test."""
    now = [1_000.0]
    monkeypatch.setattr(message_rate, "monotonic", lambda: now[0])
    return now


@pytest.mark.django_db(transaction=True)
async def test_messages_of_all_sockets_of_a_client_are_counted_together(
    conversation: str, key: dict[str, str], cookie: dict[str, str], clock: list[float], monkeypatch: Any
) -> None:
    monkeypatch.setattr(socket_shares, "MESSAGES_OF_CLIENT", 4)
    async with opened(conversation, key) as one, opened(conversation, key) as other:
        for socket in (one, other, one, other):
            await socket.until("playground.snapshot")
            await socket.send("playground.resume", seq=0)
        await other.until("playground.snapshot")
        await other.send("conversation.append_llm_context", context="x")
        code, reason = await other.closed()
        assert code == CloseCode.TOO_MANY_MESSAGES
        assert "messages in 10 s" in reason
        assert len(reason.encode()) <= REASON_BYTES
        clock[0] += MESSAGES_OF_CLIENT_WITHIN_S
        await one.send("conversation.append_llm_context", context="y")
        assert (await one.until("playground.context"))["conversational_context"] == "y"
