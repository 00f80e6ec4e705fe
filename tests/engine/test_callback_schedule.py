"""What comes after an attempt to deliver a callback."""

from datetime import UTC, datetime, timedelta

import pytest

from playground.engine.callback_events import NotDelivered
from playground.engine.callback_schedule import (
    ATTEMPTS,
    DELAYS_S,
    JITTER,
    LONGEST_WAIT_S,
    OVERTAKEN_AFTER,
    Attempt,
    Verdict,
    verdict_on,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def failed(problem: NotDelivered = NotDelivered.REFUSED, *, retry_after_ms: int | None = None) -> Attempt:
    return Attempt(NOW, 500, problem=problem, retry_after_ms=retry_after_ms)


def waits_s(attempt: Attempt, attempts: int, pick: float = 0.5) -> float:
    verdict = verdict_on(attempt, attempts, pick=lambda: pick)
    assert verdict.next_at is not None
    return (verdict.next_at - NOW).total_seconds()


def test_a_success_ends_it() -> None:
    assert verdict_on(Attempt(NOW, 200), 1, pick=lambda: 0.0) == Verdict(is_delivered=True)


def test_the_waits_grow_to_a_day_with_jitter_to_both_sides() -> None:
    assert [waits_s(failed(), attempts) for attempts in range(1, ATTEMPTS)] == list(DELAYS_S)
    assert waits_s(failed(), 1, pick=0.0) == DELAYS_S[0] * (1 - JITTER)
    assert waits_s(failed(), 1, pick=1.0) == DELAYS_S[0] * (1 + JITTER)
    assert waits_s(failed(), len(DELAYS_S), pick=1.0) == LONGEST_WAIT_S == timedelta(days=1).total_seconds()


def test_after_the_last_attempt_it_is_given_up() -> None:
    assert verdict_on(failed(), ATTEMPTS, pick=lambda: 0.5) == Verdict(is_overtaken=True)


@pytest.mark.parametrize("problem", [NotDelivered.BLOCKED_ADDRESS, NotDelivered.GONE])
def test_a_blocked_address_and_a_receiver_that_is_gone_get_nothing_again(problem: NotDelivered) -> None:
    assert verdict_on(failed(problem), 1, pick=lambda: 0.5).is_final


def test_after_five_failures_it_is_overtaken() -> None:
    overtaken = [
        verdict_on(failed(), attempts, pick=lambda: 0.5).is_overtaken for attempts in range(1, ATTEMPTS)
    ]
    assert overtaken.index(True) == OVERTAKEN_AFTER - 1
    assert all(overtaken[OVERTAKEN_AFTER - 1 :])


def test_retry_after_is_waited_for_up_to_a_day() -> None:
    assert waits_s(failed(retry_after_ms=90_000), 1) == 90
    assert waits_s(failed(retry_after_ms=3 * 24 * 3_600_000), 1) == LONGEST_WAIT_S


def test_retry_after_shortens_no_wait() -> None:
    waits = [waits_s(failed(retry_after_ms=0), attempts) for attempts in range(1, ATTEMPTS)]
    assert waits == list(DELAYS_S)
    assert waits_s(failed(retry_after_ms=-86_400_000), 1) == DELAYS_S[0]
