"""The numbers of a caller's wait for the call log, from the stored rows of its turns.

Its times are those of `playground.engine.callers_wait`; beside them stand the longest silence and how its turns ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from playground.engine.callers_wait import TurnOfWait, starts_of, turn_of_wait, wait_times
from playground.engine.events import Segment, TurnClosed, TurnKind, TurnStatus, Word
from playground.engine.json_types import Json
from playground.engine.speech.dead_air import (
    silences_until,
    silent_until_ms,
    spoken_spans,
)

TURN_FIELDS = (
    "pk",
    "position",
    "kind",
    "continues_id",
    "status",
    "user_text",
    "text",
    "heard_text",
    "timings",
    "timeline",
    "tool_results",
    "error",
    "created_at",
    "closed_at",
)
"""What a wait's numbers need of a turn's row."""
TEXT_CHARS = 100_000
"""How much of a wait's texts is searched."""


class StoredTurn:
    """A turn as its row has it: `TURN_FIELDS`."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.timings: Json = row["timings"] or {}
        self._timeline: Json = row["timeline"] or {}

    @cached_property
    def segments(self) -> list[Segment]:
        return [_segment(each) for each in self._timeline.get("segments", ())]

    @cached_property
    def closed(self) -> TurnClosed:
        last_ms = max((segment.ends_ms for segment in self.segments), default=0)
        return TurnClosed(
            t_ms=last_ms if self.timings.get("total") is None else self.timings["total"],
            status=TurnStatus(self.row["status"]),
            text=self.row["text"],
            heard_text=self.row["heard_text"],
            finish_reason=self._timeline.get("finish_reason") or "",
        )

    @property
    def is_open(self) -> bool:
        return self.row["closed_at"] is None

    @property
    def calls(self) -> list[Json]:
        calls: list[Json] = self._timeline.get("tool_calls", [])
        return calls

    @property
    def error_code(self) -> str:
        return str((self.row["error"] or {}).get("code", ""))

    @cached_property
    def of_wait(self) -> TurnOfWait:
        return turn_of_wait(self.row)

    def goes_on_in(self, following: "StoredTurn") -> bool:
        is_continuation = following.row["kind"] == TurnKind.CONTINUATION
        return is_continuation and bool(following.row["continues_id"] == self.row["pk"])


@dataclass(frozen=True, slots=True)
class WaitNumbers:
    """One wait's numbers; times are in ms, None if they never happened or have no end."""

    position: int
    """The position of its first turn."""
    last_turn_id: str
    began_at: datetime
    turns: int
    first_audio_ms: int | None
    dead_air_ms: int | None
    longest_silence_ms: int | None
    is_failed: bool
    is_interrupted: bool
    has_tool_calls: bool
    error_code: str
    text: str
    """What either side said."""


def waits_in(rows: Iterable[Mapping[str, Any]]) -> list[list[StoredTurn]]:
    """Group a conversation's closed turns, in order, into waits."""
    waits: list[list[StoredTurn]] = []
    for turn in map(StoredTurn, rows):
        if turn.is_open:
            continue
        if waits and waits[-1][-1].goes_on_in(turn):
            waits[-1].append(turn)
        else:
            waits.append([turn])
    return waits


def wait_of(turns: Sequence[StoredTurn]) -> WaitNumbers:
    """Return the numbers of these turns, each of which continues the one before."""
    first, last = turns[0], turns[-1]
    times = wait_times([turn.of_wait for turn in turns]) if len(turns) > 1 else first.timings
    first_audio_ms = times.get("first_audio")
    # As on the playground: without an answer that was heard only an interrupt ends the silence.
    has_end = first_audio_ms is not None or last.closed.status is TurnStatus.INTERRUPTED
    texts = [part for turn in turns for part in (turn.row["user_text"], turn.row["text"]) if part]
    return WaitNumbers(
        position=first.row["position"],
        last_turn_id=last.row["pk"],
        began_at=first.row["created_at"],
        turns=len(turns),
        first_audio_ms=first_audio_ms,
        dead_air_ms=times.get("dead_air") if has_end else None,
        longest_silence_ms=_longest_silence_ms(turns) if has_end else None,
        is_failed=any(turn.closed.status is TurnStatus.FAILED for turn in turns),
        is_interrupted=any(turn.closed.status is TurnStatus.INTERRUPTED for turn in turns),
        has_tool_calls=any(turn.calls for turn in turns),
        error_code=next((turn.error_code for turn in reversed(turns) if turn.error_code), ""),
        text="\n".join(texts)[:TEXT_CHARS],
    )


def _longest_silence_ms(turns: Sequence[StoredTurn]) -> int:
    starts_ms = starts_of([turn.of_wait for turn in turns])
    spoken = [
        (start + begins, start + min(ends, turn.of_wait.ends_ms))
        for turn, start in zip(turns, starts_ms, strict=True)
        for begins, ends in spoken_spans(turn.segments)
    ]
    last = turns[-1]
    silences = silences_until(spoken, starts_ms[-1] + silent_until_ms(last.closed, last.segments))
    return max((end - start for start, end in silences), default=0)


def _segment(stored: Json) -> Segment:
    return Segment(
        id=stored["id"],
        kind=stored["kind"],
        index=stored["index"],
        text="",
        synthesis_ms=stored["synthesis_ms"],
        starts_ms=stored["starts_ms"],
        ends_ms=stored["ends_ms"],
        words=tuple(Word(*word) for word in stored.get("words", ())),
        pauses_ms=tuple((start, end) for start, end in stored.get("pauses", ())),
    )
