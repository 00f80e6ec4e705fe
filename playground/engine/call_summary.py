"""What the waits of a conversation add up to."""

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

from playground.engine.json_types import Json

NOT_MEASURED = -1
"""A time that no wait has: a number, so that it sorts behind all others in any database."""

SUMMED = (
    "turns",
    "first_audio_ms",
    "dead_air_ms",
    "longest_silence_ms",
    "is_failed",
    "is_interrupted",
    "has_tool_calls",
)
"""The names of a wait's values that are summed up, in this order."""


def summed(waits: Sequence[Sequence[Any]]) -> Json:
    """Return the values of a summary; each wait is its values of `SUMMED`.

    Column by column: a conversation's waits are summed at the end of each of its turns.
    """
    columns = zip(*waits, strict=True) if waits else [()] * len(SUMMED)
    turns, first_audio_ms, dead_air_ms, longest_silence_ms, failed, interrupted, with_tool_calls = columns
    return {
        "turns": sum(turns),
        "waits": len(waits),
        "first_audio_ms": _of_measured(first_audio_ms, median),
        "dead_air_ms": _of_measured(dead_air_ms, sum),
        "longest_silence_ms": _of_measured(longest_silence_ms, max),
        "failed": sum(failed),
        "interrupted": sum(interrupted),
        "has_failed": any(failed),
        "has_interrupted": any(interrupted),
        "has_tool_calls": any(with_tool_calls),
    }


def _of_measured(times_ms: Iterable[int | None], fold: Callable[[list[int]], float]) -> int:
    measured_ms = [each for each in times_ms if each is not None]
    return round(fold(measured_ms)) if measured_ms else NOT_MEASURED
