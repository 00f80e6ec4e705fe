"""Medians, percentiles and the comparison of two versions in words."""

from dataclasses import replace

import pytest

from playground.engine.distribution import Distribution, MeasuredTurn, distributions


def turns(name: str, *times: int | None) -> list[MeasuredTurn]:
    return [MeasuredTurn(f"t{place}", "c1", "Hello", {name: ms}) for place, ms in enumerate(times)]


def measured(name: str, now: list[MeasuredTurn], before: list[MeasuredTurn]) -> Distribution:
    return next(each for each in distributions(now, before, 2) if each.name == name)


def test_turns_without_the_measure_do_not_count() -> None:
    distribution = measured("ttft", turns("ttft", 100, None, 200, 300, 400, 1_000), [])
    assert (distribution.count, distribution.p50_ms, distribution.p95_ms) == (5, 300, 880)
    assert measured("first_audio", turns("ttft", 70), []).p50_ms is None


@pytest.mark.parametrize(
    ("name", "now", "before", "words"),
    [
        ("first_audio", 820, 960, "140 ms faster than version 2"),
        ("ttft", 2_960, 820, "2,140 ms slower than version 2"),
        ("dead_air", 820, 960, "140 ms less than version 2"),
        ("dead_air", 960, 820, "140 ms more than version 2"),
        ("ttft", 820, 829, "the same as version 2, within 10 ms"),
    ],
)
def test_a_version_is_compared_in_words(name: str, now: int, before: int, words: str) -> None:
    assert measured(name, turns(name, *[now] * 5), turns(name, *[before] * 5)).compared == words


def test_few_turns_have_no_p95() -> None:
    few = measured("ttft", turns("ttft", 70, 80, 90, 100), [])
    assert (few.p50_ms, few.p95_ms) == (85, None)


def test_versions_that_were_told_other_words_are_compared_with_that_said() -> None:
    now, before = turns("ttft", *[100] * 5), turns("ttft", *[200] * 5)
    others = [replace(turn, words="Another question") for turn in before]
    assert measured("ttft", now, others).compared == "100 ms faster than version 2; other words were said"
    assert measured("ttft", [*now, *now], before).compared == "100 ms faster than version 2"


def test_few_turns_are_not_compared() -> None:
    few, enough = turns("ttft", *[100] * 4), turns("ttft", *[200] * 5)
    assert "that takes 5 turns of both" in measured("ttft", enough, few).compared
    assert distributions(enough, enough, None)[0].compared == ""
