"""The limits on open turns, asked of a real runner: over HTTP and the socket alike, and given back whatever happens."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError

from dashboard.asgi import application
from playground.engine.errors.codes import Code, CommandError, UpstreamError
from playground.engine.limits import DEFAULT_LIMITS
from playground.engine.turn_limits import OpenTurnLimits
from playground.models import Conversation, Turn
from playground.realtime.presented_key import presented_key
from playground.runner import Runner
from playground.storage import begin_turn
from tests.api import AsyncApiClient, key_for
from tests.playground.rehearsals import DEADLINE_S, make_conversation, watch
from tests.playground.scripted_llm import DONE, END, ScriptedLLM, Step, text

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER: list[Step] = [text("Hello."), END, DONE]
ENDLESS: list[Step] = [text("Once upon a time. "), 60.0]
ONE_A_USER = OpenTurnLimits(of_process=9, of_user=1, of_key=1)


@asynccontextmanager
async def running(*scripts: list[Step], open_turns: OpenTurnLimits = ONE_A_USER) -> AsyncIterator[Runner]:
    made = Runner(limits=DEFAULT_LIMITS, open_completion=ScriptedLLM(*scripts), open_turns=open_turns)
    await made.start()
    try:
        yield made
    finally:
        await made.shutdown(within_s=DEADLINE_S)


@pytest.fixture
def two(transactional_db: None, admin_user: User) -> tuple[Conversation, Conversation]:
    return make_conversation(admin_user), make_conversation(admin_user)


async def all_given_back(runner: Runner) -> None:
    """A turn's end is told a moment before its task ends."""
    turns = [task for task in asyncio.all_tasks() if task.get_name().startswith("turn ")]
    await asyncio.gather(*turns)
    await asyncio.sleep(0)
    assert not runner.open_turns.counted


Two = tuple[Conversation, Conversation]


async def refusal_of(runner: Runner, conversation: Conversation) -> str:
    with pytest.raises(CommandError) as refused:
        await runner.respond(conversation.pk, "Hi")
    assert refused.value.code is Code.BUSY
    return refused.value.message


async def test_a_turn_too_many_is_refused_and_leaves_no_row(two: Two) -> None:
    first, second = two
    async with running(ENDLESS) as runner:
        await runner.respond(first.pk, "Hi")
        assert "one user may have at once: 1." in await refusal_of(runner, second)
        assert not await second.turns.aexists()


async def test_anothers_turn_is_not_counted(two: Two, other_user: User) -> None:
    bobs = await database_sync_to_async(make_conversation)(other_user)
    async with running(ENDLESS, ANSWER) as runner:
        await runner.respond(two[0].pk, "Hi")
        watcher = watch(runner, bobs)
        await runner.respond(bobs.pk, "Hi")
        assert (await watcher.until_closed())["event_type"] == "playground.turn.completed"


@pytest.mark.parametrize(
    "script", [ANSWER, [UpstreamError(Code.TRUNCATED, "The stream broke.")]], ids=["completed", "failed"]
)
async def test_the_place_of_an_ended_turn_is_free(two: Two, script: list[Any]) -> None:
    first, second = two
    async with running(script, ANSWER) as runner:
        for conversation in (first, second):
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Hi")
            await watcher.until_closed()
            await all_given_back(runner)


async def test_an_interrupted_turn_makes_room_for_the_next_of_its_conversation(two: Two) -> None:
    first, _ = two
    async with running(ENDLESS, ANSWER) as runner:
        watcher = watch(runner, first)
        await runner.respond(first.pk, "Hi")
        await runner.interrupt(first.pk)
        assert (await watcher.until_closed())["event_type"] == "playground.turn.interrupted"
        await runner.respond(first.pk, "Again")
        assert (await watcher.until_closed())["event_type"] == "playground.turn.completed"


