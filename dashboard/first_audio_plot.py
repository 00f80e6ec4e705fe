"""The small plot of a persona's first audio: p50 to p95 of the last week and of the week before, on one axis. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playground.engine.slot_counts import Period
from playground.storage.persona_health import PersonaHealth

WIDTH = 160
"""Of the plot, in its own units, as are all other lengths."""
EDGE = 4
"""The margin left and right of the axis."""
LINES = (("week-before", 6), ("week", 14))
"""The class of each line, and its y."""
SAME_MS = 10
"""A smaller difference counts as none."""
MARGIN = 1.05
"""How much longer than the longest time the axis is."""


@dataclass(frozen=True, slots=True)
class Line:
    """Reaches from p50 to p95; with few turns both ends are p50."""

    kind: str
    y: int
    p50_x: int
    p95_x: int


@dataclass(frozen=True, slots=True)
class Plot:
    lines: tuple[Line, ...]
    comparison: str
    """The week's median compared with that of the week before, in words."""


def axis_of(healths: Iterable[PersonaHealth]) -> int:
    """Return the end of the axis that all plots of a page share, in ms."""
    times = (
        ms for health in healths for period in (health.week, health.week_before) for ms in _times(period)
    )
    return max(1, round(max(times, default=0) * MARGIN))


def plot_of(health: PersonaHealth, axis_ms: int) -> Plot:
    periods = (health.week_before, health.week)
    lines = [
        Line(kind, y, _x(times[0], axis_ms), _x(times[-1], axis_ms))
        for (kind, y), period in zip(LINES, periods, strict=True)
        if (times := _times(period))
    ]
    return Plot(tuple(lines), _compared(health.week.p50_ms, health.week_before.p50_ms))


def _times(period: Period) -> Sequence[int]:
    return [ms for ms in (period.p50_ms, period.p95_ms) if ms is not None]


def _x(ms: int, axis_ms: int) -> int:
    return EDGE + round(ms / axis_ms * (WIDTH - 2 * EDGE))


def _compared(now_ms: int | None, before_ms: int | None) -> str:
    if now_ms is None:
        return ""
    if before_ms is None:
        return "no turn was heard the week before"
    more_ms = now_ms - before_ms
    if abs(more_ms) <= SAME_MS:
        return "the same as the week before"
    return f"{abs(more_ms):,} ms {'slower' if more_ms > 0 else 'faster'} than the week before"
