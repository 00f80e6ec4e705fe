"""Closed turns, as they are stored, that a caller would ask about: what is odd about each is known."""

from dataclasses import dataclass
from typing import Any

from playground.engine.json_types import Json
from playground.engine.speech.spoken import CODE_HEARD

VOICE_DELAY_MS = 210
"""How long the voice of the weather assistant needs before it is heard."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of an answer, on a line of its own, and when it is heard, in ms from the turn's start."""

    text: str
    starts_ms: int
    ends_ms: int
    kind: str = "sentence"
    spoken: str | None = None
    """What the voice says; None: what is written."""
    ready_ms: int | None = None
    """When its text was there; None: just in time."""

    @property
    def synthesis_ms(self) -> int:
        return self.starts_ms - VOICE_DELAY_MS if self.ready_ms is None else self.ready_ms


def odd_turns() -> list[Json]:
    """Return the turns for `store_turns`; each is called by what the user said."""
    table = [
        Line("# Opening hours", 700, 1_500, "heading", "Opening hours"),
        Line("| Monday | 9 |", 1_500, 2_300, "table_row", "Monday, 9"),
        Line("| Tuesday | 10 |", 2_300, 3_100, "table_row", "Tuesday, 10"),
    ]
    stalled = [Line("Let me look at your order.", 700, 2_400), Line("It is on its way.", 19_700, 21_000)]
    call = {"id": "call_1", "name": "get_weather", "arguments": '{"location": "Riga"}', "valid": True}
    cut = "What was heard of it. What was not heard of it."
    filler = {"id": 9, "kind": "filler", "index": None, "text": "One moment.", "synthesis_ms": 560,
              "starts_ms": 560, "ends_ms": 1_400, "words": [], "cut": False}  # fmt: skip
    return [
        _turn("A stall", stalled, [300, 350, 19_350]),
        _turn("One piece", [Line("It came at once. " * 20, 1_200, 2_700)], [900]),
        _turn("No end", [Line("and so on it went " * 20, 2_800, 4_000)], [300, 900, 2_400]),
        _turn("Code", [Line("print('hello')", 700, 1_900, "code")], [300, 400], notes=[CODE_HEARD]),
        _turn("A table", table, [300, 320, 340]),
        _turn(
            "An eager filler",
            [Line("Here it is.", 1_400, 2_400, ready_ms=490)],
            [300, 380],
            before=[filler],
            filler={"state": "played", "phrase": "One moment.", "reason": None, "due_ms": 560},
        ),
        _turn("A call", [], [], tool_calls=[call], finish_reason="tool_calls"),
        _turn(
            "An interrupt",
            [Line(cut, 700, 3_000)],
            [300, 400],
            status="interrupted",
            heard_text=cut[:22],
            interrupted_at_ms=1_800,
        ),
    ]


def _turn(user_text: str, lines: list[Line], deltas_ms: list[int], **changes: Any) -> Json:
    """Return a turn of these lines and of the times at which text came; ``before`` are segments before the lines."""
    text = "\n".join(line.text for line in lines)
    outer = {name: changes.pop(name) for name in ("status", "heard_text") if name in changes}
    segments = [*changes.pop("before", []), *(_segment(lines, place) for place in range(len(lines)))]
    audio_ms = lines[0].starts_ms if lines else None
    timings = {
        "ttfb": 120,
        "ttft": deltas_ms[0] if deltas_ms else None,
        "first_sentence": lines[0].synthesis_ms if lines else None,
        "first_audio": audio_ms,
        "dead_air": audio_ms,
        "total": changes.get("interrupted_at_ms") or (lines[-1].ends_ms if lines else 400),
    }
    timeline = {
        "sentences": [_sentence(lines, place) for place in range(len(lines))],
        "segments": segments,
        "delta_times_ms": deltas_ms,
        "finish_reason": "stop",
        "response_status": 200,
    }
    return {"user_text": user_text, "text": text, "timings": timings, "timeline": timeline | changes} | outer


def _sentence(lines: list[Line], place: int) -> Json:
    line, start = lines[place], _start(lines, place)
    return {"index": place, "start": start, "end": start + len(line.text), "kind": line.kind,
            "t_ms": line.synthesis_ms}  # fmt: skip


def _segment(lines: list[Line], place: int) -> Json:
    line, start = lines[place], _start(lines, place)
    spoken = line.text if line.spoken is None else line.spoken
    return {"id": place + 1, "kind": "sentence", "index": place, "text": spoken, "synthesis_ms": line.synthesis_ms,
            "starts_ms": line.starts_ms, "ends_ms": line.ends_ms, "cut": False,
            "words": [[start, start + len(line.text), line.starts_ms]]}  # fmt: skip


def _start(lines: list[Line], place: int) -> int:
    return sum(len(line.text) + 1 for line in lines[:place])
