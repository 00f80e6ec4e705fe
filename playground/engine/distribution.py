"""Times of many turns: their median and 95th percentile, and two versions compared in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

TTFT = "ttft"
FIRST_AUDIO = "first_audio"
DEAD_AIR = "dead_air"
MEASURES = {TTFT: "TTFT", FIRST_AUDIO: "first audio", DEAD_AIR: "dead air"}
COUNTED = {TTFT: "request"}
"""What a measure counts, if not a caller's wait: the turn that the user began, with its tool rounds."""
FEWEST_TO_COMPARE = 5
"""A median of fewer turns says little, and their p95 is the slowest one's time."""
SAME_MS = 10
"""A smaller difference is none."""
OTHER_WORDS = "; other words were said"
"""The end of a comparison whose turns answered other words than those of the version before."""


@dataclass(frozen=True, slots=True)
class MeasuredTurn:
    """A closed turn; ``times``: ms by measure, without those that don't compare.

    The caller's times are those of the whole wait, and stand at the turn that ``begins`` it.
    """

    turn_id: str
    conversation_id: str
    words: str
    times: Mapping[str, int | None]
    is_failed: bool = False
    begins: bool = True

    @property
    def shown_ms(self) -> list[int | None]:
        """The times in the order of the measures."""
        return [self.times.get(name) for name in MEASURES]


@dataclass(frozen=True, slots=True)
class Distribution:
    """A measure over the turns that have it; p50 and p95 are in ms, None without such a turn, p95 also with few."""

    name: str
    label: str
    counted: str
    """What it counts, in the singular."""
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
    difference = "" if _words(turns) == _words(earlier) else OTHER_WORDS
    for name, label in MEASURES.items():
        times, before = _times(turns, name), _times(earlier, name)
        compared = (
            "" if earlier_number is None else _compared(name, times, before, earlier_number, difference)
        )
        counted = COUNTED.get(name, "turn")
        made.append(Distribution(name, label, counted, len(times), _p50(times), _p95(times), compared))
    return tuple(made)


def _times(turns: Sequence[MeasuredTurn], name: str) -> list[int]:
    return [ms for turn in turns if (ms := turn.times.get(name)) is not None]


def _words(turns: Sequence[MeasuredTurn]) -> set[str]:
    return {turn.words for turn in turns}


def _p50(times: Sequence[int]) -> int | None:
    return round(median(times)) if times else None


def _p95(times: Sequence[int]) -> int | None:
    if len(times) < FEWEST_TO_COMPARE:
        return None
    return round(quantiles(times, n=20, method="inclusive")[-1])


def _compared(name: str, times: Sequence[int], before: Sequence[int], number: int, difference: str) -> str:
    if min(len(times), len(before)) < FEWEST_TO_COMPARE:
        return f"not compared with version {number}: that takes {FEWEST_TO_COMPARE} turns of both"
    more_ms = round(median(times)) - round(median(before))
    shorter, longer = ("less", "more") if name == DEAD_AIR else ("faster", "slower")
    if abs(more_ms) < SAME_MS:
        return f"the same as version {number}, within {SAME_MS} ms"
    return f"{abs(more_ms):,} ms {longer if more_ms > 0 else shorter} than version {number}{difference}"
