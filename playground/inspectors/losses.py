"""Counts the requests that leave no record, and why, so that their inspector's page can say it."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import F

from playground.models import Inspector


class Loss(StrEnum):
    """Why there is no record: the column of `Inspector` that counts it."""

    BUSY = "lost_busy"
    FAST = "lost_fast"
    UNSTORED = "lost_unstored"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an inspector takes no request now."""

    loss: Loss
    message: str


class Losses:
    """What this process has counted and not stored yet."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, Loss]] = Counter()

    def __bool__(self) -> bool:
        return bool(self._counts)

    def add(self, inspector_id: str, loss: Loss) -> None:
        self._counts[inspector_id, loss] += 1

    def take(self) -> Counter[tuple[str, Loss]]:
        """Return all of them, and count from nothing."""
        counts, self._counts = self._counts, Counter()
        return counts

    def put_back(self, counts: Counter[tuple[str, Loss]]) -> None:
        self._counts += counts


def store_losses(counts: Counter[tuple[str, Loss]]) -> None:
    """Add them to their inspectors' own; those of a deleted inspector are forgotten."""
    for (inspector_id, loss), count in counts.items():
        Inspector.objects.filter(pk=inspector_id).update(**{loss: F(loss) + count})
