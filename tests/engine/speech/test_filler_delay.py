"""The delay that is recommended for a filler: short silences, and few answers that wait for its end."""

import pytest

from playground.engine.speech.filler_delay import WaitedTurn, delay_advice, waiting

PHRASE_MS = 700


def advice(*ready_ms: int, present_ms: int) -> tuple[int, bool]:
    advice = delay_advice([WaitedTurn(ready, PHRASE_MS) for ready in ready_ms], present_ms)
    assert advice is not None
    return advice.best.delay_ms, advice.is_a_change


@pytest.mark.parametrize(
    ("ready_ms", "silence_ms", "held_back_ms"),
    [(900, 900, 0), (3_000, 1_300, 0), (2_000, 1_000, 0), (1_100, 1_000, 600)],
    ids=["no filler", "silence after it", "silence before it", "an answer that waits for its end"],
)
def test_a_turn_s_longest_silence_counts_and_what_a_ready_answer_waits(
    ready_ms: int, silence_ms: int, held_back_ms: int
) -> None:
    waited = waiting([WaitedTurn(ready_ms, PHRASE_MS)], 1_000)
    assert (waited.silence_ms, waited.held_back_ms) == (silence_ms, held_back_ms)


def test_the_filler_of_a_slow_llm_parts_the_silence() -> None:
    assert advice(*[3_000] * 5, present_ms=2_500) == (1_200, True)


def test_answers_that_come_in_time_are_not_held_back() -> None:
    assert advice(*[900] * 5, present_ms=800) == (5_000, True)


def test_a_delay_that_is_as_good_is_no_change() -> None:
    assert advice(*[900] * 5, present_ms=1_000) == (5_000, False)


def test_few_turns_say_nothing() -> None:
    assert delay_advice([WaitedTurn(3_000, PHRASE_MS)] * 4, 2_000) is None
