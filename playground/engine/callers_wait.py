"""A caller's wait: from the user's words through tool rounds to the last word, in the caller's numbers.

A tool round makes several turns of it: the one whose LLM calls a tool, and the continuation of each result.
`static/js/playground/callers_wait.js` counts the same; `tests/engine/callers_wait_cases.json` holds both to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

from playground.engine.events import TurnStatus
from playground.engine.tools.rounds import ResultSource

Times = Mapping[str, int | None]

_MOMENTS = ("ttfb", "ttft", "first_sentence", "first_audio")
_AUTOMATIC = frozenset({ResultSource.MOCK, ResultSource.ENDPOINT})
_EPOCH = datetime.fromtimestamp(0, UTC)
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True)
class TurnOfWait:
    """A closed turn of a wait, as it is stored."""

    created_ms: int
    """Wall clock, in ms."""
    timings: Times
    is_interrupted: bool
    text: str
    heard_text: str
    segments: Sequence[Mapping[str, Any]]
    """What the voice said: `turn_record.segment_json`."""
    sources: Sequence[str]
    """Where the results of its tool calls came from."""

    @cached_property
    def ends_ms(self) -> int:
        """When it ended, in ms from its start, or when an interrupt cut its speech."""
        total_ms = self.timings.get("total") or max(
            (segment["ends_ms"] for segment in self.segments), default=0
        )
        if not self.is_interrupted or self.heard_text.rstrip() == self.text.rstrip():
            return int(total_ms)
        words = [
            word for segment in self.segments if segment["kind"] == "sentence" for word in segment["words"]
        ]
        unheard_ms = [at_ms for start, _, at_ms in words if start >= len(self.heard_text)]
        return int(min([total_ms, *unheard_ms]))

    @property
    def silent_ms(self) -> int:
        """All silence until its end."""
        return self.ends_ms - sum(_heard_ms(segment, self.ends_ms) for segment in self.segments)

    @property
    def is_answered_by_hand(self) -> bool:
        """Whether a person gave a result: a caller does not wait for a person's typing."""
        return not self.sources or not _AUTOMATIC.issuperset(self.sources)


def turn_of_wait(row: Mapping[str, Any]) -> TurnOfWait:
    """Return a turn from the values of its row, by column."""
    return TurnOfWait(
        created_ms=(row["created_at"] - _EPOCH) // _MS,
        timings=row["timings"] or {},
        is_interrupted=row["status"] == TurnStatus.INTERRUPTED,
        text=row["text"],
        heard_text=row["heard_text"],
        segments=(row["timeline"] or {}).get("segments", ()),
        sources=[str(result.get("source", "")) for result in row["tool_results"].values()],
    )


def wait_times(turns: Sequence[TurnOfWait]) -> dict[str, int | None]:
    """Return the times of turns, each of which continues the one before, in ms from the user's words."""
    tools_ms = _tools_ms(turns)
    starts_ms = starts_of(turns)
    last = turns[-1].timings
    silent_ms = sum(turn.silent_ms for turn in turns[:-1])
    return {
        **{name: _first(name, turns, starts_ms) for name in _MOMENTS},
        "dead_air": silent_ms + sum(tools_ms) + (last.get("dead_air") or 0),
        "total": _shifted(last.get("total"), starts_ms[-1]),
    }


def starts_of(turns: Sequence[TurnOfWait]) -> list[int]:
    """Return when each turn begins, in ms from the user's words."""
    lengths_ms = [turn.ends_ms + tool_ms for turn, tool_ms in zip(turns[:-1], _tools_ms(turns), strict=True)]
    return list(accumulate(lengths_ms, initial=0))


def _tools_ms(turns: Sequence[TurnOfWait]) -> list[int]:
    return [_tool_ms(turn, following) for turn, following in pairwise(turns)]


def _tool_ms(turn: TurnOfWait, following: TurnOfWait) -> int:
    """Return how long the caller waited for the tool between two turns."""
    if turn.is_answered_by_hand:
        return 0
    return max(0, following.created_ms - turn.created_ms - turn.ends_ms)


def _first(name: str, turns: Sequence[TurnOfWait], starts_ms: Sequence[int]) -> int | None:
    moments = (_shifted(turn.timings.get(name), start) for turn, start in zip(turns, starts_ms, strict=True))
    return next((moment for moment in moments if moment is not None), None)


def _shifted(moment_ms: int | None, by_ms: int) -> int | None:
    return None if moment_ms is None else moment_ms + by_ms


def _heard_ms(segment: Mapping[str, Any], until_ms: int) -> int:
    """Return how long a segment was heard until then; a break in its text is silence."""
    pauses_ms = sum(_length_ms(start, end, until_ms) for start, end in segment.get("pauses", ()))
    return _length_ms(segment["starts_ms"], segment["ends_ms"], until_ms) - pauses_ms


def _length_ms(start_ms: int, end_ms: int, until_ms: int) -> int:
    return max(0, min(end_ms, until_ms) - start_ms)
