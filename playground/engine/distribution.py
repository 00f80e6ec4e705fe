"""Times of many turns: their median and 95th percentile, and two versions compared in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

DEAD_AIR = "dead_air"
MEASURES = {"ttft": "TTFT", "first_audio": "first audio", DEAD_AIR: "dead air"}
FEWEST_TO_COMPARE = 5
"""A median of fewer turns says little."""
SAME_MS = 10
"""A smaller difference is none."""


@dataclass(frozen=True, slots=True)
class MeasuredTurn:
    """A closed turn; ``times``: ms by measure, without those that don't compare."""

    turn_id: str
    conversation_id: str
    words: str
    times: Mapping[str, int | None]
    is_failed: bool = False

    @property
    def shown_ms(self) -> list[int | None]:
        """The times in the order of the measures."""
        return [self.times.get(name) for name in MEASURES]

    @property
    def slowness_ms(self) -> int | None:
        first_audio = self.times.get("first_audio")
        return self.times.get(DEAD_AIR) if first_audio is None else first_audio


@dataclass(frozen=True, slots=True)
class Distribution:
    """A measure over the turns that have it; p50 and p95 are in ms, None without such a turn."""

    name: str
    label: str
    count: int
    p50_ms: int | None
    p95_ms: int | None
    compared: str
    """Its median compared with that of the version before, in words; empty without one."""


def distributions(
    turns: Sequence[MeasuredTurn], earlier: Sequence[MeasuredTurn], earlier_number: int | None
) -> tuple[Distribution, ...]:
    """Return each measure's distribution; ``earlier``: the turns of the version before, whose number is given."""
    made = []
    for name, label in MEASURES.items():
        times, before = _times(turns, name), _times(earlier, name)
        compared = "" if earlier_number is None else _compared(name, times, before, earlier_number)
        made.append(Distribution(name, label, len(times), _p50(times), _p95(times), compared))
    return tuple(made)


def _times(turns: Sequence[MeasuredTurn], name: str) -> list[int]:
    return [ms for turn in turns if (ms := turn.times.get(name)) is not None]


def _p50(times: Sequence[int]) -> int | None:
    return round(median(times)) if times else None


def _p95(times: Sequence[int]) -> int | None:
    if len(times) < 2:
        return times[0] if times else None
    return round(quantiles(times, n=20, method="inclusive")[-1])


def _compared(name: str, times: Sequence[int], before: Sequence[int], number: int) -> str:
    if min(len(times), len(before)) < FEWEST_TO_COMPARE:
        return f"not compared with version {number}: that takes {FEWEST_TO_COMPARE} turns of both"
    more_ms = round(median(times)) - round(median(before))
    shorter, longer = ("less", "more") if name == DEAD_AIR else ("faster", "slower")
    if abs(more_ms) < SAME_MS:
        return f"the same as version {number}, within {SAME_MS} ms"
    return f"{abs(more_ms):,} ms {longer if more_ms > 0 else shorter} than version {number}"
