"""The rights' version is read once a second in a process, however many ask, and by no timer without sockets."""

import asyncio

import pytest
from django.db import OperationalError

from playground.realtime import rights_watch
from playground.realtime.rights_watch import RightsWatch


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The versions read so far; each is the number of its read."""
    done: list[str] = []

    def read() -> str:
        done.append(f"version {len(done)}")
        return done[-1]

    monkeypatch.setattr(rights_watch, "rights_version", read)
    return done


@pytest.mark.django_db(transaction=True)
async def test_a_second_of_questions_is_one_read(reads: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr(rights_watch, "monotonic", lambda: now[0])
    watch = RightsWatch()
    assert await asyncio.gather(*(watch.version() for _ in range(50))) == ["version 0"] * 50
    now[0] += rights_watch.READ_EVERY_S
    assert await asyncio.gather(*(watch.version() for _ in range(50))) == ["version 1"] * 50
    assert len(reads) == 2


@pytest.mark.django_db(transaction=True)
async def test_one_timer_serves_all_sockets_and_ends_with_the_last(
    reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights_watch, "IDLE_SOCKETS_EVERY_S", 0.0)
    watch, checked = RightsWatch(), asyncio.Event()
    seen: dict[int, str] = {}

    def socket(number: int) -> rights_watch.Recheck:
        async def recheck(version: str) -> None:
            seen[number] = version
            if len(seen) == 3:
                checked.set()

        return recheck

    sockets = [socket(number) for number in range(3)]
    for each in sockets:
        watch.join(each)
    async with asyncio.timeout(10):
        await checked.wait()
    assert set(seen.values()) == {"version 0"}
    assert sum(task.get_name() == "rights of viewers" for task in asyncio.all_tasks()) == 1
    for each in sockets:
        await watch.leave(each)
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "rights of viewers"]


@pytest.mark.django_db(transaction=True)
async def test_an_outage_of_the_database_is_logged_once_and_survived(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answers: list[Exception | str] = [
        OperationalError(),
        OperationalError(),
        "back",
        OperationalError(),
        "again",
    ]
    checked = asyncio.Event()

    def read() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def recheck(_version: str) -> None:
        if not answers:
            checked.set()

    monkeypatch.setattr(rights_watch, "rights_version", read)
    monkeypatch.setattr(rights_watch, "IDLE_SOCKETS_EVERY_S", 0.0)
    monkeypatch.setattr(rights_watch, "READ_EVERY_S", 0.0)
    watch = RightsWatch()
    watch.join(recheck)
    async with asyncio.timeout(10):
        await checked.wait()
    await watch.leave(recheck)
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
