"""No task dies silently: what ends by an exception is logged, without its words, and what depends on it is closed."""

import ast
import asyncio
import gc
import threading
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.layers import InMemoryChannelLayer
from django.contrib.auth.models import User
from django.db import OperationalError

from playground.engine.errors.codes import Code, CommandError
from playground.models import Conversation, Turn
from playground.realtime import consumer, frame_sender, rights_watch, snapshot_sender
from playground.realtime.close_codes import CloseCode
from playground.realtime.hub import Hub
from playground.realtime.notices import Notices
from playground.realtime.relay import Relay
from playground.runner import Runner
from playground.storage.prepared import PreparedUpdate
from playground.storage.record_writer import Recorder
from playground.storage.turn_rows import TurnRow
from playground.tasks import start_task
from playground.turns import turn_tasks
from playground.turns.heartbeat import Heartbeat
from tests.dashboard.processes import ROOT
from tests.playground.own_sockets import opened
from tests.playground.rehearsals import DEADLINE_S, DOCUMENT, make_conversation, running, watch
from tests.playground.scripted_llm import DONE, END, TOOL_CALLS, Step, call, text

SECRET = "sk-canary-of-an-exception"
ANSWER: list[Step] = [text("Hello."), END]
CALLING: list[Step] = [call(0, id="call_1", name="look", arguments="{}"), TOOL_CALLS, DONE]

STARTERS = frozenset(
    {
        *("create_task", "ensure_future", "run_coroutine_threadsafe", "run_in_executor"),
        *("call_later", "call_at", "call_soon", "call_soon_threadsafe", "callLater", "deferLater"),
        *("callInThread", "Thread", "Timer", "ThreadPoolExecutor", "ProcessPoolExecutor", "Process"),
    }
)
STARTED_BY = {
    ("playground/tasks.py", "asyncio.create_task"): "logs a failure, and closes what depends on it",
    ("playground/turns/conductor.py", "children.create_task"): "in a TaskGroup: a failure is its parent's",
    ("playground/tools/tool_rounds.py", "asking.create_task"): "in a TaskGroup: a failure is its parent's",
    (
        "playground/storage/record_writer.py",
        "threading.Thread",
    ): "catches every exception of a tick, and goes on",
    (
        "dashboard/forced_exit.py",
        "threading.Thread",
    ): "only waits, and ends the process",
    (
        "playground/timers.py",
        "self._loop.call_at",
    ): "the callbacks of its users: the reader's catches every failure, and wakes the reader with it",
    (
        "playground/runner.py",
        "self._loop.call_soon_threadsafe",
    ): "only begins and ends a notice, and cuts turns; the event loop logs a failure",
    (
        "playground/turns/running_turn.py",
        "self._loop.call_soon_threadsafe",
    ): "only starts a task, which logs a failure; the event loop logs another",
    (
        "playground/tools/argument_checks.py",
        "asyncio.get_running_loop().run_in_executor",
    ): "awaited where it is started",
    (
        "playground/storage/database_thread.py",
        "ThreadPoolExecutor",
    ): "its futures are awaited where they are started",
    (
        "playground/storage/database_thread.py",
        "asyncio.get_running_loop().run_in_executor",
    ): "awaited where it is started",
    ("personas/endable_processes.py", "ThreadPoolExecutor"): "its futures are awaited by argument_checks",
    (
        "dashboard/fair_requests.py",
        "asyncio.get_running_loop().call_later",
    ): "only counts down",
    (
        "playground/inspectors/lookup.py",
        "asyncio.ensure_future",
    ): "awaited by every request that waits for the inspector",
    (
        "playground/inspectors/exchange.py",
        "asyncio.create_task",
    ): "awaited where it is started; what it answers with catches everything",
    ("dashboard/bounded_http.py", "self.callLater"): "only closes a connection; the reactor logs a failure",
    ("dashboard/lingering.py", "call_later"): "only closes a connection; the reactor logs a failure",
    ("dashboard/under_uvicorn/http.py", "self.loop.call_later"): "only closes a connection",
    ("dashboard/under_uvicorn/sockets.py", "self.loop.call_later"): "only closes a connection",
}


def fails(*_: object, **__: object) -> Any:
    raise LookupError(SECRET)


async def fails_later(*_: object, **__: object) -> Any:
    raise LookupError(SECRET)


def assert_told(logged: str, name: str) -> None:
    assert "LookupError" in logged
    assert name in logged
    assert SECRET not in logged


def test_nothing_is_started_but_where_a_failure_is_noticed() -> None:
    starters = {
        (str(path.relative_to(ROOT)), ast.unparse(node.func))
        for folder in ("dashboard", "personas", "playground")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in STARTERS
    }
    assert starters == set(STARTED_BY)


async def test_a_task_that_fails_is_logged_and_what_depends_on_it_is_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    closed: list[str] = []

    async def close() -> None:
        closed.append("what depends on it")
        raise LookupError(SECRET)

    await start_task(fails_later(), name="a task", on_failure=close)
    assert closed == ["what depends on it"]
    assert_told(caplog.text, "a task")
    assert "closing what depends on it" in caplog.text


