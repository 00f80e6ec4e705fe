"""Dead air by the table that the page's picture is held to as well (`tests/js/dead_air.test.mjs`)."""

import json
from pathlib import Path
from typing import Any

import pytest

from playground.engine.events import Segment, TurnClosed, TurnStatus, Word
from playground.engine.speech.dead_air import dead_air_ms

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "dead_air_cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_dead_air_is_all_silence_up_to_the_end_of_the_speech(case: dict[str, Any]) -> None:
    closed = TurnClosed(
        t_ms=case["ended_ms"],
        status=TurnStatus(case["status"]),
        text=case["text"],
        heard_text=case["heard_text"],
        finish_reason=case["finish_reason"],
    )
    heard = [segment_of(number, given) for number, given in enumerate(case["segments"])]
    assert dead_air_ms(closed, heard) == case["dead_air_ms"]


def segment_of(number: int, given: dict[str, Any]) -> Segment:
    return Segment(
        id=number,
        kind=given["kind"],
        index=None,
        text="as spoken",
        synthesis_ms=0,
        starts_ms=given["starts_ms"],
        ends_ms=given["ends_ms"],
        words=tuple(Word(*word) for word in given.get("words", ())),
        pauses_ms=tuple((start, end) for start, end in given.get("pauses", ())),
    )
