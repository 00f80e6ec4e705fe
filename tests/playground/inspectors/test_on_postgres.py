"""Two processes that record for one inspector, on PostgreSQL: SQLite has one writer at a time, and stores any text."""

import asyncio
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoDbBlocker

from playground.inspectors.application import Inspecting
from playground.inspectors.front_door import FrontDoor
from playground.models import InspectedRequest, Inspector
from playground.storage import database_thread
from tests.own_postgres import database_on_postgres
from tests.playground.inspectors.asking import DEADLINE_S, Caller, scope_of

REQUESTS = 24
KEPT = 20
ODD_BODY = b'{"note": "\x00 \xff \xed\xa0\x80 \\u0000"}'
ODD_HEADERS = ((b"X-Odd", b"caf\xe9 \x7f"), (b"Content-Length", b"%d" % len(ODD_BODY)))


@pytest.fixture
def database(
    postgres_url: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    thread = database_thread.new_thread()
    monkeypatch.setattr(database_thread, "_thread", thread)
    with django_db_blocker.unblock(), database_on_postgres(postgres_url):
        yield
        thread.submit(database_thread.close_connection).result()
        thread.shutdown()


async def record(process: Inspecting, inspector: Inspector) -> int:
    caller = Caller(ODD_BODY)
    scope = scope_of(inspector, "/x%00?q=%00", headers=ODD_HEADERS, break_off=caller.break_off)
    await process.receive(scope, caller.receive, caller.send, FrontDoor())
    return caller.asked.status


async def record_all(inspector: Inspector) -> list[int]:
    processes = Inspecting(), Inspecting()
    async with asyncio.timeout(DEADLINE_S):
        answers = await asyncio.gather(
            *(record(processes[number % 2], inspector) for number in range(REQUESTS))
        )
        for process in processes:
            await process.stop(DEADLINE_S)
    return list(answers)


def test_requests_are_numbered_across_processes(database: None) -> None:
    alice = User.objects.create_superuser("alice")
    inspector = Inspector.objects.create(maker=alice, name="Mine", answer="text", most_requests=KEPT)
    assert asyncio.run(record_all(inspector)) == [200] * REQUESTS
    requests = list(InspectedRequest.objects.order_by("number"))
    assert [each.number for each in requests] == list(range(REQUESTS - KEPT + 1, REQUESTS + 1))
    newest = requests[-1]
    assert bytes(newest.body) == ODD_BODY
    assert newest.headers[0] == ["X-Odd", "caf\xe9 \x7f"]
    assert (newest.path, newest.query, newest.ended) == ("/x%00", "q=%00", "complete")
