"""The numbers of a caller's wait as the call log stores them."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from playground.engine.call_summary import NOT_MEASURED, SUMMED, summed
from playground.engine.distribution import MeasuredTurn, distributions
from playground.engine.json_types import Json
from playground.engine.slot_counts import AUDIO, LONGEST_MS, changed, counts_of, period_of
from playground.engine.wait_numbers import WaitNumbers, wait_of, waits_in

START = datetime(2026, 1, 1, tzinfo=UTC)
CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "speech" / "dead_air_cases.json").read_text()
)


def segment(**given: Any) -> Json:
    shape = {"id": 0, "kind": "sentence", "index": 0, "synthesis_ms": 0, "words": [], "pauses": []}
    return shape | given


def turn(pk: str, position: int, **given: Any) -> Json:
    shape: Json = {
        "pk": pk,
        "position": position,
        "kind": "user",
        "continues_id": None,
        "status": "completed",
        "user_text": "",
        "text": "",
        "heard_text": given.get("text", ""),
        "timings": {},
        "timeline": {},
        "tool_results": {},
        "error": None,
        "created_at": START,
        "closed_at": START,
    }
    return shape | given


def asking(source: str, **given: Any) -> Json:
    """A turn of 414 ms that calls a tool; its result comes 250 ms later, from ``source``."""
    return turn(
        "t1",
        0,
        user_text="Is it warm?",
        timeline={"tool_calls": [{"id": "k", "name": "weather", "arguments": "{}", "valid": True}]},
        tool_results={"k": {"output": "{}", "status": "success", "source": source}},
        timings={"ttfb": 310, "dead_air": 414, "total": 414},
        **given,
    )


GOING_ON = turn(
    "t2",
    1,
    kind="continuation",
    continues_id="t1",
    text="Hi there.",
    timeline={"segments": [segment(starts_ms=791, ends_ms=1_500)], "finish_reason": "stop"},
    timings={"first_audio": 791, "dead_air": 791, "total": 1_500},
    created_at=START + timedelta(milliseconds=664),
)


def only_wait(*turns: Json) -> WaitNumbers:
    (wait,) = waits_in(turns)
    return wait_of(wait)


def test_a_turns_start_is_cut_to_whole_milliseconds_as_the_page_reads_it() -> None:
    first = asking("mock") | {"created_at": START + timedelta(microseconds=600)}
    second = GOING_ON | {"created_at": START + timedelta(microseconds=664_400)}
    assert only_wait(first, second).first_audio_ms == 414 + 250 + 791


def test_a_tool_round_is_one_wait_with_the_tools_time() -> None:
    wait = only_wait(asking("mock"), GOING_ON)
    assert (wait.turns, wait.first_audio_ms, wait.dead_air_ms) == (2, 664 + 791, 664 + 791)
    assert wait.longest_silence_ms == 664 + 791
    assert wait.has_tool_calls
    assert wait.last_turn_id == "t2"
    assert wait.text == "Is it warm?\nHi there."


def test_a_caller_does_not_wait_for_a_result_given_by_hand() -> None:
    wait = only_wait(asking("hand"), GOING_ON)
    assert wait.first_audio_ms == wait.dead_air_ms == 414 + 791


def test_words_before_the_call_divide_the_silence() -> None:
    spoken = asking("mock", text="One moment.")
    spoken["timeline"] |= {"segments": [segment(starts_ms=320, ends_ms=400)]}
    wait = only_wait(spoken | {"timings": spoken["timings"] | {"first_audio": 320}}, GOING_ON)
    assert wait.first_audio_ms == 320
    assert wait.dead_air_ms == 320 + (664 + 791 - 400)
    assert wait.longest_silence_ms == 664 + 791 - 400


def test_what_is_open_or_continues_nothing_before_it_is_no_part_of_a_wait() -> None:
    waits = waits_in(
        [asking("mock"), GOING_ON | {"continues_id": "other"}, turn("t3", 2), turn("t4", 3, closed_at=None)]
    )
    assert [[each.row["pk"] for each in wait] for wait in waits] == [["t1"], ["t2"], ["t3"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_longest_silence_is_one_of_the_dead_air(case: dict[str, Any]) -> None:
    segments = [segment(**given | {"id": number}) for number, given in enumerate(case["segments"])]
    wait = only_wait(
        turn(
            "t1",
            0,
            status=case["status"],
            text=case["text"],
            heard_text=case["heard_text"],
            timings={"total": case["ended_ms"], "dead_air": case["dead_air_ms"], "first_audio": 1},
            timeline={"segments": segments, "finish_reason": case["finish_reason"]},
        )
    )
    assert wait.dead_air_ms == case["dead_air_ms"]
    assert wait.longest_silence_ms is not None
    assert wait.longest_silence_ms <= case["dead_air_ms"]


def test_a_silence_that_nothing_ended_is_not_measured() -> None:
    unheard = turn("t1", 0, status="failed", error={"code": "stalled"}, timings={"dead_air": 5, "total": 5})
    wait = only_wait(unheard)
    assert (wait.dead_air_ms, wait.longest_silence_ms, wait.error_code) == (None, None, "stalled")
    interrupted = only_wait(unheard | {"status": "interrupted"})
    assert (interrupted.dead_air_ms, interrupted.longest_silence_ms) == (5, 5)


def test_waits_add_up() -> None:
    def wait(first_audio_ms: int | None, **given: Any) -> list[Any]:
        values = {
            "turns": 1,
            "dead_air_ms": first_audio_ms,
            "longest_silence_ms": first_audio_ms,
            "is_failed": False,
            "is_interrupted": False,
            "has_tool_calls": False,
            "first_audio_ms": first_audio_ms,
        } | given
        return [values[name] for name in SUMMED]

    sums = summed([wait(100), wait(900, turns=2, has_tool_calls=True), wait(None, is_failed=True), wait(200)])
    assert sums == {
        "turns": 5,
        "waits": 4,
        "first_audio_ms": 200,
        "dead_air_ms": 1_200,
        "longest_silence_ms": 900,
        "failed": 1,
        "interrupted": 0,
        "has_failed": True,
        "has_interrupted": False,
        "has_tool_calls": True,
    }
    assert summed([])["first_audio_ms"] == NOT_MEASURED


def test_hours_tell_turns_errors_and_times_of_a_period() -> None:
    heard = only_wait(asking("mock"), GOING_ON)
    failed = only_wait(turn("t3", 2, status="failed", error={"code": "stalled"}, timings={"first_audio": 9}))
    counts: dict[str, int] = {}
    for wait in [heard, failed, heard]:
        counts = changed(counts, added=counts_of(wait, is_stand_in=False, properties={}), removed={})
    period = period_of([counts, counts])
    assert (period.turns, period.failed, period.errors) == (10, 2, (("stalled", 2),))
    assert (period.heard, period.p50_ms, period.p95_ms) == (4, 1_455, None)
    assert changed(counts, added={}, removed=counts) == {}


def test_hours_leave_out_stand_ins_and_times_of_speech_that_is_heard_at_once() -> None:
    heard = only_wait(asking("mock"), GOING_ON)
    assert counts_of(heard, is_stand_in=True, properties={}) == {}
    at_once = counts_of(heard, is_stand_in=False, properties={"simulated_speech": "instant"})
    assert at_once == {"turns": 2}


@pytest.mark.parametrize("times", [[745], [740, 745, 4_783, 4_790], [*range(101, 2_100, 87), 300, 300]])
def test_percentiles_are_those_of_the_times_page(times: list[int]) -> None:
    turns = [MeasuredTurn("t", "c", "", {"first_audio": ms}) for ms in times]
    shown = next(each for each in distributions(turns, [], None) if each.name == "first_audio")
    period = period_of([{f"audio:{ms}": count} for ms, count in Counter(times).items()])
    assert (period.p50_ms, period.p95_ms) == (shown.p50_ms, shown.p95_ms)


def test_a_slot_of_many_turns_keeps_its_size_and_its_times_within_one_percent() -> None:
    each_ms = range(LONGEST_MS + 1)
    exact = {f"{AUDIO}{ms}": 1 for ms in each_ms}
    counts = changed(exact, added={"turns": 1}, removed={})
    assert counts.pop("turns") == 1
    assert len(counts) < 500
    steps = sorted((int(name.removeprefix(AUDIO)), count) for name, count in counts.items())
    counted_ms = [ms for ms, count in steps for _ in range(count)]
    off = zip(each_ms, counted_ms, strict=True)
    assert [pair for pair in off if abs(pair[1] - pair[0]) > max(1, pair[0] / 100)] == []


def test_a_time_that_is_counted_in_a_step_is_taken_out_of_it() -> None:
    exact = {f"{AUDIO}{ms}": 1 for ms in range(1_000, 2_000)}
    counts = changed(exact, added={}, removed={})
    replaced = changed(counts, added={f"{AUDIO}70": 1}, removed={f"{AUDIO}1503": 1})
    assert sum(replaced.values()) == 1_000
    del exact[f"{AUDIO}1503"]
    assert changed(replaced, added={}, removed=exact) == {f"{AUDIO}70": 1}
