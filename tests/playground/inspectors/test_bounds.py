"""How much at once, how often, and by whom an inspector is used."""

import asyncio
import json
import threading
from collections import Counter

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import InterfaceError

from dashboard.roles import Role, give_role
from playground.inspectors import bounds
from playground.inspectors.application import inspecting
from playground.inspectors.bounds import OpenRequests, may_make_another
from playground.inspectors.exchange_record import ExchangeRecord
from playground.inspectors.front_door import FrontDoor
from playground.inspectors.lookup import LOOKUPS_OF_AN_ADDRESS, Lookup, TooManyLookupsError
from playground.inspectors.losses import Loss, store_losses
from playground.inspectors.store import Stored, store_request
from playground.models import Inspector
from playground.realtime.inspector_feed import News, NewsKind, inspector_feed
from tests.playground.inspectors.asking import DEADLINE_S, Caller, ask, made, newest, scope_of


async def until_arrived(inspector: Inspector) -> None:
    async with asyncio.timeout(DEADLINE_S), inspector_feed().watch(inspector.id) as watch:
        if not await inspector.requests.aexists():
            await watch.take()


def assert_refused(requests: OpenRequests, inspector_id: str, loss: Loss, words: str) -> None:
    refusal = requests.refusal(inspector_id)
    assert refusal is not None
    assert refusal.loss is loss
    assert words in refusal.message


def test_one_inspector_answers_so_many_requests_at_once() -> None:
    requests = OpenRequests()
    for _ in range(bounds.OPEN_OF_AN_INSPECTOR):
        assert not requests.refusal("one")
        requests.enter("one")
    assert_refused(requests, "one", Loss.BUSY, "as many as it may at once")
    assert not requests.refusal("another")
    requests.leave("one")
    assert not requests.refusal("one")


def test_all_of_them_answer_so_many_at_once() -> None:
    requests = OpenRequests()
    for number in range(bounds.OPEN_REQUESTS):
        requests.enter(str(number))
    assert_refused(requests, "another", Loss.BUSY, "This server's inspectors")


def test_one_inspector_takes_so_many_in_a_while() -> None:
    requests = OpenRequests()
    assert not any(requests.refusal("one") for _ in range(bounds.REQUESTS))
    assert_refused(requests, "one", Loss.FAST, "was sent more")
    assert not requests.refusal("another")


