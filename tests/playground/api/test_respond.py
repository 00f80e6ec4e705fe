"""A turn over server-sent events: the socket's events until the turn closes, whoever listens to the end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.http import StreamingHttpResponse
from django.utils import timezone

from playground.api import turn_stream
from playground.engine.json_types import Json
from playground.models import Conversation, Turn
from playground.runner import Runner
from tests.api import AsyncApiClient, key_for
from tests.playground.rehearsals import DEADLINE_S, make_conversation, running, watch
from tests.playground.scripted_llm import DONE, END, Step, text

pytestmark = pytest.mark.django_db(transaction=True)


ANSWER: list[Step] = [text("Hello. "), text("Who are you?"), END, DONE]
ENDLESS: list[Step] = [text("Once upon a time. "), 60.0]


@pytest.fixture
def conversation(admin_user: User) -> Conversation:
    return make_conversation(admin_user)


@pytest.fixture
def client(admin_user: User) -> AsyncApiClient:
    return AsyncApiClient(key_for(admin_user))


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`running`, with the API served by that runner."""

    @asynccontextmanager
    async def served(*scripts: list[Step]) -> AsyncIterator[Runner]:
        async with running(*scripts) as made:
            monkeypatch.setattr("playground.api.router.runner", lambda: made)
            yield made

    return served


async def post(client: AsyncApiClient, conversation: Conversation, **body: Any) -> Any:
    path = f"/v2/greenroom/conversations/{conversation.pk}/respond"
    return await client.post(path, json.dumps(body), content_type="application/json")


async def pieces(response: StreamingHttpResponse) -> AsyncIterator[bytes]:
    stream = response.streaming_content
    assert isinstance(stream, AsyncIterator)
    async with asyncio.timeout(DEADLINE_S):
        async for piece in stream:
            yield piece


async def events_of(response: StreamingHttpResponse) -> list[Json]:
    """Return every event of the stream, to its end."""
    body = b"".join([piece async for piece in pieces(response)]).decode()
    events = []
    for block in body.split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        event: Json = json.loads(fields["data"])
        assert (fields["event"], fields["id"]) == (event["event_type"], str(event["seq"]))
        events.append(event)
    return events


async def test_the_stream_is_what_the_socket_tells_until_the_turn_closes(
    client: AsyncApiClient, conversation: Conversation, serving: Any
) -> None:
    async with serving(ANSWER) as runner:
        watcher = watch(runner, conversation)
        response = await post(client, conversation, text="Hi")
        assert response.headers["Content-Type"] == "text/event-stream"
        assert response.headers["Cache-Control"] == "no-store"
        events = await events_of(response)
        await watcher.until_closed()
    assert [event["seq"] for event in events] == sorted({event["seq"] for event in events})
    watched = [(event["seq"], event["event_type"]) for event in watcher.events]
    assert [(event["seq"], event["event_type"]) for event in events] == watched
    assert events[0]["event_type"] == "playground.turn.started"
    assert events[-1]["event_type"] == "playground.turn.completed"
    assert events[-1]["properties"]["text"] == "Hello. Who are you?"


async def test_leaving_the_stream_does_not_stop_the_turn(
    client: AsyncApiClient, conversation: Conversation, serving: Any
) -> None:
    async with serving([text("Hello. "), 0.2, text("Bye."), END, DONE]) as runner:
        watcher = watch(runner, conversation)
        response = await post(client, conversation, text="Hi")
        stream = response.streaming_content
        await anext(stream)
        await stream.aclose()
        closed = await watcher.until_closed()
    assert closed["event_type"] == "playground.turn.completed"
    assert closed["properties"]["text"] == "Hello. Bye."


async def test_a_stream_that_ends_leaves_no_viewer_behind(
    client: AsyncApiClient, conversation: Conversation, serving: Any
) -> None:
    async with serving(ANSWER) as runner:
        await events_of(await post(client, conversation, text="Hi"))
        assert not runner.hub.is_watched(conversation.pk)


async def test_while_the_voice_answers_a_second_message_is_a_409(
    client: AsyncApiClient, conversation: Conversation, serving: Any
) -> None:
    async with serving(ENDLESS) as runner:
        await runner.respond(conversation.pk, "Hi")
        refused = await post(client, conversation, text="Hello?")
        assert refused.status_code == 409
        assert refused.json()["message"].startswith("The voice is still answering.")


async def test_the_same_message_again_gives_the_end_of_its_turn(
    client: AsyncApiClient, conversation: Conversation, serving: Any
) -> None:
    async with serving(ANSWER):
        first = await events_of(await post(client, conversation, text="Hi", client_msg_id="m1"))
        (again,) = await events_of(await post(client, conversation, text="Hi", client_msg_id="m1"))
    last = first[-1]
    for key in ("event_type", "inference_id", "turn_idx", "conversation_id"):
        assert again[key] == last[key]
    names = ("turn_id", "text", "heard_text", "finish_reason", "timings_ms", "error", "tool_calls")
    assert {name: again["properties"][name] for name in names} == {
        name: last["properties"][name] for name in names
    }
    assert await Turn.objects.acount() == 1


