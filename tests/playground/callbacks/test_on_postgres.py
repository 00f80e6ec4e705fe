"""The outbox on PostgreSQL, where processes do change rows at the same moment."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from playground.engine.callback_events import NotDelivered
from playground.engine.callback_schedule import Attempt, Verdict
from playground.models import Callback
from playground.storage.call_ends import end_due_calls
from playground.storage.due_callbacks import claim_due, settle
from tests.own_postgres import database_on_postgres
from tests.playground.callbacks.outboxes import SHUTDOWN, begun, ended, states

PROCESSES = 3
ROUNDS = 3


@pytest.fixture
def database(postgres_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), database_on_postgres(postgres_url) as url:
        yield url


@pytest.fixture
def owner(database: str, settings: Any) -> User:
    settings.CALLBACKS = True
    return User.objects.create_user("alice")


def in_processes(look: Callable[[], Sequence[Any]]) -> list[Any]:
    """Return what all of them get that look at the same moment, each with a connection of its own."""
    together = Barrier(PROCESSES)

    def one(_process: int) -> Sequence[Any]:
        together.wait()
        try:
            return look()
        finally:
            connection.close()

    with ThreadPoolExecutor(PROCESSES) as processes:
        return [row for claimed in processes.map(one, range(PROCESSES)) for row in claimed]


def test_of_several_processes_one_claims_each(owner: User) -> None:
    """W9."""
    for _conversation in range(20):
        ended(owner)
    now = timezone.now() + timedelta(seconds=1)
    claimed: list[int] = []
    for _round in range(ROUNDS):
        due = in_processes(lambda: claim_due(now, most=64, most_of_owner=20, under_way={}))
        claimed += [callback.pk for callback in due]
        Callback.objects.filter(pk__in=claimed).update(state=Callback.State.DELIVERED)
    assert len(claimed) == len(set(claimed)) == 60


def test_of_several_processes_one_ends_each_conversation(owner: User) -> None:
    now = timezone.now()
    for _conversation in range(10):
        begun(owner, ends_by_itself=True, ends_at=now)
    ended_ids = [each.conversation_id for each in in_processes(lambda: end_due_calls(now))]
    ended_ids += [each.conversation_id for each in end_due_calls(now)]  # whose row another process held
    assert len(ended_ids) == len(set(ended_ids)) == 10
    assert Callback.objects.filter(event_type=SHUTDOWN).count() == 10


def test_a_receiver_that_is_gone_ends_what_waits(owner: User) -> None:
    conversation = ended(owner)
    now = timezone.now() + timedelta(seconds=1)
    (due,) = claim_due(now, most=5, most_of_owner=5, under_way={})
    settle(due, Attempt(now, 410, problem=NotDelivered.GONE), Verdict())
    assert {state for _, state in states([conversation])} == {"failed"}