@pytest.mark.usefixtures("inspectors")
async def test_a_request_too_many_is_refused_at_once(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.inspectors.bounds.OPEN_OF_AN_INSPECTOR", 1)
    inspector = await made(user, Inspector.Answer.FAULT, answer_settings={"fault": "never_answers"})
    caller = Caller(b"{}")
    waiting = asyncio.ensure_future(
        inspecting().receive(
            scope_of(inspector, "/x", break_off=caller.break_off), caller.receive, caller.send, FrontDoor()
        )
    )
    await until_arrived(inspector)
    second = Caller(b"{}")
    await inspecting().receive(scope_of(inspector, "/x"), second.receive, second.send, FrontDoor())
    assert second.asked.status == 429
    assert json.loads(second.asked.body)["error"]["code"] == "busy"
    caller.leave()
    await waiting
    await inspecting().until_stored(DEADLINE_S)
    assert not inspecting()._open.refusal(inspector.id)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Requests aren't stored before it is set."""
    released = threading.Event()

    def store_once_released(record: ExchangeRecord) -> Stored | None:
        assert released.wait(DEADLINE_S)
        return store_request(record)

    monkeypatch.setattr("playground.inspectors.recorder.store_request", store_once_released)
    return released


async def statuses(inspector: Inspector, count: int) -> list[int]:
    """Send requests, each once the one before is answered; wait for nothing to be stored."""
    answered = []
    for _ in range(count):
        caller = Caller(b"{}")
        await inspecting().receive(scope_of(inspector, "/x"), caller.receive, caller.send, FrontDoor())
        answered.append(caller.asked.status)
    return answered


@pytest.mark.usefixtures("inspectors")
async def test_what_waits_to_be_stored_is_not_open(
    user: User, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.inspectors.bounds.OPEN_OF_AN_INSPECTOR", 1)
    inspector = await made(user)
    assert await statuses(inspector, 3) == [200, 200, 200]
    held.set()
    await inspecting().until_stored(DEADLINE_S)
    assert [row.ended async for row in inspector.requests.all()] == ["complete"] * 3


@pytest.mark.usefixtures("inspectors")
async def test_what_was_answered_before_it_is_stored_is_stored_at_once(
    user: User, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("playground.inspectors.recorder.store_answer")
    inspector = await made(user)
    assert await statuses(inspector, 2) == [200, 200]
    held.set()
    await inspecting().until_stored(DEADLINE_S)
    rows = [row async for row in inspector.requests.order_by("number")]
    assert [(row.ended, row.answer_status, bool(row.answer_body)) for row in rows] == [
        ("complete", 200, True)
    ] * 2
    assert all(row.timings.keys() >= {"body_ms", "total_ms"} for row in rows)


@pytest.mark.usefixtures("inspectors")
async def test_so_much_waits_to_be_stored(
    user: User, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.inspectors.bounds.UNSTORED_OF_AN_INSPECTOR_BYTES", 1)
    inspector = await made(user)
    assert await statuses(inspector, 2) == [200, 429]
    assert await statuses(await made(user), 1) == [200]
    held.set()
    await inspecting().until_stored(DEADLINE_S)
    assert await statuses(inspector, 1) == [200]


@pytest.mark.usefixtures("inspectors")
async def test_what_a_held_database_does_not_store_is_stored_later_in_its_order(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [InterfaceError(), InterfaceError()]
    monkeypatch.setattr("playground.inspectors.recorder.STORED_AGAIN_S", 0.0)

    def store_later(record: ExchangeRecord) -> Stored | None:
        if held:
            raise held.pop()
        return store_request(record)

    monkeypatch.setattr("playground.inspectors.recorder.store_request", store_later)
    inspector = await made(user)
    await statuses(inspector, 2)
    await inspecting().until_stored(DEADLINE_S)
    rows = [row async for row in inspector.requests.order_by("number")]
    assert [row.number for row in rows] == [1, 2]
    assert rows[0].arrived_at < rows[1].arrived_at


@pytest.mark.usefixtures("inspectors")
async def test_one_address_does_not_take_all_lookups() -> None:
    lookup = Lookup()
    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(lookup.named(f"unknown-{number:024}", "203.0.113.7"))
            for number in range(LOOKUPS_OF_AN_ADDRESS)
        ]
        await asyncio.sleep(0)
        with pytest.raises(TooManyLookupsError):
            await lookup.named("unknown", "203.0.113.7")
        assert await lookup.named("unknown", "203.0.113.8") is None
    assert [task.result() for task in asked] == [None] * LOOKUPS_OF_AN_ADDRESS


@pytest.mark.usefixtures("inspectors")
async def test_an_inspector_is_found_again_however_many_unknown_addresses_are_looked_up(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.inspectors.lookup.FRESH_S", 0.0)
    lookup, inspector = Lookup(), await made(user)
    assert await lookup.named(inspector.address_token, "203.0.113.7") is not None
    async with asyncio.TaskGroup() as group:
        for number in range(LOOKUPS_OF_AN_ADDRESS):
            group.create_task(lookup.named(f"unknown-{number:024}", "203.0.113.7"))
        await asyncio.sleep(0)
        assert await lookup.named(inspector.address_token, "203.0.113.7") is not None


@pytest.mark.usefixtures("inspectors")
async def test_a_database_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_token: str) -> None:
        raise InterfaceError

    monkeypatch.setattr("playground.inspectors.lookup.read_inspector", away)
    asked = await ask(Inspector(address_token="a" * 32))
    assert asked.status == 503
    assert json.loads(asked.body)["error"]["code"] == "not_stored"


@pytest.mark.usefixtures("inspectors")
async def test_requests_to_one_inspector_share_a_lookup() -> None:
    lookup = Lookup()
    together = (lookup.named("unknown", "203.0.113.7") for _ in range(2 * LOOKUPS_OF_AN_ADDRESS))
    assert await asyncio.gather(*together) == [None] * 2 * LOOKUPS_OF_AN_ADDRESS


@pytest.mark.usefixtures("inspectors")
async def test_what_is_open_when_the_server_stops_is_broken_off_and_stored(user: User) -> None:
    inspector = await made(user, Inspector.Answer.FAULT, answer_settings={"fault": "never_answers"})
    caller = Caller(b"{}")
    scope = scope_of(inspector, "/x", break_off=caller.break_off)
    answering = asyncio.ensure_future(inspecting().receive(scope, caller.receive, caller.send, FrontDoor()))
    await until_arrived(inspector)
    await inspecting().stop(DEADLINE_S)
    await answering
    assert caller.asked.is_broken_off
    assert (await newest(inspector)).ended == "stopped"


@pytest.mark.django_db
def test_a_user_has_so_many_inspectors(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.inspectors.bounds.INSPECTORS_OF_A_USER", 1)
    assert may_make_another(user)
    Inspector.objects.create(maker=user, name="Mine")
    assert not may_make_another(user)


@pytest.mark.usefixtures("inspectors")
async def test_a_change_takes_effect_with_the_next_request(user: User) -> None:
    inspector = await made(user)
    await ask(inspector)
    inspector.answer = Inspector.Answer.FAULT
    inspector.answer_settings = {"fault": "server_error"}
    await inspector.asave()
    assert (await ask(inspector)).status == 500


@pytest.mark.usefixtures("inspectors")
async def test_the_inspector_of_a_deactivated_user_is_none(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.inspectors.lookup.FRESH_S", 0.0)
    inspector = await made(user)
    assert (await ask(inspector)).status == 200
    user.is_active = False
    await user.asave()
    assert (await ask(inspector)).status == 404
    assert await inspector.requests.acount() == 1


@pytest.mark.usefixtures("inspectors")
async def test_the_inspector_of_one_who_may_make_none_any_more_is_none(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.inspectors.lookup.FRESH_S", 0.0)
    inspector = await made(user)
    await sync_to_async(give_role)(user, Role.VIEWER)
    await user.user_permissions.aclear()
    assert (await ask(inspector)).status == 404
    await sync_to_async(give_role)(user, Role.EDITOR)
    assert (await ask(inspector)).status == 200


@pytest.mark.usefixtures("inspectors")
async def test_lost_requests_are_counted_by_why_once_the_database_takes_it(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = threading.Event()

    def store_losses_later(counts: Counter[tuple[str, Loss]]) -> None:
        if not refused.is_set():
            refused.set()
            raise InterfaceError
        store_losses(counts)

    failing = [ValueError()]

    def store_not_the_first(record: ExchangeRecord) -> Stored | None:
        if failing:
            raise failing.pop()
        return store_request(record)

    monkeypatch.setattr("playground.inspectors.recorder.store_losses", store_losses_later)
    monkeypatch.setattr("playground.inspectors.recorder.store_request", store_not_the_first)
    monkeypatch.setattr("playground.inspectors.bounds.REQUESTS", 2)
    inspector = await made(user)
    async with asyncio.timeout(DEADLINE_S), inspector_feed().watch(inspector.id) as watch:
        assert await statuses(inspector, 4) == [200, 200, 429, 429]
        await inspecting().until_stored(DEADLINE_S)
        news = await watch.take()
    assert news is not None
    assert News(inspector.id, 0, NewsKind.LOST) in news
    await inspector.arefresh_from_db()
    assert (inspector.lost_busy, inspector.lost_fast, inspector.lost_unstored) == (0, 2, 1)
