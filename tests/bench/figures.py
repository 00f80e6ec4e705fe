"""What becomes of measurements: percentiles, medians with their ranges, ratios."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

Figures = dict[str, float]
"""What one repetition of a cell found out about one candidate: the values by what they are, unit included."""


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest of the values that at least ``percent`` of them don't exceed; NaN of none."""
    if not values:
        return math.nan
    place = max(1, math.ceil(len(values) * percent / 100))
    return sorted(values)[place - 1]


@dataclass(frozen=True, slots=True)
class Summary:
    """What several repetitions say of one value."""

    middle: float
    least: float
    most: float

    @property
    def text(self) -> str:
        """The median, and the range where it isn't a single value."""
        if self.least == self.most:
            return number(self.middle)
        return f"{number(self.middle)} ({number(self.least)}–{number(self.most)})"


def summary(values: Sequence[float]) -> Summary:
    return Summary(median(values), min(values), max(values))


def ratio(value: float, reference: float) -> float:
    """Return how many times the reference a value is; NaN where the reference is nothing."""
    return value / reference if reference else math.nan


def number(value: float) -> str:
    """Write a number with about three digits that matter."""
    if math.isnan(value):
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
