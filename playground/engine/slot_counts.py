"""What waits add to the counts of a slot of three hours, and what many slots tell: turns, errors, times to first audio.

Counts are by name: ``turns``, ``failed``, ``error:<code>`` and ``audio:<ms>``. A slot with
many different times has them in steps.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log2
from typing import Any

from playground.engine.wait_numbers import WaitNumbers

Counts = Mapping[str, int]

SLOT_HOURS = 3
"""How many hours a slot has: the home page reads two weeks of them for each persona."""
HEARD_AT_ONCE = "instant"
AUDIO = "audio:"
LONGEST_MS = 60_000
"""A longer time counts as this one."""
EXACT_TIMES = 256
"""With more different times a slot has them in steps: its row is written anew with each turn's end."""
STEPS_PER_DOUBLING = 44
"""A time in steps is off by 1 % at most, or by 1 ms; there are 499 steps up to the longest time."""
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
        counts[f"{AUDIO}{min(LONGEST_MS, wait.first_audio_ms)}"] = 1
    return counts


def slot_of(moment: datetime) -> datetime:
    """Return the beginning of the slot that this moment is in."""
    return moment.replace(hour=moment.hour - moment.hour % SLOT_HOURS, minute=0, second=0, microsecond=0)


def changed(counts: Counts, *, added: Counts, removed: Counts) -> dict[str, int]:
    """Return the counts with one wait's contribution replaced by another, and in steps if they have too many times."""
    sums = Counter(counts)
    sums.update(added)
    for name, count in removed.items():
        sums[name if sums[name] >= count else _in_steps(name)] -= count
    left = {name: count for name, count in sums.items() if count > 0}
    times = sum(name.startswith(AUDIO) for name in left)
    return left if times <= EXACT_TIMES else _all_in_steps(left)


def _all_in_steps(counts: Counts) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for name, count in counts.items():
        sums[_in_steps(name)] += count
    return dict(sums)


def _in_steps(name: str) -> str:
    """Return the name of the step that a time is counted in; other names as they are."""
    if not name.startswith(AUDIO):
        return name
    ms = int(name.removeprefix(AUDIO))
    if ms < 1:
        return name
    step = round(log2(ms) * STEPS_PER_DOUBLING)
    return f"{AUDIO}{round(2 ** (step / STEPS_PER_DOUBLING))}"


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
        (int(name.removeprefix(AUDIO)), count) for name, count in total.items() if name.startswith(AUDIO)
    )
    heard = sum(count for _, count in audio)
    return Period(
        turns=total["turns"],
        failed=total["failed"],
        errors=tuple(errors.most_common()),
        heard=heard,
        p50_ms=_quantile(audio, heard, 10),
        p95_ms=_quantile(audio, heard, 19) if heard >= FEWEST_FOR_P95 else None,
    )


def _quantile(audio: Sequence[tuple[int, int]], heard: int, twentieths: int) -> int | None:
    """Return the time below which this share of the waits were, as `playground.engine.distribution` has it; None
    without any.
    """
    if not heard:
        return None
    place, rest = divmod(twentieths * (heard - 1), 20)
    return round((_at(audio, place) * (20 - rest) + _at(audio, place + 1) * rest) / 20)


def _at(audio: Sequence[tuple[int, int]], place: int) -> int:
    """Return the time of the wait at this place, or of the last one."""
    for ms, count in audio:
        place -= count
        if place < 0:
            return ms
    return audio[-1][0]
