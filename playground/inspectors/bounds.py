"""The bounds of inspectors: what one may be sent, how much of it at once, and how long it answers."""

from collections import Counter

from django.contrib.auth.models import User

from playground.engine.limits import KIB, MIB
from playground.inspectors.losses import Loss, Refusal
from playground.models import Inspector
from playground.realtime.message_rate import MessageRate

INSPECTORS_OF_A_USER = 20
"""How many inspectors one user may have, expired ones too."""
BODY_S = 60.0
"""How long a request's body may take to arrive."""
ANSWER_BYTES = 16 * MIB
"""The longest answer; a longer one is broken off."""
ANSWER_S = 300.0
"""How long an answer may take, one that never comes too."""
KEPT_ANSWER_BYTES = 1 * MIB
"""How much of an answer is kept."""
MASKED_BEFORE_CUT_BYTES = 32 * KIB
"""How much more is held until secrets are masked, so that none is cut in two before that."""
KEPT_PARTS = 20_000
"""Of how many parts of a body or an answer it is kept when they came; later ones count as one."""
OPEN_OF_AN_INSPECTOR = 32
"""How many requests one inspector may answer at once, in a process."""
OPEN_REQUESTS = 96
"""How many all of them may answer at once, in a process."""
UNSTORED_OF_AN_INSPECTOR_BYTES = 32 * MIB
"""How much of one inspector's answered requests may wait to be stored, in a process."""
UNSTORED_BYTES = 96 * MIB
"""How much of those of all inspectors may wait to be stored, in a process."""
STORING_S = 60.0
"""How long storing a request is retried while the database is in trouble."""
STORED_AGAIN_S = 0.5
"""How long is waited before it is tried again."""
REQUESTS = 300
REQUESTS_WITHIN_S = 10.0
"""How many requests one inspector takes in how long a time, in a process."""
LOSSES_STORED_EVERY_S = 1.0
"""How long after a lost request its inspector's page says so, and how soon storing that is tried again."""
RATES_KEPT = 1_000
"""For how many inspectors a process knows their rate; beyond it the longest unused is forgotten."""


def may_make_another(user: User) -> bool:
    """Whether the user has fewer inspectors than one may have."""
    return Inspector.objects.filter(maker=user).count() < INSPECTORS_OF_A_USER


class OpenRequests:
    """The requests that this process answers, and how often each inspector is sent some."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._rates: dict[str, MessageRate] = {}

    def refusal(self, inspector_id: str) -> Refusal | None:
        """Return why the inspector takes no request now; None if it takes one, which then counts for its rate."""
        if self._open[inspector_id] >= OPEN_OF_AN_INSPECTOR:
            return Refusal(
                Loss.BUSY,
                f"This inspector answers {OPEN_OF_AN_INSPECTOR} requests already, as many as it may at once.",
            )
        if self._open.total() >= OPEN_REQUESTS:
            return Refusal(
                Loss.BUSY,
                f"This server's inspectors answer {OPEN_REQUESTS} requests already, as many as they may at once.",
            )
        if not self._rate(inspector_id).takes_message():
            return Refusal(
                Loss.FAST,
                f"This inspector takes {REQUESTS} requests in {REQUESTS_WITHIN_S:.0f} seconds, and was sent more.",
            )
        return None

    def enter(self, inspector_id: str) -> None:
        self._open[inspector_id] += 1

    def leave(self, inspector_id: str) -> None:
        self._open[inspector_id] -= 1
        if not self._open[inspector_id]:
            del self._open[inspector_id]

    def _rate(self, inspector_id: str) -> MessageRate:
        rate = self._rates.pop(inspector_id, None) or MessageRate(REQUESTS, REQUESTS_WITHIN_S)
        self._rates[inspector_id] = rate
        while len(self._rates) > RATES_KEPT:
            del self._rates[next(iter(self._rates))]
        return rate


class UnstoredRequests:
    """The answered requests of this process that aren't stored yet, by their bytes."""

    def __init__(self) -> None:
        self._bytes: Counter[str] = Counter()

    def refusal(self, inspector_id: str) -> Refusal | None:
        """Return why the inspector takes no request now; None if it takes one."""
        if (
            self._bytes[inspector_id] >= UNSTORED_OF_AN_INSPECTOR_BYTES
            or self._bytes.total() >= UNSTORED_BYTES
        ):
            return Refusal(
                Loss.BUSY,
                "Requests to this server's inspectors come faster than they can be stored: wait a moment.",
            )
        return None

    def enter(self, inspector_id: str, size: int) -> None:
        self._bytes[inspector_id] += size

    def leave(self, inspector_id: str, size: int) -> None:
        self._bytes[inspector_id] -= size
        if not self._bytes[inspector_id]:
            del self._bytes[inspector_id]
