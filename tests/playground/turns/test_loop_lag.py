"""A process that stands still, or has too much to do, doesn't blame the server for its own silence."""

import pytest

from playground.engine.answer.answer_messages import held_up
from playground.engine.errors.codes import Code
from playground.engine.events import NoteMade, TurnStatus
from playground.engine.limits import DEFAULT_LIMITS, Limits
from tests.playground.scripted_llm import END, ROLE, Step, text
from tests.playground.turn_harness import TurnResult, plan, run_turn

GAP_S = DEFAULT_LIMITS.content_gap_ms / 1000
ANSWER: list[Step] = [ROLE, text("One. "), 5.0, text("Two."), 1.0, END]
SILENT: list[Step] = [text("One. "), 1_000.0]


def notes(turn: TurnResult) -> list[str]:
    return [note.note for note in turn.of(NoteMade)]


@pytest.mark.parametrize("for_s", [GAP_S, 10 * GAP_S], ids=["as long as a gap", "beyond all limits"])
def test_an_answer_that_came_meanwhile_is_taken(for_s: float) -> None:
    turn = run_turn(ANSWER, plan=plan(is_instant=True), held_up_at_s=2.0, held_up_for_s=for_s)
    assert (turn.closed.status, turn.closed.text) == (TurnStatus.COMPLETED, "One. Two.")
    assert len(notes(turn)) == 1
    assert notes(turn)[0].startswith("Greenroom itself was held up for ")


def test_headers_that_came_meanwhile_are_taken() -> None:
    turn = run_turn(
        ANSWER, plan=plan(is_instant=True), connects_after_s=3.0, held_up_at_s=1.0, held_up_for_s=60.0
    )
    assert turn.closed.status is TurnStatus.COMPLETED


def test_a_server_that_is_silent_afterwards_too_has_stalled() -> None:
    turn = run_turn(SILENT, plan=plan(is_instant=True), held_up_at_s=5.0, held_up_for_s=60.0)
    assert turn.closed.error is not None
    assert turn.closed.error.code is Code.STALLED
    assert turn.closed.t_ms == pytest.approx((GAP_S + 60.0) * 1000, abs=200)
    assert held_up(60_000)[:40] in notes(turn)[0]


def test_deltas_that_waited_here_were_held_back_by_no_proxy() -> None:
    deltas: list[Step] = [
        step for word in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] for step in (text(word), 0.2)
    ]
    turn = run_turn([0.3, *deltas, END], plan=plan(is_instant=True), held_up_at_s=0.1, held_up_for_s=9.0)
    assert [note for note in notes(turn) if "proxy_buffering" in note] == []


def test_a_short_delay_is_no_news() -> None:
    turn = run_turn(ANSWER, plan=plan(is_instant=True), held_up_at_s=2.0, held_up_for_s=0.9)
    assert notes(turn) == []


def test_the_limit_of_a_turn_counts_the_time_in_which_it_was_read() -> None:
    limits = Limits(turn_ms=10_000)
    steady: list[Step] = [step for _ in range(20) for step in (text("word "), 1.0)]
    turn = run_turn(steady, plan=plan(is_instant=True), limits=limits, held_up_at_s=5.5, held_up_for_s=7.0)
    assert turn.closed.error is not None
    assert turn.closed.error.code is Code.TURN_TIMEOUT
    assert turn.closed.t_ms == pytest.approx(17_000, abs=200)


def test_the_deadlines_timer_may_fire_before_the_one_that_measures() -> None:
    limits = Limits(content_gap_ms=20_050)
    answer: list[Step] = [text("One. "), 5.0, text("Two. "), 18.0, text("Three."), END]
    turn = run_turn(answer, plan=plan(is_instant=True), limits=limits, held_up_at_s=20.02, held_up_for_s=60.0)
    assert turn.closed.status is TurnStatus.COMPLETED