async def test_a_task_that_is_cancelled_before_its_first_step_leaves_nothing() -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        task = start_task(fails_later(), name="a task")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        del task
        gc.collect()
    assert not [str(warning.message) for warning in warned if "never awaited" in str(warning.message)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("place", "function", "name"),
    [
        (frame_sender, "frames", "viewer"),
        (frame_sender, "_send_patiently", "viewer"),
        (snapshot_sender, "load_turns_before", "earlier turns"),
    ],
)
async def test_the_socket_of_a_viewer_that_fails_is_closed_for_another_try(
    conversation: str,
    key: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: object,
    function: str,
    name: str,
) -> None:
    await Turn.objects.abulk_create(
        Turn(conversation_id=conversation, position=position, status=Turn.Status.COMPLETED)
        for position in range(50)
    )
    monkeypatch.setattr(place, function, fails)
    async with opened(conversation, key) as socket:
        assert await socket.closed_with() == CloseCode.FAILED
    assert not CloseCode.FAILED.is_final
    assert_told(caplog.text, name)


@pytest.mark.django_db(transaction=True)
async def test_the_socket_whose_rights_cannot_be_watched_is_closed_for_another_try(
    conversation: str,
    alice: User,
    key: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(rights_watch, "IDLE_SOCKETS_EVERY_S", 0.02)
    monkeypatch.setattr(rights_watch, "READ_EVERY_S", 0.0)
    monkeypatch.setattr(consumer.ConversationConsumer, "_turn_away", fails_later)
    async with opened(conversation, key) as socket:
        await socket.snapshot()
        await alice.groups.aclear()
        assert await socket.closed_with() == CloseCode.FAILED
    assert_told(caplog.text, "rights of a viewer")


@pytest.mark.django_db(transaction=True)
async def test_a_greeting_that_fails_is_told(
    conversation: str, key: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await Conversation.objects.filter(pk=conversation).aupdate(custom_greeting="Welcome!")
    monkeypatch.setattr(Runner, "greet", fails_later)
    async with opened(conversation, key) as socket:
        assert (await socket.until("playground.error"))["code"] == "internal"
    assert_told(caplog.text, "greeting")


@pytest.fixture
def rehearsal(transactional_db: None, admin_user: User) -> Conversation:
    return make_conversation(admin_user)


@pytest.mark.parametrize("step", ["conduct", "closed_row"])
async def test_the_row_of_a_turn_whose_task_fails_is_closed_and_its_viewers_are_told(
    rehearsal: Conversation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, step: str
) -> None:
    place = turn_tasks if step == "conduct" else "playground.turns.running_turn"
    async with running(ANSWER, ANSWER) as runner:
        watcher = watch(runner, rehearsal)
        with monkeypatch.context() as patched:
            if step == "conduct":
                patched.setattr(place, step, fails_later)
            else:
                patched.setattr(f"{place}.{step}", fails)
            turn_id = await runner.respond(rehearsal.pk, "Hi")
            closed = await watcher.until_closed()
        turn = await Turn.objects.aget(pk=turn_id)
        await runner.respond(rehearsal.pk, "Again")
        again = await watcher.until_closed()
    assert closed["event_type"] == "playground.turn.failed"
    assert closed["properties"]["error"]["code"] == "internal"
    assert (turn.status, turn.error) == ("failed", closed["properties"]["error"])
    assert turn.text == closed["properties"]["text"] == ("" if step == "conduct" else "Hello.")
    assert again["event_type"] == "playground.turn.completed"
    assert_told(caplog.text, f"turn {turn_id}")


async def test_a_turn_that_fails_while_the_database_is_away_is_told_and_closed_once_it_is_back(
    rehearsal: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    was_refused = threading.Event()

    def refuses(*_: object, **__: object) -> None:
        was_refused.set()
        raise OperationalError

    monkeypatch.setattr(turn_tasks, "conduct", fails_later)
    monkeypatch.setattr("playground.storage.record_writer.RETRY_S", 0.01)
    monkeypatch.setattr("playground.storage.record_writer.CLOSING_S", 0.01)
    async with running() as runner:
        watcher = watch(runner, rehearsal)
        with monkeypatch.context() as patched:
            patched.setattr("playground.storage.leases.close_failed_turn", refuses)
            patched.setattr("playground.storage.record_writer._store", refuses)
            await runner.respond(rehearsal.pk, "Hi")
            closed = await watcher.until_closed()
            # The viewers may be told before the database's thread comes to try.
            assert await asyncio.to_thread(was_refused.wait, DEADLINE_S)
    turn = await Turn.objects.aget()
    assert closed["event_type"] == "playground.turn.failed"
    assert (turn.status, turn.error) == ("failed", closed["properties"]["error"])


async def test_a_turn_without_a_plan_is_closed_once_the_database_is_back(
    rehearsal: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = PreparedUpdate.__call__

    def fails(*_: object) -> None:
        raise OperationalError

    def refuses_to_close(prepared: PreparedUpdate, **values: Any) -> int:
        if values.get("status") == Turn.Status.FAILED:
            raise OperationalError
        return update(prepared, **values)

    monkeypatch.setattr("playground.storage.record_writer.RETRY_S", 0.01)
    monkeypatch.setattr("playground.storage.record_writer.CLOSING_S", 0.01)
    async with running() as runner:
        with monkeypatch.context() as away:
            away.setattr("playground.storage.begin_turn.load_plan", fails)
            away.setattr(PreparedUpdate, "__call__", refuses_to_close)
            with pytest.raises(CommandError) as failed:
                await runner.respond(rehearsal.pk, "Hi")
            assert failed.value.code is Code.NOT_STORED
            assert (await Turn.objects.aget()).status == "pending"
    turn = await Turn.objects.aget()
    assert (turn.status, turn.text, turn.error["code"]) == ("failed", "", "internal")


async def test_the_heartbeat_goes_on_after_a_failure(
    rehearsal: Conversation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    beats = asyncio.Semaphore(0)

    async def counts(*_: object) -> None:
        beats.release()
        raise LookupError(SECRET)

    monkeypatch.setattr("playground.storage.leases.HEARTBEAT_S", 0.01)
    monkeypatch.setattr(Heartbeat, "_keep_house", counts)
    async with running(), asyncio.timeout(DEADLINE_S):
        for _ in range(3):
            await beats.acquire()
    assert_told(caplog.text, "housekeeping")


async def test_a_message_of_another_process_that_cannot_be_read_stops_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Owner:
        def live_state(self, conversation_id: str) -> dict[str, Any]:
            raise LookupError(SECRET)

        def cut_here(self, conversation_id: str, interrupt: object) -> None:
            """Nothing runs here."""

        def withdraw_here(self, conversation_id: str) -> None:
            """Nothing waits here."""

        def give_up_here(self, conversation_id: str, newer_seq: int) -> None:
            """Nothing runs here."""

        def tell_here(self, conversation_id: str, event_type: str, properties: object) -> bool:
            return False

    hub, layer = Hub(), InMemoryChannelLayer()
    relay = Relay(layer, hub, Owner(), Notices(hub))
    viewer = hub.attach("c1")
    await relay.start()
    await relay.join("c1")
    event = {"event_type": "playground.note", "seq": 1, "properties": {}}
    for message in (
        {"type": "relay.ask", "conversation_id": "c1", "nonce": "n"},
        {"type": "relay.events"},
        {"no": "type"},
        {"type": "relay.events", "conversation_id": "c1", "events": [event]},
    ):
        await layer.group_send("conversation.c1", message)
    async with asyncio.timeout(DEADLINE_S):
        assert await viewer.take() == [event]
    await relay.stop()
    assert_told(caplog.text, "a message of another process")


async def test_a_row_that_cannot_be_made_storable_ends_no_thread(
    rehearsal: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    async def open_turn() -> Turn:
        return await Turn.objects.acreate(
            conversation=rehearsal, position=await Turn.objects.acount(), status=Turn.Status.STREAMING
        )

    recorder, bad = Recorder(), await open_turn()
    values = {"status": "completed", "text": "Hello.", "timeline": {"x": object()}, "closed_at": None}
    await recorder.save_now(TurnRow(bad.pk, rehearsal.pk, values, last_seq=1))
    await bad.arefresh_from_db()
    assert (bad.status, bad.error and bad.error["code"]) == ("failed", "internal")
    good = await open_turn()
    assert await recorder.save_now(TurnRow(good.pk, rehearsal.pk, {"text": "Hello."}, last_seq=1))
    assert recorder.stop(DEADLINE_S)
    await good.arefresh_from_db()
    assert good.text == "Hello."
    assert bad.pk in caplog.text


@pytest.mark.parametrize(
    ("place", "name", "failing"),
    [
        ("playground.tools.load_calls", "automatic_calls", fails),
        ("playground.tools.tool_rounds.ToolRounds", "_answer_one", fails_later),
    ],
)
async def test_a_tool_round_that_fails_is_told(
    admin_user: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: str,
    name: str,
    failing: Callable[..., Awaitable[None]],
    transactional_db: None,
) -> None:
    look = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
    llm = DOCUMENT["llm"] | {"tools": [look]}
    document = DOCUMENT | {"llm": llm, "rehearsal": {"tool_mocks": {"look": "a wolf"}}}
    rehearsal = await database_sync_to_async(make_conversation)(admin_user, document)
    monkeypatch.setattr(f"{place}.{name}", failing)
    async with running(CALLING) as runner:
        watcher = watch(runner, rehearsal)
        turn_id = await runner.respond(rehearsal.pk, "Hi")
        error_event = await watcher.until(lambda event: event["event_type"] == "playground.error")
    assert error_event["properties"]["code"] == "internal"
    assert_told(caplog.text, turn_id)
