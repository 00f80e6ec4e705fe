"""Leases: whose have run out, and when a process may judge that at all."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone

from playground.engine.events import TurnKind
from playground.models import Conversation, Turn
from playground.storage import leases
from playground.storage.leases import AWAY_S, HEARTBEAT_S, LEASE, Reach
from playground.storage.open_turn import NewTurn, open_turn
from tests.playground.rehearsals import make_conversation

LEASE_S = LEASE.total_seconds()


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def beat(reach: Reach, clock: Clock, seconds: float) -> None:
    """Reach the database with every heartbeat for so long."""
    for _ in range(round(seconds / HEARTBEAT_S)):
        clock.now_s += HEARTBEAT_S
        reach.mark()


class TestReach:
    def test_a_process_that_has_just_started_grants_a_whole_lease(self) -> None:
        reach = Reach(clock := Clock())
        assert not reach.may_judge()
        reach.mark()
        beat(reach, clock, LEASE_S - HEARTBEAT_S)
        assert not reach.may_judge()
        beat(reach, clock, HEARTBEAT_S)
        assert reach.may_judge()

    def test_a_process_that_was_cut_off_grants_a_whole_lease_again(self) -> None:
        reach = Reach(clock := Clock())
        beat(reach, clock, 60)
        clock.now_s += AWAY_S + 0.1
        assert not reach.may_judge()
        reach.mark()
        assert not reach.may_judge()
        beat(reach, clock, LEASE_S)
        assert reach.may_judge()

    def test_a_slow_heartbeat_is_no_outage(self) -> None:
        reach = Reach(clock := Clock())
        beat(reach, clock, 60)
        clock.now_s += AWAY_S - 0.1
        reach.mark()
        assert reach.may_judge()


@pytest.fixture
def expired(db: None, admin_user: User) -> Turn:
    conversation = make_conversation(admin_user, last_seq=7)
    lease_until = timezone.now() - timedelta(seconds=1)
    return Turn.objects.create(
        conversation=conversation,
        position=0,
        status=Turn.Status.STREAMING,
        text="Half",
        lease_until=lease_until,
    )


@pytest.fixture
def reach(monkeypatch: pytest.MonkeyPatch) -> tuple[Reach, Clock]:
    clock = Clock()
    made = Reach(clock)
    monkeypatch.setattr(leases, "reach", made)
    return made, clock


def test_a_lease_that_ran_out_while_the_database_was_away_is_no_orphans(
    expired: Turn, reach: tuple[Reach, Clock]
) -> None:
    mine, clock = reach
    beat(mine, clock, 60)
    clock.now_s += 22.0
    assert leases.close_orphans_if_reached() == []
    expired.refresh_from_db()
    assert expired.status == "streaming"
    beat(mine, clock, LEASE_S)
    assert [orphan.turn_id for orphan in leases.close_orphans_if_reached()] == [expired.pk]
    expired.refresh_from_db()
    assert (expired.status, expired.text) == ("interrupted", "Half")


def test_a_full_disk_orphans_no_turn(expired: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes neither a lease nor a closing: once there is room again, the owner has a whole lease."""
    beat(mine := Reach(clock := Clock()), clock, 60)
    monkeypatch.setattr(leases, "reach", mine)
    with monkeypatch.context() as full:
        full.setattr(leases, "_close_orphan", refuses)
        with pytest.raises(OperationalError):
            leases.close_orphans_if_reached()
    clock.now_s += HEARTBEAT_S
    assert leases.close_orphans_if_reached() == []
    beat(mine, clock, LEASE_S)
    assert len(leases.close_orphans_if_reached()) == 1


def refuses(*_: object) -> None:
    raise OperationalError


def test_what_was_heard_of_an_orphan_stays_and_is_told(expired: Turn) -> None:
    Turn.objects.update(heard_text="Ha")
    (orphan,) = leases.close_orphaned_turns()
    assert (orphan.heard_text, Turn.objects.get().heard_text) == ("Ha", "Ha")


def test_the_closing_takes_its_events_numbers_from_the_conversations_row(expired: Turn) -> None:
    (orphan,) = leases.close_orphaned_turns(lambda text: 2 if text == "Half" else 1)
    assert orphan.last_seq == 7
    assert Conversation.objects.get().last_seq == 9


def test_the_first_lease_is_of_the_databases_clock_too(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime.now(UTC) - timedelta(hours=1))
    open_turn(make_conversation(user).pk, NewTurn(TurnKind.USER, "Hi"))
    assert leases.close_orphaned_turns() == []


def test_the_lease_of_a_turn_that_was_renewed_has_not_run_out(expired: Turn) -> None:
    assert leases.renew_leases([expired.pk]) == []
    assert leases.close_orphaned_turns() == []
    expired.refresh_from_db()
    assert expired.lease_until is not None
    left = expired.lease_until - timezone.now()
    assert LEASE - timedelta(seconds=2) < left <= LEASE


def test_an_owner_that_is_killed_is_noticed_within_five_seconds() -> None:
    assert LEASE_S + HEARTBEAT_S <= 5
    assert HEARTBEAT_S < AWAY_S < LEASE_S
