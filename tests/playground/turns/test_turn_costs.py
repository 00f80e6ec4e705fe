"""What a turn asks of the database, counted: jobs, statements and connections, however many turns came before it."""

import asyncio
import gc
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.backends.signals import connection_created

from personas.models import TokenSecret
from playground.models import Conversation, Turn
from playground.runner import Runner
from playground.storage.database_thread import in_database_thread
from tests.personas.making import make_secret
from tests.playground.own_sockets import opened
from tests.playground.rehearsals import DOCUMENT, make_conversation, running, watch
from tests.playground.scripted_llm import DONE, END, Step, text

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER: list[Step] = [text("Hello."), END, DONE]
START = ["BEGIN", "SELECT", "SELECT", "INSERT", "SELECT", "SELECT"]
"""A write transaction: the conversation, its newest turn, the turn's row. Then the new past turns, and the secret."""
CALL_LOG = ["SELECT", "INSERT", "SELECT", "UPDATE", "UPDATE", "SELECT", "UPDATE"]
"""The turns of its wait; the wait; the summary, what is drawn; the home page's counts."""
END_OF_TURN = ["BEGIN", "UPDATE", "UPDATE", "INSERT", *CALL_LOG]
"""A write transaction: the turn, its conversation's ``last_seq``, its completion, and what the call log has of it."""
TICK = ["BEGIN", "UPDATE", "UPDATE"]
"""The conversation's ``last_seq``, and the turn so far."""
CALLS = {"MainThread": 1_755, "database_0": 757, "recording": 872}
"""The most calls of Python functions, from a command to what a viewer takes of a short answer's end: by thread."""
JOBS = 1
"""The write and the read are one hop to the database thread."""


class Costs:
    """The kinds of statements by thread, the jobs of all thread pools, and the connections opened."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.statements: dict[str, list[str]] = defaultdict(list)
        self.jobs = 0
        self.connections = 0

    def statement(self, execute: Any, sql: str, *rest: Any) -> Any:
        self.statements[threading.current_thread().name].append(sql.split()[0])
        return execute(sql, *rest)


@asynccontextmanager
async def counted(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Costs]:
    costs, submit = Costs(), ThreadPoolExecutor.submit

    def job(pool: ThreadPoolExecutor, *work: Any, **given: Any) -> "Future[Any]":
        costs.jobs += 1
        return submit(pool, *work, **given)

    def connects(connection: Any, **_signal: Any) -> None:
        costs.connections += 1
        connection.execute_wrappers.append(costs.statement)

    await in_database_thread(lambda: connection.execute_wrappers.append(costs.statement))()
    connection_created.connect(connects)
    with monkeypatch.context() as patch:
        patch.setattr(ThreadPoolExecutor, "submit", job)
        yield costs
    connection_created.disconnect(connects)
    await in_database_thread(lambda: connection.execute_wrappers.remove(costs.statement))()


@pytest.fixture
def secret(user: User) -> TokenSecret:
    return make_secret("OWN_KEY", hosts=("http://127.0.0.1:9",))


async def talk(runner: Runner, conversation: Conversation) -> None:
    watcher = watch(runner, conversation)
    await runner.respond(conversation.pk, "Hi")
    await watcher.until_closed()


@pytest.mark.parametrize("earlier", [1, 200])
async def test_a_turn_is_one_job_and_one_stored_end_on_kept_connections(
    user: User, secret: TokenSecret, earlier: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = DOCUMENT | {"llm": DOCUMENT["llm"] | {"token_secret": secret.name}}
    conversation = await in_database_thread(make_conversation)(user, document)
    await Turn.objects.abulk_create(
        Turn(conversation=conversation, position=place, status=Turn.Status.COMPLETED, text="Hm.")
        for place in range(earlier)
    )
    async with counted(monkeypatch) as costs, running(ANSWER, ANSWER) as runner:
        await talk(runner, conversation)
        costs.reset()
        await talk(runner, conversation)
        assert costs.statements["database_0"] == START
        recorded = costs.statements["recording"]
        ticks = recorded[: -len(END_OF_TURN)]  # of a turn that takes longer than a tick, on a busy machine
        assert ticks == TICK * (len(ticks) // len(TICK))
        assert recorded[len(ticks) :] == END_OF_TURN
        assert (costs.jobs, costs.connections) == (JOBS, 0)


@asynccontextmanager
async def calls_counted() -> AsyncIterator[Counter[str]]:
    """Count the calls of Python functions by thread: this one's, the database's, and those that begin inside.

    Two things depend on the moment and are left out. A collection of garbage calls weak references' callbacks in
    whatever thread it falls: none happens inside. How often a thread waits depends on the others: the calls of
    ``threading`` itself don't count.
    """
    calls: Counter[str] = Counter()

    def count(frame: FrameType, kind: str, _argument: object) -> None:
        if kind == "call" and frame.f_code.co_filename != threading.__file__:
            calls[threading.current_thread().name] += 1

    before = sys.getprofile()
    gc.disable()
    threading.setprofile(count)
    await in_database_thread(lambda: sys.setprofile(count))()
    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(before)
        await in_database_thread(lambda: sys.setprofile(None))()
        threading.setprofile(None)
        gc.enable()


async def test_a_turn_takes_no_more_calls_than_it_did(user: User, secret: TokenSecret) -> None:
    document = DOCUMENT | {"llm": DOCUMENT["llm"] | {"token_secret": secret.name}}
    conversation = await in_database_thread(make_conversation)(user, document)
    turns = 6
    after: list[Counter[str]] = []
    async with calls_counted() as calls, running(*[ANSWER] * turns) as runner:
        watcher = watch(runner, conversation)
        for _ in range(turns):
            await runner.respond(conversation.pk, "Hi")
            await watcher.until_closed()
            after.append(Counter(calls))
    # The first turn reads what is kept; of the others that one counts in which no regular work fell.
    spent = [
        {thread: later[thread] - earlier[thread] for thread in CALLS}
        for earlier, later in pairwise(after[1:])
    ]
    least = {thread: min(turn[thread] for turn in spent) for thread in CALLS}
    assert {thread: count for thread, count in least.items() if count > CALLS[thread]} == {}


@contextmanager
def tasks_counted() -> Iterator[list[str]]:
    """List what the tasks run that are begun inside."""
    made: list[str] = []

    def task(loop: asyncio.AbstractEventLoop, work: Any, **about: Any) -> "asyncio.Task[Any]":
        made.append(work.__name__)
        return asyncio.Task(work, loop=loop, **about)

    loop = asyncio.get_running_loop()
    loop.set_task_factory(task)
    try:
        yield made
    finally:
        loop.set_task_factory(None)


async def test_a_turn_is_four_tasks(user: User) -> None:
    conversation = await in_database_thread(make_conversation)(user)
    async with running(ANSWER) as runner:
        with tasks_counted() as made:
            await talk(runner, conversation)
    assert made == ["_watch", "_watch", "_read", "_speak"]  # its start, and itself with its two children


async def test_a_message_of_a_socket_is_one_task(conversation: str, key: dict[str, str]) -> None:
    async with opened(conversation, key) as socket:
        await socket.snapshot()
        with tasks_counted() as made:
            await socket.send("conversation.append_llm_context", context="x")
            await socket.until("playground.context")
    assert made == ["_watch"]
