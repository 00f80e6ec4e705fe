"""A caller's wait by the table that the page's waits are held to as well (`tests/js/callers_wait.test.mjs`)."""

import json
from pathlib import Path
from typing import Any

import pytest

from playground.engine.callers_wait import TurnOfWait, wait_times

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "callers_wait_cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_times_of_a_wait(case: dict[str, Any]) -> None:
    assert wait_times([turn_of_wait(given) for given in case["turns"]]) == case["times"]


def turn_of_wait(given: dict[str, Any]) -> TurnOfWait:
    return TurnOfWait(
        created_ms=given["at_ms"],
        timings=given["timings_ms"],
        is_interrupted=given.get("status") == "interrupted",
        text=given.get("text", ""),
        heard_text=given.get("heard_text", given.get("text", "")),
        segments=given.get("segments", []),
        sources=given.get("sources", []),
    )
