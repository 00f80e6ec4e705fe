"""Who may use a socket, and until when: sessions, keys, origins."""

import asyncio
from collections.abc import Callable

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.utils import timezone

from dashboard.api_keys import make_key
from dashboard.models import ApiKey
from dashboard.people import change_role, deactivate
from dashboard.roles import Role, group_of
from playground.models import Conversation, Turn
from playground.realtime import rights_watch
from playground.realtime.close_codes import CloseCode
from playground.storage import conversation_edits, open_turn
from playground.storage.purge import delete_soon, purge_conversation
from playground.storage.right_at_effect import confirm_right
from playground.turns.turn_tasks import TurnTasks
from tests.dashboard.roles import person
from tests.playground.own_sockets import DEADLINE_S, OWN, Socket, close_code, opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def rights_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the rights' version at every question, not once a second."""
    monkeypatch.setattr(rights_watch, "READ_EVERY_S", 0.0)


async def test_a_key_opens_a_socket_without_an_origin(conversation: str, key: dict[str, str]) -> None:
    async with opened(conversation, key) as socket:
        assert await socket.snapshot() == "playground.snapshot"


async def test_a_key_that_cannot_be_checked_closes_the_socket_and_asks_its_client_to_come_back(
    conversation: str, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_away(_credential: object) -> bool:
        raise OperationalError("the database is away")

    monkeypatch.setattr("dashboard.socket_users.is_known", is_away)
    assert await close_code(conversation, key) == CloseCode.FAILED


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://testserver", f"{OWN}:81", f"{OWN}:1", "http://[", ""]
)
async def test_a_foreign_origin_gets_no_handshake_whatever_comes_with_it(
    conversation: str, cookie: dict[str, str], key: dict[str, str], origin: str
) -> None:
    assert not await Socket(conversation, cookie | {"origin": origin}).connect()
    assert not await Socket(conversation, key | {"origin": origin}).connect()


async def test_an_origin_may_be_missing_beside_a_key_that_works_alone(
    conversation: str, cookie: dict[str, str], key: dict[str, str]
) -> None:
    assert not await Socket(conversation, cookie).connect()
    assert not await Socket(conversation, cookie | {"x-api-key": "gr_" + "x" * 43}).connect()
    await ApiKey.objects.aupdate(revoked_at="2026-01-01T00:00Z")
    assert not await Socket(conversation, key).connect()


async def test_a_wrong_key_does_not_fall_back_to_the_session(
    conversation: str, cookie: dict[str, str]
) -> None:
    headers = cookie | {"origin": OWN, "x-api-key": "gr_" + "x" * 43}
    assert await close_code(conversation, headers) == 4401


async def test_a_key_in_the_address_opens_nothing(conversation: str, key: dict[str, str]) -> None:
    assert not await Socket(f"{conversation}/?x-api-key={key['x-api-key']}&ignored=", {}).connect()


async def test_an_unknown_or_ended_session_is_told_to_sign_in(
    conversation: str, cookie: dict[str, str]
) -> None:
    unknown = {"cookie": f"{settings.SESSION_COOKIE_NAME}=unknown"}
    assert await close_code(conversation, unknown | {"origin": OWN}) == 4401
    await Session.objects.all().aupdate(expire_date="2026-01-01T00:00Z")
    assert await close_code(conversation, cookie | {"origin": OWN}) == 4401


@pytest.mark.parametrize("conversation_id", ["c00000000000", "no-id", "%00", "%F0%9F%90%BA"])
async def test_an_unknown_conversation_is_not_found_with_a_key_too(
    alice: User, key: dict[str, str], conversation_id: str
) -> None:
    assert await close_code(conversation_id, key) == 4404


async def test_anothers_conversation_is_an_unknown_one_even_to_an_admins_key(
    conversation: str,
) -> None:
    bob = await database_sync_to_async(person)(Role.ADMIN, "bob")
    _, theirs = await database_sync_to_async(
        lambda: make_key("script", user=bob, role=group_of(Role.ADMIN))
    )()
    assert await close_code(conversation, {"x-api-key": theirs}) == 4404
    assert await Conversation.objects.acount() == 1


async def test_a_user_without_the_right_is_not_allowed(
    conversation: str, alice: User, key: dict[str, str]
) -> None:
    await database_sync_to_async(alice.groups.clear)()
    assert await close_code(conversation, key) == 4403


def ends_session(alice: User) -> None:
    Session.objects.all().delete()


def changes_password(alice: User) -> None:
    alice.set_password("correct horse battery")
    alice.save()


def takes_right(alice: User) -> None:
    alice.groups.clear()


def takes_rights_of_group(alice: User) -> None:
    for group in alice.groups.all():
        group.permissions.clear()


def lets_keys_expire(alice: User) -> None:
    ApiKey.objects.update(expires_at=timezone.now())


def lets_sessions_expire(alice: User) -> None:
    Session.objects.update(expire_date=timezone.now())


def revokes_keys(alice: User) -> None:
    for stored in ApiKey.objects.all():
        stored.revoke()


def deletes_conversations(alice: User) -> None:
    delete_soon(list(Conversation.objects.values_list("pk", flat=True)), alice.pk)


