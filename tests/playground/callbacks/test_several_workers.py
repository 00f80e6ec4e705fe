"""Several processes deliver callbacks: each is sent by one of them, and none is lost with the one that had it."""

import asyncio
from datetime import datetime

import pytest
from django.contrib.auth.models import User

from playground.engine.callback_events import NotDelivered
from playground.engine.callback_schedule import Attempt
from playground.storage.conversation_edits import end_conversation
from playground.storage.due_callbacks import LEASE_S, DueCallback, claim_due, free_leases
from tests.playground.callbacks.outboxes import (
    Clock,
    Scripted,
    begun,
    deliver_all,
    ended,
    in_thread,
    only_row,
    working,
)
from tests.playground.callbacks.receiver import HANGS, OK, receiving

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("loopback_is_open", "callbacks_are_on"),
]


async def test_what_a_killed_process_was_sending_is_sent_again(user: User) -> None:
    """W8: claimed and never settled. At its lease's end by any process, at once by the only one's next start."""

    clock, deliver = Clock(), Scripted()
    async with working(clock, deliver) as first:
        conversation = await in_thread(begun, user)
        taken = await first._thread.do(claim_due, clock(), most=5, most_of_owner=5, under_way={})
        assert [callback.conversation_id for callback in taken] == [conversation.pk]
    async with working(clock, deliver) as second:
        assert await deliver_all(second) == 0
        clock.move(seconds=LEASE_S + 1)
        assert await deliver_all(second) == 1
        await in_thread(end_conversation, conversation.pk)
        await second._thread.do(claim_due, clock(), most=5, most_of_owner=5, under_way={})
        assert await in_thread(free_leases) == 1
        assert await deliver_all(second) == 2
    assert deliver.delivered[0].webhook_id == taken[0].webhook_id
    assert deliver.delivered[0].body == taken[0].body


async def test_a_late_failure_changes_nothing_of_what_another_process_took_over(user: User) -> None:
    clock = Clock()
    late, in_time = asyncio.Event(), asyncio.Event()

    async def fail_late(callback: DueCallback, *, at: datetime) -> Attempt:
        await late.wait()
        return Attempt(at, problem=NotDelivered.TIMEOUT)

    async def succeed(callback: DueCallback, *, at: datetime) -> Attempt:
        await in_time.wait()
        return Attempt(at, 200)

    async with working(clock, fail_late) as slow, working(clock, succeed) as quick:
        conversation = await in_thread(begun, user)
        assert await slow.look() == 1
        clock.move(seconds=LEASE_S + 1)
        assert await quick.look() == 1
        late.set()
        await slow.until_idle()
        row = await only_row(conversation)
        assert (row.lease != "", row.answers, row.problem) == (True, [], "")
        in_time.set()
        await quick.until_idle()
    row = await only_row(conversation)
    assert (row.state, row.attempts, len(row.answers)) == ("delivered", 2, 1)


async def test_a_process_that_stops_leaves_its_deliveries_to_others(user: User) -> None:
    async with receiving(HANGS, OK) as receiver, working(Clock()) as other:
        conversation = await in_thread(begun, user, receiver.url)
        async with working(Clock()) as stopping:
            await stopping.look()
            await receiver.until_hanging(1)
        assert (await only_row(conversation)).attempts == 0
        assert await deliver_all(other) == 1
    assert len(receiver.taken) == 1


async def test_two_workers_never_send_the_same_one(user: User, other_user: User) -> None:
    """W9, with SQLite; the other database stands in `test_on_postgres`."""
    await assert_each_is_sent_once(user, other_user)


async def assert_each_is_sent_once(*owners: User) -> None:
    clock, deliver = Clock(), Scripted()
    for owner in owners:
        for _conversation in range(6):
            await in_thread(ended, owner)
    async with (
        working(clock, deliver) as one,
        working(clock, deliver) as two,
        working(clock, deliver) as three,
    ):
        await deliver_all(one, two, three)
    assert len(deliver.ids()) == len(set(deliver.ids())) == 18 * len(owners)
    assert {callback.attempts for callback in deliver.delivered} == {1}
