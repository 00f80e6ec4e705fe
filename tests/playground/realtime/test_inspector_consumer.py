"""The socket of an inspector's list: who is told, of what, and for how long."""

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User

from dashboard.people import change_role
from dashboard.roles import Role
from playground.models import Inspector
from playground.realtime import rights_watch
from playground.realtime.close_codes import CloseCode
from playground.realtime.inspector_feed import News, NewsKind, inspector_feed
from tests.dashboard.roles import person
from tests.playground.own_sockets import OWN, Socket, opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inspector(alice: User) -> str:
    return Inspector.objects.create(maker=alice, name="Alice's").pk


@pytest.fixture
def page(cookie: dict[str, str]) -> dict[str, str]:
    """The headers of a page of Alice's."""
    return cookie | {"origin": OWN}


async def test_its_maker_is_told_of_each_request(inspector: str, page: dict[str, str]) -> None:
    async with opened(inspector, page, of="inspectors") as socket:
        assert await socket.news() == []
        await inspector_feed().tell(News("iother", 1, NewsKind.ARRIVED))
        await inspector_feed().tell(News(inspector, 7, NewsKind.ARRIVED))
        await inspector_feed().tell(News(inspector, 7, NewsKind.ANSWERED))
        assert await socket.news() == [7]


async def test_another_makers_is_an_unknown_one(page: dict[str, str]) -> None:
    bob = await database_sync_to_async(person)(Role.EDITOR, "bob")
    inspector = await Inspector.objects.acreate(maker=bob, name="Bob's")
    async with opened(inspector.pk, page, of="inspectors") as socket:
        assert await socket.closed_with() == CloseCode.NOT_FOUND


async def test_a_foreign_page_gets_no_handshake(inspector: str, cookie: dict[str, str]) -> None:
    foreign = cookie | {"origin": "https://evil.example"}
    assert not await Socket(inspector, foreign, of="inspectors").connect()


async def test_who_becomes_a_viewer_is_turned_away(
    inspector: str, page: dict[str, str], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights_watch, "READ_EVERY_S", 0.0)
    monkeypatch.setattr(rights_watch, "IDLE_SOCKETS_EVERY_S", 0.02)
    async with opened(inspector, page, of="inspectors") as socket:
        assert await socket.news() == []
        await database_sync_to_async(change_role)(alice, Role.VIEWER)
        assert await socket.closed_with() == CloseCode.NOT_ALLOWED
