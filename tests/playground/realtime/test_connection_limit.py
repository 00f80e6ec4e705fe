"""How many sockets a user may have, and that what a socket took is given back whatever ends it."""

import asyncio
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.db import OperationalError

from dashboard.api_keys import make_key
from dashboard.roles import Role, give_role, group_of
from playground.realtime import consumer, rights_watch
from playground.realtime.close_codes import CloseCode
from playground.realtime.rights import ConnectionLimit, Refusal, SocketCredential, connection_limit
from playground.runner import Runner, runner
from tests.dashboard.roles import person
from tests.playground.own_sockets import OWN, Socket, close_code, opened

pytestmark = pytest.mark.django_db(transaction=True)

REASON_BYTES = 123
"""The most that a close frame holds beside its code."""


@pytest.fixture(autouse=True)
def few_seats(settings: Any) -> None:
    settings.SESSION_SOCKETS_PER_USER = 2
    settings.KEY_SOCKETS_PER_USER = 3


async def open_sockets(headers: dict[str, str], conversation: str, count: int) -> list[Socket]:
    sockets = [Socket(conversation, headers) for _ in range(count)]
    for socket in sockets:
        assert await socket.connect()
        await socket.snapshot()
    return sockets


@pytest.mark.parametrize(
    ("by", "limit", "setting"),
    [("session", 2, "SESSION_SOCKETS_PER_USER"), ("key", 3, "KEY_SOCKETS_PER_USER")],
)
async def test_one_socket_too_many_is_told_which_limit_it_was(
    conversation: str, cookie: dict[str, str], key: dict[str, str], by: str, limit: int, setting: str
) -> None:
    own, other = cookie | {"origin": OWN}, key
    headers, others = (own, other) if by == "session" else (other, own)
    sockets = await open_sockets(headers, conversation, limit)
    async with opened(conversation, headers) as refused:
        code, reason = await refused.closed()
    assert code == CloseCode.TOO_MANY_SOCKETS
    assert f"{limit} " in reason
    assert setting in reason
    async with opened(conversation, others) as of_the_other_kind:
        assert await of_the_other_kind.snapshot() == "playground.snapshot"
    await sockets.pop().disconnect()
    sockets += await open_sockets(headers, conversation, 1)
    for socket in sockets:
        await socket.disconnect()
    assert not connection_limit._taken


def test_the_reason_fits_into_a_close_frame(settings: Any) -> None:
    settings.SESSION_SOCKETS_PER_USER = settings.KEY_SOCKETS_PER_USER = 100_000
    for way in SocketCredential:
        full = ConnectionLimit()
        full._taken[1, way] = 100_000
        with pytest.raises(Refusal) as refused:
            full.take(1, way)
        assert len(refused.value.reason.encode()) <= REASON_BYTES


async def test_a_page_that_is_reloaded_gets_its_seat_back_while_the_rest_of_it_still_ends(
    conversation: str, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    is_let_go, detach = asyncio.Event(), Runner.detach

    async def detach_late(*to: Any) -> None:
        await is_let_go.wait()
        await detach(*to)

    *others, left = await open_sockets(key, conversation, 3)
    monkeypatch.setattr(Runner, "detach", detach_late)
    leaving = asyncio.create_task(left.disconnect())
    reloaded = Socket(conversation, key)
    assert await reloaded.connect()
    assert await reloaded.snapshot() == "playground.snapshot"
    is_let_go.set()
    await leaving
    for socket in (*others, reloaded):
        await socket.disconnect()
    assert not connection_limit._taken


async def test_another_user_is_not_affected(conversation: str, key: dict[str, str]) -> None:
    sockets = await open_sockets(key, conversation, 3)
    bob = await database_sync_to_async(person)(Role.VIEWER, "bob")
    await database_sync_to_async(give_role)(bob, Role.EDITOR)
    _, theirs = await database_sync_to_async(
        lambda: make_key("script", user=bob, role=group_of(Role.EDITOR))
    )()
    assert await close_code(conversation, {"x-api-key": theirs}) == 4404
    for socket in sockets:
        await socket.disconnect()


async def test_the_database_may_be_away_for_a_while(
    conversation: str, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_away(*_: object) -> None:
        raise OperationalError("the database is away")

    async with opened(conversation, key) as socket:
        await socket.snapshot()
        with monkeypatch.context() as patched:
            patched.setattr(rights_watch, "rights_version", is_away)
            patched.setattr(rights_watch, "READ_EVERY_S", 0.0)
            for _ in range(7):
                await socket.send("playground.resume", seq=0)
                assert (await socket.until("playground.error"))["code"] == "not_stored"
        await socket.send("playground.resume", seq=0)
        await socket.until("playground.snapshot")
    assert not connection_limit._taken


async def test_a_result_that_is_nested_too_deeply_is_refused_and_the_socket_lives(
    conversation: str, key: dict[str, str]
) -> None:
    output: Any = []
    for _ in range(300):
        output = [output]
    async with opened(conversation, key) as socket:
        await socket.snapshot()
        await socket.send("conversation.tool_result", tool_call_id="call_1", output=output)
        assert (await socket.until("playground.error"))["code"] == "bad_message"
        await socket.send("playground.resume", seq=0)
        await socket.until("playground.snapshot")
    assert not connection_limit._taken


async def test_a_command_that_fails_is_told_and_the_socket_lives(
    conversation: str, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise LookupError

    monkeypatch.setattr(Runner, "append_context", fails)
    async with opened(conversation, key) as socket:
        await socket.snapshot()
        await socket.send("conversation.append_llm_context", context="x")
        assert (await socket.until("playground.error"))["code"] == "internal"
        await socket.send("playground.resume", seq=0)
        await socket.until("playground.snapshot")


@pytest.mark.parametrize("step", ["attach", "snapshot_sender"])
async def test_a_socket_that_cannot_be_opened_is_closed_and_takes_no_seat(
    conversation: str, key: dict[str, str], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise LookupError

    monkeypatch.setattr(Runner, step, fails)
    for _ in range(5):
        assert await close_code(conversation, key) == CloseCode.FAILED
    assert not connection_limit._taken
    assert not runner().hub.is_watched(conversation)


async def test_whatever_breaks_a_socket_gives_all_of_it_back(
    conversation: str, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object, **__: object) -> None:
        raise LookupError

    monkeypatch.setattr(consumer.ConversationConsumer, "receive", breaks)
    for _ in range(5):
        socket = Socket(conversation, key)
        assert await socket.connect()
        await socket.snapshot()
        await socket.send("playground.resume", seq=0)
        with pytest.raises(LookupError):
            await socket.end()
    assert not connection_limit._taken
    assert not runner().hub.is_watched(conversation)
    running = {task.get_name() for task in asyncio.all_tasks()}
    assert not {"viewer", "rights of a viewer"} & running
