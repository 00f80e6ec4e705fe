"""What the waits of a conversation add up to."""

from collections.abc import Callable, Mapping, Sequence
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
"""The names of a wait's values that are summed up."""


def summed(waits: Sequence[Mapping[str, Any]]) -> Json:
    """Return the values of a summary."""
    return {
        "turns": sum(wait["turns"] for wait in waits),
        "waits": len(waits),
        "first_audio_ms": _of_measured(waits, "first_audio_ms", median),
        "dead_air_ms": _of_measured(waits, "dead_air_ms", sum),
        "longest_silence_ms": _of_measured(waits, "longest_silence_ms", max),
        "failed": sum(wait["is_failed"] for wait in waits),
        "interrupted": sum(wait["is_interrupted"] for wait in waits),
        "has_failed": any(wait["is_failed"] for wait in waits),
        "has_interrupted": any(wait["is_interrupted"] for wait in waits),
        "has_tool_calls": any(wait["has_tool_calls"] for wait in waits),
    }


def _of_measured(waits: Sequence[Mapping[str, Any]], name: str, fold: Callable[[list[int]], float]) -> int:
    times = [wait[name] for wait in waits if wait[name] is not None]
    return round(fold(times)) if times else NOT_MEASURED
