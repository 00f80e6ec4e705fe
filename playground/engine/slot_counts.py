"""What waits add to the counts of a slot of three hours, and what many slots tell: turns, errors, times to first audio.

Counts are by name: ``turns``, ``failed``, ``error:<code>`` and ``audio:<ms>``, the time rounded as `_rounded_ms` does.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from playground.engine.wait_numbers import WaitNumbers

Counts = Mapping[str, int]

SLOT_HOURS = 3
"""How many hours a slot has: the home page reads two weeks of them for each persona."""
HEARD_AT_ONCE = "instant"
EXACT_MS = 2_000
"""Up to here times are counted to 10 ms, beyond it to 100 ms: what a person hears as the same."""
LONGEST_MS = 60_000
FEWEST_FOR_P95 = 5
"""With fewer the 95th percentile is the slowest one's time."""


def counts_of(wait: WaitNumbers, *, is_stand_in: bool, properties: Mapping[str, Any]) -> Counts:
    """Return what the wait adds to its slot: nothing on a stand-in LLM, which isn't the persona's, and no time to first
    audio if it failed or speech is heard at once.
    """
    if is_stand_in:
        return {}
    is_heard_at_once = properties.get("simulated_speech") == HEARD_AT_ONCE
    counts = Counter({"turns": wait.turns})
    if wait.is_failed:
        counts["failed"] = 1
    if wait.error_code:
        counts[f"error:{wait.error_code}"] = 1
    if wait.first_audio_ms is not None and not wait.is_failed and not is_heard_at_once:
        counts[f"audio:{_rounded_ms(wait.first_audio_ms)}"] = 1
    return counts


def slot_of(moment: datetime) -> datetime:
    """Return the beginning of the slot that this moment is in."""
    return moment.replace(hour=moment.hour - moment.hour % SLOT_HOURS, minute=0, second=0, microsecond=0)


def changed(counts: Counts, *, added: Counts, taken: Counts) -> dict[str, int]:
    """Return the counts with one wait's contribution replaced by another."""
    sums = Counter(counts)
    sums.update(added)
    sums.subtract(taken)
    return {name: count for name, count in sums.items() if count > 0}


def _rounded_ms(ms: int) -> int:
    step = 10 if ms <= EXACT_MS else 100
    return min(LONGEST_MS, round(ms / step) * step)


@dataclass(frozen=True, slots=True)
class Period:
    """What the slots of a period tell. p50 and p95 of first audio are in ms, None without, p95 also with few."""

    turns: int
    failed: int
    errors: tuple[tuple[str, int], ...]
    """Codes and how often, the most frequent first."""
    heard: int
    """How many waits the times are of."""
    p50_ms: int | None
    p95_ms: int | None


def period_of(slots: Iterable[Counts]) -> Period:
    total: Counter[str] = Counter()
    for counts in slots:
        total.update(counts)
    errors = Counter(
        {name.removeprefix("error:"): count for name, count in total.items() if name.startswith("error:")}
    )
    audio = sorted(
        (int(name.removeprefix("audio:")), count)
        for name, count in total.items()
        if name.startswith("audio:")
    )
    heard = sum(count for _, count in audio)
    return Period(
        turns=total["turns"],
        failed=total["failed"],
        errors=tuple(errors.most_common()),
        heard=heard,
        p50_ms=_quantile(audio, heard, 0.5),
        p95_ms=_quantile(audio, heard, 0.95) if heard >= FEWEST_FOR_P95 else None,
    )


def _quantile(audio: Iterable[tuple[int, int]], heard: int, share: float) -> int | None:
    """Return the time below which this share of the waits were; None without any."""
    left = share * (heard - 1)
    for ms, count in audio:
        left -= count
        if left < 0:
            return ms
    return None
