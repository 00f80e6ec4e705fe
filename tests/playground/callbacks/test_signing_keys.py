"""The keys that sign callbacks: the current one, a replaced one for a while, and nobody else's."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from playground.engine.callback_events import NotDelivered
from playground.storage.callback_keys import make_key, stop_signing
from tests.playground.callbacks.outboxes import (
    Clock,
    begun,
    deliver_all,
    in_thread,
    only_row,
    working,
)
from tests.playground.callbacks.receiver import receiving

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("loopback_is_open", "callbacks_are_on"),
]


async def test_a_new_key_signs_beside_the_former_one(user: User) -> None:
    """W12: two signatures while the receiver changes its key, one afterwards, none once it is taken away."""
    clock = Clock()
    async with receiving() as receiver, working(clock) as workers:
        endpoint = f"http://127.0.0.1:{receiver.port}"
        for change in (make_key, make_key, None, stop_signing):
            if change is not None:
                await in_thread(change, user, endpoint)
            else:
                clock.move(days=2)
            await in_thread(begun, user, receiver.url)
            await deliver_all(workers)
    signatures = [received.headers.get("webhook-signature", "").split() for received in receiver.received]
    assert [len(each) for each in signatures] == [1, 2, 1, 0]


async def test_a_key_of_another_person_or_receiver_signs_nothing(user: User, other_user: User) -> None:
    async with receiving() as receiver, working(Clock()) as workers:
        await in_thread(make_key, other_user, f"http://127.0.0.1:{receiver.port}")
        await in_thread(make_key, user, "http://127.0.0.1")
        await in_thread(begun, user, receiver.url)
        await deliver_all(workers)
    assert "webhook-signature" not in receiver.received[0].headers


async def test_an_unreadable_key_sends_nothing_unsigned(user: User, settings: Any) -> None:
    async with receiving() as receiver, working(Clock()) as workers:
        await in_thread(make_key, user, f"http://127.0.0.1:{receiver.port}")
        conversation = await in_thread(begun, user, receiver.url)
        settings.ENCRYPTION_KEYS = ["YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyE="]
        await deliver_all(workers)
    row = await only_row(conversation)
    assert (row.state, row.problem, receiver.received) == ("waiting", NotDelivered.KEY_UNREADABLE, [])
