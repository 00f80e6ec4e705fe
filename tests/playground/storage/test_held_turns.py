"""A turn's row that another connection holds keeps no other turn of the process waiting. With PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from playground.models import Turn
from playground.storage import leases
from playground.storage.record_writer import _store_all
from playground.storage.turn_rows import TurnRow
from tests.own_postgres import database_on_postgres
from tests.playground.rehearsals import make_conversation

LOCK_S = 20.0
HOLD = "SELECT id FROM playground_turn WHERE id = %s FOR UPDATE"


@pytest.fixture
def database(postgres_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), database_on_postgres(postgres_url, lock_s=LOCK_S) as url:
        yield url


@pytest.fixture
def turns(database: str) -> list[Turn]:
    """Return two open turns whose leases have run out."""
    alice, then = User.objects.create_user("alice"), timezone.now() - timedelta(seconds=1)
    return [
        Turn.objects.create(
            conversation=make_conversation(alice),
            position=0,
            status=Turn.Status.STREAMING,
            lease_until=then,
            owner_process=leases.PROCESS_ID,
        )
        for _ in range(2)
    ]


def test_the_lease_of_a_turn_beside_it_is_renewed(turns: list[Turn], database: str) -> None:
    held, free = turns
    with psycopg.connect(database) as other:
        other.execute(HOLD, (held.pk,))
        leases.renew_leases([held.pk, free.pk])
        assert leases.close_orphaned_turns() == []


def test_a_turn_beside_it_is_stored(turns: list[Turn], database: str) -> None:
    held, free = turns
    rows = [TurnRow(turn.pk, turn.conversation_id, {"text": "New"}, 1) for turn in turns]
    with psycopg.connect(database) as other:
        other.execute(HOLD, (held.pk,))
        assert _store_all(rows) == rows[:1]
        free.refresh_from_db()
        assert free.text == "New"
    assert _store_all(rows[:1]) == []
    held.refresh_from_db()
    assert held.text == "New"
