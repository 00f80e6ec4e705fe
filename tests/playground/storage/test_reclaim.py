"""Rows that others closed for this process are taken back: not where the conversation has gone on. With PostgreSQL."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from playground.engine.errors.codes import Code, CommandError
from playground.engine.events import TurnKind
from playground.models import Conversation, Turn
from playground.storage import leases
from playground.storage.open_turn import NewTurn, open_turn
from playground.storage.reclaim import Reclaimed, reclaim_turns
from playground.storage.record_writer import _store_all
from playground.storage.turn_rows import TurnRow
from tests.own_postgres import database_on_postgres
from tests.playground.rehearsals import make_conversation

HOLD = "SELECT id FROM playground_conversation FOR UPDATE"
NEW = NewTurn(TurnKind.USER, "Hi")


@pytest.fixture
def database(postgres_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), database_on_postgres(postgres_url) as url:
        yield url


@pytest.fixture
def closed(database: str) -> Turn:
    """Return a turn of this process that another has closed as an orphan."""
    conversation = make_conversation(User.objects.create_user("alice"), last_seq=7)
    open_turn(conversation.pk, NEW)
    Turn.objects.update(status="streaming", text="Half", lease_until=timezone.now() - leases.LEASE)
    leases.close_orphaned_turns(lambda _text: 2)
    return Turn.objects.get()


def test_the_row_takes_what_comes_again_and_has_a_lease(closed: Turn) -> None:
    assert reclaim_turns([closed.pk]) == [Reclaimed(closed.pk, 9)]
    _store_all([TurnRow(closed.pk, closed.conversation_id, {"text": "Half of it"}, 10)])
    closed.refresh_from_db()
    assert (closed.status, closed.text) == ("streaming", "Half of it")
    assert (closed.error, closed.closed_at) == (None, None)
    assert leases.close_orphaned_turns() == []
    assert reclaim_turns([closed.pk]) == []


def test_a_turn_that_begins_in_the_same_moment_stays_the_only_open_one(closed: Turn, database: str) -> None:
    with psycopg.connect(database) as beginning:
        beginning.execute(HOLD)
        assert reclaim_turns([closed.pk]) == []
    open_turn(closed.conversation_id, NEW)
    assert reclaim_turns([closed.pk]) == [Reclaimed(closed.pk, None)]
    closed.refresh_from_db()
    assert closed.status == "interrupted"


def test_no_turn_begins_beside_one_that_was_taken_back(closed: Turn) -> None:
    reclaim_turns([closed.pk])
    with pytest.raises(CommandError) as refused:
        open_turn(closed.conversation_id, NEW)
    assert refused.value.code is Code.BUSY


def test_the_row_stays_closed_where_the_conversation_has_ended(closed: Turn) -> None:
    Conversation.objects.update(status=Conversation.Status.ENDED)
    assert reclaim_turns([closed.pk]) == [Reclaimed(closed.pk, None)]


@pytest.mark.parametrize("changed", [{"owner_process": ""}, {"owner_process": "another"}])
def test_a_turn_that_ended_by_itself_or_is_anothers_is_left(closed: Turn, changed: dict[str, Any]) -> None:
    Turn.objects.update(**changed)
    assert reclaim_turns([closed.pk]) == []
