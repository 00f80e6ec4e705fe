"""Decides what comes after an attempt to deliver a callback: delivered, once more and when, or given up. Pure.

Standard Webhooks 1.0: only 2xx is a success; 410 ends the endpoint; ``Retry-After`` lengthens a wait, never shortens
one; the waits grow, with jitter. Every other status is retried by the same schedule, 4xx too: receivers answer 404
while they are deployed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from playground.engine.callback_events import NotDelivered

DELAYS_S = (5, 30, 2 * 60, 10 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 24 * 3600)
"""How long is waited after the first failed attempt, the second …. The attempt after the last wait is the last."""
ATTEMPTS = len(DELAYS_S) + 1
JITTER = 0.2
"""The jitter: a wait is up to this share longer or shorter."""
LONGEST_WAIT_S = 24 * 3600
"""The longest wait; a longer Retry-After is cut to it."""
OVERTAKEN_AFTER = 5
"""After so many failed attempts later callbacks of the conversation no longer wait for this one."""

FINAL = frozenset({NotDelivered.BLOCKED_ADDRESS, NotDelivered.GONE})
"""Failures after which nothing is sent again by itself."""

GONE_STATUS = 410


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt went. ``answer`` is the beginning of the body, with whatever secrets it echoes."""

    at: datetime
    status: int | None = None
    answer: bytes = b""
    problem: NotDelivered | None = None
    """None: delivered."""
    message: str = ""
    retry_after_ms: int | None = None
    """How long the receiver asks to wait, however long that is, and however long ago."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a callback after an attempt."""

    is_delivered: bool = False
    next_at: datetime | None = None
    """None: it isn't sent again by itself."""
    is_overtaken: bool = False

    @property
    def is_final(self) -> bool:
        return self.next_at is None


def verdict_on(attempt: Attempt, attempts: int, *, pick: Callable[[], float]) -> Verdict:
    """Return what becomes of a callback after this one of its ``attempts``. ``pick`` returns a number from 0 to 1."""
    if attempt.problem is None:
        return Verdict(is_delivered=True)
    if attempt.problem in FINAL or attempts >= ATTEMPTS:
        return Verdict(is_overtaken=attempts >= OVERTAKEN_AFTER)
    wait = timedelta(seconds=_wait_s(attempt, attempts, pick))
    return Verdict(next_at=attempt.at + wait, is_overtaken=attempts >= OVERTAKEN_AFTER)


def _wait_s(attempt: Attempt, attempts: int, pick: Callable[[], float]) -> float:
    delay_s = DELAYS_S[attempts - 1] * (1 + JITTER * (2 * pick() - 1))
    asked_s = (attempt.retry_after_ms or 0) / 1000
    return min(max(delay_s, asked_s), LONGEST_WAIT_S)
