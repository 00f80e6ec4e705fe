"""Rows are locked in one order by the recorder and the heartbeat. On PostgreSQL: SQLite has one writer at a time."""

import threading
from collections.abc import Iterator
from itertools import cycle, islice

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from playground.models import Conversation, Turn
from playground.storage import leases
from playground.storage.conversation_labels import MOST_TAGS, LabelError, add_tags
from playground.storage.record_writer import Recorder
from playground.storage.turn_rows import TurnRow
from tests.own_postgres import database_on_postgres
from tests.playground.rehearsals import DEADLINE_S, make_conversation

TURNS = 12
ROUNDS = 150
WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@pytest.fixture
def database(postgres_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), database_on_postgres(postgres_url) as url:
        yield url


def open_turns(owner: User) -> list[Turn]:
    """Return open turns whose order by conversation is the reverse of their order by age."""
    conversations = sorted((make_conversation(owner) for _ in range(TURNS)), key=lambda each: each.pk)
    return [
        Turn.objects.create(
            conversation=each, position=0, status="streaming", owner_process=leases.PROCESS_ID
        )
        for each in reversed(conversations)
    ]


def test_the_recorder_and_the_heartbeat_never_wait_for_each_other(database: str) -> None:
    turns = open_turns(User.objects.create_user("alice"))
    failures: list[BaseException] = []

    def beats() -> None:
        try:
            for _ in range(ROUNDS):
                leases.renew_leases([turn.pk for turn in turns])
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    def writes(recorder: Recorder, in_order: list[Turn]) -> None:
        for number, turn in enumerate(islice(cycle(in_order), ROUNDS * TURNS)):
            recorder.save(TurnRow(turn.pk, turn.conversation_id, {"text": "x" * number}, last_seq=number))
            recorder._urgent.set()

    recorders = Recorder(), Recorder()
    threads = [
        threading.Thread(target=beats),
        threading.Thread(target=writes, args=(recorders[0], turns)),
        threading.Thread(target=writes, args=(recorders[1], turns[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert all(recorder.stop(DEADLINE_S) for recorder in recorders)
    with psycopg.connect(database) as own:
        assert own.execute(DEADLOCKS).fetchone() == (0,)
    assert failures == []
    assert Conversation.objects.filter(last_seq__gt=0).count() == TURNS


def test_who_adds_tags_waits_for_another_who_does(database: str) -> None:
    alice = User.objects.create_user("alice")
    conversation = make_conversation(alice)
    refusals: list[LabelError] = []

    def add_one_more() -> None:
        try:
            add_tags([conversation.pk], ["one more"], alice)
        except LabelError as error:
            refusals.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=add_one_more)
    with psycopg.connect(database, autocommit=True) as own:
        with transaction.atomic():
            add_tags([conversation.pk], [f"tag {number}" for number in range(MOST_TAGS)], alice)
            other.start()
            while other.is_alive() and not own.execute(WAITING).fetchone():
                pass
        other.join(DEADLINE_S)
    assert len(refusals) == 1
    assert conversation.tags.count() == MOST_TAGS
