"""An answer that is longer than its persona allows: the turn is cut as by an interrupt, with its own reason."""

from dataclasses import replace

import pytest

from playground.engine.errors.codes import Code
from playground.engine.events import PlayoutEnded, PlayoutStarted, SpeakingStopped, TurnKind, TurnStatus
from playground.engine.persona import BargeIn, BargeInSettings
from playground.turns.interrupt import Interrupt
from tests.playground.scripted_llm import END, Step, text
from tests.playground.turn_harness import PERSONA, TurnResult, plan, run_turn

FIRST = "Once upon a time, deep in a forest, a wolf lived alone."
SECOND = "Do you know what he ate, when the long winter came?"
ENDLESS: list[Step] = [0.3, text(f"{FIRST} "), text(f"{SECOND} "), text("And then "), 60.0]
SHORT = replace(PERSONA, max_answer_s=2)


def begun_words(turn: TurnResult, until_ms: int) -> int:
    segments = [event.segment for event in turn.of(PlayoutStarted)]
    return max(word.end for segment in segments for word in segment.words if word.at_ms < until_ms)


def test_the_voice_and_the_request_end_when_so_much_was_spoken() -> None:
    turn = run_turn(ENDLESS, plan=plan(SHORT))
    cut_ms = turn.of(PlayoutStarted)[0].t_ms + 2_000
    assert turn.closed.status is TurnStatus.INTERRUPTED
    assert turn.closed.t_ms == cut_ms
    assert turn.llm.left_at_s == [cut_ms / 1_000]
    assert turn.of(PlayoutEnded)[-1].cut
    assert turn.of(SpeakingStopped)[-1].interrupted
    assert turn.closed.heard_text == turn.closed.text[: begun_words(turn, cut_ms)]
    assert turn.closed.text == f"{FIRST} {SECOND} And then "


def test_the_closing_event_names_the_setting() -> None:
    error = run_turn(ENDLESS, plan=plan(SHORT)).closed.error
    assert error is not None
    assert error.code is Code.ANSWER_TOO_LONG
    assert "after 2 s of speech" in error.message
    assert "“Longest answer”" in error.message


def test_it_counts_across_sentences() -> None:
    turn = run_turn(ENDLESS, plan=plan(replace(PERSONA, max_answer_s=5)))
    first, second = (event.segment for event in turn.of(PlayoutStarted))
    assert turn.closed.t_ms == second.starts_ms + 5_000 - (first.ends_ms - first.starts_ms)


def test_an_answer_that_was_received_whole_is_cut_too() -> None:
    turn = run_turn([text(FIRST), END], plan=plan(SHORT))
    assert turn.closed.status is TurnStatus.INTERRUPTED
    assert turn.closed.t_ms == turn.of(PlayoutStarted)[0].t_ms + 2_000


def test_a_shorter_answer_is_completed() -> None:
    turn = run_turn([text(FIRST), END], plan=plan(replace(PERSONA, max_answer_s=60)))
    assert (turn.closed.status, turn.closed.error) == (TurnStatus.COMPLETED, None)


def test_instant_speech_is_cut_after_the_same_words() -> None:
    in_time, instant = (run_turn(ENDLESS, plan=plan(SHORT, is_instant=way)) for way in (False, True))
    assert instant.closed.status is TurnStatus.INTERRUPTED
    assert instant.closed.error is not None
    assert instant.closed.heard_text == in_time.closed.heard_text
    assert instant.closed.t_ms == 300


@pytest.mark.parametrize("kind", [TurnKind.ECHO, TurnKind.GREETING])
def test_what_the_llm_did_not_write_is_not_limited(kind: TurnKind) -> None:
    turn = run_turn(plan=plan(SHORT, kind=kind, text=f"{FIRST} {SECOND}", call=None))
    assert turn.closed.status is TurnStatus.COMPLETED


def test_no_barge_in_rule_holds_it_back() -> None:
    rules = BargeInSettings(mode=BargeIn.PHRASE, no_interrupt_ms=60_000)
    turn = run_turn(ENDLESS, plan=plan(replace(SHORT, barge_in=rules)))
    assert turn.closed.t_ms == turn.of(PlayoutStarted)[0].t_ms + 2_000


def test_an_interrupt_before_it_needs_no_reason() -> None:
    turn = run_turn(ENDLESS, plan=plan(SHORT), interrupt_at_s=1.0, interrupt=Interrupt())
    assert (turn.closed.t_ms, turn.closed.error) == (1_000, None)


def test_an_interrupt_that_is_held_until_then_leaves_the_reason() -> None:
    rules = BargeInSettings(mode=BargeIn.PHRASE, no_interrupt_ms=60_000)
    turn = run_turn(
        ENDLESS, plan=plan(replace(SHORT, barge_in=rules)), interrupt_at_s=1.0, interrupt=Interrupt()
    )
    assert turn.closed.t_ms == turn.of(PlayoutStarted)[0].t_ms + 2_000
    assert turn.closed.error is not None
    assert turn.closed.error.code is Code.ANSWER_TOO_LONG