@pytest.mark.parametrize("fails_in", ["opening", "planning"])
async def test_the_database_may_fail_in_between(
    two: Two, monkeypatch: pytest.MonkeyPatch, fails_in: str
) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError

    first, second = two
    async with running(ANSWER) as runner:
        with monkeypatch.context() as broken:
            if fails_in == "opening":
                broken.setattr(begin_turn, "open_turn", fail)
            else:
                broken.setattr(begin_turn, "load_plan", fail)
            for _ in range(3):
                with pytest.raises((DatabaseError, CommandError)) as failed:
                    await runner.respond(first.pk, "Hi")
                assert getattr(failed.value, "code", Code.INTERNAL) is Code.INTERNAL
        watcher = watch(runner, second)
        await runner.respond(second.pk, "Hi")
        await watcher.until_closed()


async def test_a_message_that_is_known_takes_no_place(two: Two) -> None:
    first, second = two
    async with running(ANSWER, ANSWER) as runner:
        watcher = watch(runner, first)
        turn_id = await runner.respond(first.pk, "Hi", "m1")
        await watcher.until_closed()
        await all_given_back(runner)
        assert await runner.respond(first.pk, "Hi", "m1") == turn_id
        await runner.respond(second.pk, "Hi")


async def test_keys_of_one_user_are_told_apart(two: Two) -> None:
    first, second = two
    async with running(ENDLESS, open_turns=OpenTurnLimits(of_process=9, of_user=9, of_key=1)) as runner:
        presented_key.set("gr_aaaaaaaa")
        await runner.respond(first.pk, "Hi")
        assert "one key may have at once: 1." in await refusal_of(runner, second)
        presented_key.set("gr_bbbbbbbb")
        await runner.respond(second.pk, "Hi")


@pytest_asyncio.fixture
async def busy_key(two: Two, admin_user: User, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A key whose only turn is open, in the first conversation."""
    key = await database_sync_to_async(key_for)(admin_user)
    async with running(ENDLESS, open_turns=OpenTurnLimits(of_process=9, of_user=9, of_key=1)) as runner:
        for module in ("playground.api.router", "playground.realtime.viewer_socket"):
            monkeypatch.setattr(f"{module}.runner", lambda: runner)
        presented_key.set(key[:11])
        await runner.respond(two[0].pk, "Hi")
        presented_key.set("")
        yield key


async def test_over_http_it_is_409_with_the_number(two: Two, busy_key: str) -> None:
    answer = await AsyncApiClient(busy_key).post(
        f"/v2/greenroom/conversations/{two[1].pk}/respond",
        json.dumps({"text": "Hi"}),
        content_type="application/json",
    )
    assert answer.status_code == 409
    assert "one key may have at once: 1." in answer.json()["message"]


async def test_at_the_socket_it_is_busy_with_the_number_and_the_socket_stays(two: Two, busy_key: str) -> None:
    headers = [(b"x-api-key", busy_key.encode()), (b"origin", settings.SITE_URL.encode())]
    socket = WebsocketCommunicator(application, f"/ws/conversations/{two[1].pk}/", headers)
    await socket.connect()
    command = {"event_type": "conversation.respond", "properties": {"text": "Hi", "client_msg_id": "m7"}}
    await socket.send_json_to(command)
    while (event := await socket.receive_json_from(DEADLINE_S))["event_type"] != "playground.error":
        pass
    await socket.disconnect()
    error = event["properties"]
    assert (error["code"], error["client_msg_id"]) == ("busy", "m7")
    assert "one key may have at once: 1." in error["message"]


async def test_a_drained_process_has_no_place_left_taken(two: Two) -> None:
    async with running(ENDLESS) as runner:
        watcher = watch(runner, two[0])
        await runner.respond(two[0].pk, "Hi")
        await watcher.until(lambda event: event["event_type"] == "playground.delta")
    assert not runner.open_turns.counted
    assert (await Turn.objects.aget()).status == Turn.Status.INTERRUPTED
