"""A turn's first moments: if its client leaves or it is stopped, its row closes and the conversation goes on."""

import asyncio
import threading
from typing import Any

import pytest
from django.contrib.auth.models import User

from playground.engine.errors.codes import Code, CommandError
from playground.engine.limits import DEFAULT_LIMITS
from playground.models import Conversation, Turn
from playground.runner import Runner
from playground.storage import begin_turn, open_turn
from tests.playground.rehearsals import DEADLINE_S, make_conversation, running, watch
from tests.playground.scripted_llm import DONE, END, ScriptedLLM, Step, text

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER: list[Step] = [text("Hello."), END, DONE]
ENDLESS: list[Step] = [text("Once upon a time. "), 60.0]


@pytest.fixture
def rehearsal(transactional_db: None, admin_user: User) -> Conversation:
    return make_conversation(admin_user)


def turn_task(turn_id: str) -> "asyncio.Task[Any]":
    return next(task for task in asyncio.all_tasks() if task.get_name() == f"turn {turn_id}")


async def test_a_turn_that_is_cancelled_before_its_first_step_is_closed(rehearsal: Conversation) -> None:
    async with running(ANSWER) as runner:
        watcher = watch(runner, rehearsal)
        turn_id = await runner.respond(rehearsal.pk, "Hi")
        task = turn_task(turn_id)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        closed = await watcher.until_closed()
        assert not runner.open_turns.counted
        assert runner.live_state(rehearsal.pk) is None
    turn = await Turn.objects.aget(pk=turn_id)
    assert closed["event_type"] == "playground.turn.interrupted"
    assert (turn.status, turn.error) == ("interrupted", closed["properties"]["error"])
    assert turn.closed_at is not None


class Gate:
    """Holds a function of another thread up until it may go on; says when it is there."""

    def __init__(self, function: Any) -> None:
        self._function = function
        self._opened = threading.Event()
        self._loop = asyncio.get_running_loop()
        self.reached = asyncio.Event()

    def __call__(self, *arguments: Any) -> Any:
        result = self._function(*arguments)
        self._loop.call_soon_threadsafe(self.reached.set)
        assert self._opened.wait(DEADLINE_S)
        return result

    def open(self) -> None:
        self._opened.set()


async def test_a_caller_who_leaves_while_the_turn_is_being_stored_leaves_a_turn_that_runs(
    rehearsal: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(open_turn.open_turn)
    monkeypatch.setattr(begin_turn, "open_turn", gate)
    async with running(ANSWER) as runner:
        watcher = watch(runner, rehearsal)
        request = asyncio.create_task(runner.respond(rehearsal.pk, "Hi"))
        await gate.reached.wait()
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
        gate.open()
        assert (await watcher.until_closed())["event_type"] == "playground.turn.completed"
    assert not runner.open_turns.counted
    assert (await Turn.objects.aget()).status == Turn.Status.COMPLETED


async def test_a_turn_that_is_being_stored_when_the_server_stops_is_closed(
    rehearsal: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(open_turn.open_turn)
    monkeypatch.setattr(begin_turn, "open_turn", gate)
    runner = Runner(limits=DEFAULT_LIMITS, open_completion=ScriptedLLM(ENDLESS))
    await runner.start()
    request = asyncio.create_task(runner.respond(rehearsal.pk, "Hi"))
    await gate.reached.wait()
    stopping = asyncio.create_task(runner.shutdown(DEADLINE_S))
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(stopping, request)
    turn = await Turn.objects.aget()
    assert (turn.status, turn.error and turn.error["code"]) == ("interrupted", "cancelled")
    assert not runner.open_turns.counted


async def test_a_turn_may_end_by_itself_before_the_server_stops_and_none_begins(
    rehearsal: Conversation,
) -> None:
    async with running([text("Hello."), 0.05, text(" Bye."), END, DONE]) as runner:
        watcher = watch(runner, rehearsal)
        await runner.respond(rehearsal.pk, "Hi")
        stopping = asyncio.create_task(runner.let_end(DEADLINE_S))
        await watcher.until(lambda event: event["properties"].get("kind") == "stopping")
        with pytest.raises(CommandError) as refused:
            await runner.respond(rehearsal.pk, "Again")
        await stopping
        assert not runner.open_turns.counted
    assert refused.value.code is Code.BUSY
    assert [(turn.status, turn.text) async for turn in Turn.objects.all()] == [("completed", "Hello. Bye.")]


async def test_a_refusal_reaches_its_caller(
    rehearsal: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(ENDLESS) as runner:
        await runner.respond(rehearsal.pk, "Hi")
        with pytest.raises(CommandError) as refused:
            await runner.respond(rehearsal.pk, "Again")
    assert refused.value.code is Code.BUSY
    assert not caplog.text