async def test_a_conversation_that_opens_with_the_voice_is_greeted_first(
    client: AsyncApiClient, conversation: Conversation, serving: Any
) -> None:
    conversation.custom_greeting = "Welcome!"
    await conversation.asave()
    async with serving(ANSWER, ANSWER):
        events = await events_of(await post(client, conversation, text="Hi"))
        more = await events_of(await post(client, conversation, text="And?"))
    closed = [
        event["properties"]["text"] for event in events if event["event_type"] == "playground.turn.completed"
    ]
    assert closed == ["Welcome!", "Hello. Who are you?"]
    assert [event["event_type"] for event in more].count("playground.turn.completed") == 1


async def test_a_turn_that_another_process_closed_is_told_from_its_row(
    client: AsyncApiClient, conversation: Conversation, serving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_stream, "KEEP_ALIVE_S", 0.05)
    async with serving(ENDLESS):
        response = await post(client, conversation, text="Hi")
        stream = response.streaming_content
        seen = b""
        async with asyncio.timeout(DEADLINE_S):
            while b": the turn goes on" not in seen:
                seen += await anext(stream)
            error = {"code": "cancelled", "message": "The server was stopped in the middle of this turn."}
            await Turn.objects.aupdate(status="interrupted", error=error, closed_at=timezone.now())
            rest = b"".join([piece async for piece in stream])
    assert b"event: playground.turn.interrupted" in rest
    assert b'"code":"cancelled"' in rest


async def test_a_database_that_is_away_ends_no_stream(
    client: AsyncApiClient, conversation: Conversation, serving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_away(*_: object) -> None:
        raise OperationalError

    goes_on = asyncio.Event()
    monkeypatch.setattr(turn_stream, "KEEP_ALIVE_S", 0.02)
    monkeypatch.setattr(turn_stream, "_stored_end", is_away)
    async with serving([text("Hello. "), goes_on, text("Bye."), END, DONE]):
        stream = pieces(await post(client, conversation, text="Hi"))
        async for piece in stream:
            if piece == b": the turn goes on\n\n":
                goes_on.set()
        assert b"playground.turn.completed" in piece


async def test_an_ended_conversation_takes_no_message(
    client: AsyncApiClient, conversation: Conversation, serving: Any
) -> None:
    conversation.status = Conversation.Status.ENDED
    await conversation.asave()
    async with serving(ANSWER):
        refused = await post(client, conversation, text="Hi")
    assert refused.status_code == 400
    assert refused.json()["error"].startswith("This conversation has ended.")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n"}, "text"),
        ({"text": 5}, "text"),
        ({"text": "a" * 40_000}, "text"),
        ({"text": "a", "client_msg_id": "m" * 65}, "client_msg_id"),
        ({"text": "a", "client_msg_id": 1}, "client_msg_id"),
    ],
)
async def test_a_wrong_value_is_named(
    client: AsyncApiClient, conversation: Conversation, serving: Any, body: Json, field: str
) -> None:
    async with serving(ANSWER):
        refused = await post(client, conversation, **body)
    assert (refused.status_code, refused.json()["field"]) == (400, field)


async def test_ending_a_conversation_stops_its_turn(
    client: AsyncApiClient, conversation: Conversation, serving: Any
) -> None:
    async with serving(ENDLESS):
        response = await post(client, conversation, text="Hi")
        ended = await client.post(f"/v2/conversations/{conversation.pk}/end")
        events = await events_of(response)
    assert ended.json()["status"] == "ended"
    assert events[-1]["event_type"] == "playground.turn.interrupted"


async def test_deleting_a_conversation_stops_its_turn_first(
    client: AsyncApiClient, conversation: Conversation, serving: Any
) -> None:
    async with serving(ENDLESS):
        response = await post(client, conversation, text="Hi")
        deleted = await client.delete(f"/v2/conversations/{conversation.pk}")
        events = await events_of(response)
    assert deleted.status_code == 204
    assert events[-1]["event_type"] == "playground.turn.interrupted"
    assert not await Conversation.objects.aexists()


async def test_who_loses_the_right_during_the_greeting_starts_no_turn(
    client: AsyncApiClient, conversation: Conversation, serving: Any, admin_user: User
) -> None:
    await Conversation.objects.aupdate(custom_greeting="Good evening.")
    async with serving() as runner:
        response = await post(client, conversation, text="Hi")
        await User.objects.aupdate(is_active=False)
        events = await events_of(response)
        assert not runner.hub.is_watched(conversation.pk)
    assert events[0]["properties"]["kind"] == "greeting"
    assert (events[-1]["event_type"], events[-1]["properties"]["code"]) == ("playground.error", "forbidden")
    assert await Turn.objects.acount() == 1