@pytest.fixture
def credentials(cookie: dict[str, str], key: dict[str, str]) -> dict[str, dict[str, str]]:
    """The headers of Alice's socket, by the way in which she is known."""
    return {"session": cookie | {"origin": OWN}, "key": key}


LOSSES = pytest.mark.parametrize(
    ("by", "loss", "code"),
    [
        ("session", ends_session, 4401),
        ("session", changes_password, 4401),
        ("session", deactivate, 4401),
        ("session", lets_sessions_expire, 4401),
        ("session", takes_right, 4403),
        ("key", revokes_keys, 4401),
        ("key", deactivate, 4401),
        ("key", lets_keys_expire, 4401),
        ("key", takes_right, 4403),
        ("key", takes_rights_of_group, 4403),
        ("key", deletes_conversations, 4404),
    ],
)


@LOSSES
async def test_who_lost_the_right_is_turned_away_at_the_next_message(
    conversation: str,
    alice: User,
    credentials: dict[str, dict[str, str]],
    by: str,
    loss: Callable[[User], None],
    code: int,
) -> None:
    async with opened(conversation, credentials[by]) as socket:
        await socket.snapshot()
        await database_sync_to_async(loss)(alice)
        await socket.send("conversation.respond", text="Hello")
        assert await socket.closed_with() == code
    assert not await Conversation.objects.filter(turns__isnull=False).aexists()


@LOSSES
async def test_an_idle_socket_ends_soon_after_the_right_to_it(
    conversation: str,
    alice: User,
    credentials: dict[str, dict[str, str]],
    by: str,
    loss: Callable[[User], None],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rights_watch, "IDLE_SOCKETS_EVERY_S", 0.02)
    async with opened(conversation, credentials[by]) as socket:
        await socket.snapshot()
        await database_sync_to_async(loss)(alice)
        assert await socket.closed_with() == code


@pytest.mark.parametrize("command", ["conversation.append_llm_context", "conversation.echo"])
async def test_a_command_to_a_conversation_that_was_purged_a_moment_ago_finds_none(
    conversation: str,
    alice: User,
    key: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    command: str,
) -> None:
    monkeypatch.setattr(rights_watch, "READ_EVERY_S", 60.0)
    async with opened(conversation, key) as socket:
        await socket.snapshot()
        await socket.send("playground.resume", seq=0)
        await socket.snapshot()
        await database_sync_to_async(purge_conversation)(conversation)
        await socket.send(command, **EDITS[command])
        assert await socket.closed_with() == 4404
    assert not caplog.records


async def test_the_turn_that_nobody_may_watch_any_more_stops(
    conversation: str, alice: User, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights_watch, "IDLE_SOCKETS_EVERY_S", 0.02)
    async with opened(conversation, key) as socket:
        await socket.snapshot()
        await socket.send("conversation.echo", text="A long sentence that takes its time to be said. " * 20)
        await socket.until("conversation.started_speaking")
        await database_sync_to_async(takes_right)(alice)
        assert await socket.closed_with() == 4403
    async with asyncio.timeout(DEADLINE_S):
        while not await Turn.objects.filter(status=Turn.Status.INTERRUPTED).aexists():
            pass
        # Its row is stored before its task ends.
        await asyncio.gather(*(each for each in asyncio.all_tasks() if each.get_name().startswith("turn ")))


async def test_a_smaller_role_keeps_the_socket_open_while_it_may_converse(
    conversation: str, alice: User, key: dict[str, str]
) -> None:
    async with opened(conversation, key) as socket:
        await socket.snapshot()
        await database_sync_to_async(change_role)(alice, Role.VIEWER)
        await socket.send("playground.resume", seq=0)
        assert await socket.snapshot() == "playground.snapshot"


async def test_who_loses_the_right_while_a_command_waits_is_turned_away_and_nothing_begins(
    conversation: str, alice: User, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, may_go_on = asyncio.Event(), asyncio.Event()

    async def cut_turn_ends(*_: object) -> None:
        waits.set()
        await may_go_on.wait()

    monkeypatch.setattr(TurnTasks, "_let_end", cut_turn_ends)
    async with opened(conversation, key) as socket:
        await socket.snapshot()
        await socket.send("conversation.respond", text="Hello")
        async with asyncio.timeout(DEADLINE_S):
            await waits.wait()
        await database_sync_to_async(takes_right)(alice)
        may_go_on.set()
        assert await socket.closed_with() == 4403
    assert not await Turn.objects.aexists()


EDITS = {
    "conversation.append_llm_context": {"context": "It rains."},
    "conversation.overwrite_llm_context": {"context": "It rains."},
    "conversation.tool_result": {"tool_call_id": "call_1", "output": "21 °C"},
    "conversation.echo": {"text": "Hello."},
}


@pytest.mark.parametrize("command", EDITS)
async def test_who_loses_the_right_while_a_command_waits_for_the_row_changes_nothing(
    conversation: str, alice: User, key: dict[str, str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def lost_meanwhile() -> None:
        takes_right(alice)
        confirm_right()

    for module in (conversation_edits, open_turn):
        monkeypatch.setattr(module, "confirm_right", lost_meanwhile)
    async with opened(conversation, key) as socket:
        await socket.snapshot()
        await socket.send(command, **EDITS[command])
        assert await socket.closed_with() == 4403
    assert not (await Conversation.objects.aget()).conversational_context
    assert not await Turn.objects.aexists()
