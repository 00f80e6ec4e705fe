"""An interrupted turn: when the voice stops, what was heard, and that the LLM is left in every phase."""

from dataclasses import replace

import pytest

from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.events import (
    InterruptHeld,
    PlayoutEnded,
    PlayoutStarted,
    SpeakingStopped,
    TurnStatus,
)
from playground.engine.persona import BargeIn, BargeInSettings
from playground.turns.interrupt import Interrupt
from tests.playground.scripted_llm import END, ROLE, STOP, Step, call, chunk, text
from tests.playground.turn_harness import FILLER, PERSONA, plan, run_turn, starts

FIRST = "Once upon a time, deep in a forest, a wolf lived alone."
SECOND = "Do you know what he ate?"
STORY: list[Step] = [0.3, ROLE, 0.1, text("Once upon a time, deep in a forest, "), 0.2, text("a wolf lived alone. "),
                     0.2, text("Do you know what he ate?"), 0.1, END]  # fmt: skip
SLOW: list[Step] = [4.0, text("Here it is."), END]


class TestInterrupt:
    def test_stops_the_speech_and_closes_the_request_at_once(self) -> None:
        endless: list[Step] = [text(FIRST + " "), text("And then "), 60.0]
        turn = run_turn(endless, plan=plan(), interrupt_at_s=2.0)
        assert turn.closed.status is TurnStatus.INTERRUPTED
        assert turn.closed.t_ms == 2_000
        assert turn.llm.left_at_s == [2.0]
        assert turn.of(PlayoutEnded)[-1].cut
        assert turn.of(SpeakingStopped)[-1].interrupted

    def test_ends_the_voice_and_the_turn_at_the_same_moment_on_a_busy_loop(self) -> None:
        turn = run_turn(STORY, plan=plan(), interrupt_at_s=1.5, emitting_takes_s=0.002)
        assert turn.at(PlayoutEnded)[-1] == turn.at(SpeakingStopped)[-1] == turn.closed.t_ms

    def test_the_heard_text_ends_with_the_last_word_whose_playout_had_begun(self) -> None:
        turn = run_turn(STORY, plan=plan(), interrupt_at_s=1.5)
        begun = [word.end for word in turn.of(PlayoutStarted)[0].segment.words if word.at_ms <= 1_500]
        assert 0 < max(begun) < len(FIRST)
        assert turn.closed.heard_text == FIRST[: max(begun)]
        assert turn.closed.text == f"{FIRST} {SECOND}"

    def test_before_the_first_byte_leaves_nothing_heard(self) -> None:
        turn = run_turn([30.0, text("Late."), END], plan=plan(), interrupt_at_s=1.0)
        assert turn.closed.status is TurnStatus.INTERRUPTED
        assert (turn.closed.text, turn.closed.heard_text) == ("", "")
        assert turn.llm.left_at_s == [1.0]

    def test_during_the_filler_leaves_nothing_heard(self) -> None:
        turn = run_turn(SLOW, plan=plan(replace(PERSONA, filler=FILLER)), interrupt_when=starts("Great"))
        assert turn.closed.heard_text == ""
        assert [segment.kind for segment in turn.played] == ["filler"]

    def test_in_a_stall_leaves_the_silence_up_to_it_as_dead_air(self) -> None:
        endless: list[Step] = [text(FIRST + " "), text("And then "), 60.0]
        turn = run_turn(endless, plan=plan(), interrupt_at_s=15.0)
        spoken_ms = turn.played[-1].ends_ms - turn.played[0].starts_ms
        assert turn.played[-1].ends_ms < 14_000
        assert turn.closed.timings.dead_air == 15_000 - spoken_ms

    def test_at_a_word_keeps_no_more_than_that(self) -> None:
        turn = run_turn(STORY, plan=plan(), interrupt_at_s=2.5, interrupt=Interrupt(at_offset=4))
        assert turn.closed.heard_text == "Once"

    def test_after_the_end_of_the_speech_changes_nothing(self) -> None:
        turn = run_turn(STORY, plan=plan(), interrupt_at_s=600.0)
        assert turn.closed.status is TurnStatus.COMPLETED

    def test_text_that_came_is_kept_although_its_sentence_was_not_complete(self) -> None:
        turn = run_turn([text("Half a sen"), 60.0], plan=plan(), interrupt_at_s=1.0)
        assert turn.closed.text == turn.text == "Half a sen"

    def test_a_phrase_is_finished_first_where_the_persona_says_so(self) -> None:
        persona = replace(PERSONA, barge_in=BargeInSettings(mode=BargeIn.PHRASE))
        turn = run_turn(STORY, plan=plan(persona), interrupt_at_s=1.5)
        first = turn.of(PlayoutStarted)[0].segment
        assert turn.at(InterruptHeld) == [1_500]
        assert turn.closed.t_ms == first.ends_ms
        assert turn.closed.heard_text == FIRST

    def test_is_held_back_during_the_no_interrupt_time(self) -> None:
        persona = replace(PERSONA, barge_in=BargeInSettings(no_interrupt_ms=1_000))
        turn = run_turn(STORY, plan=plan(persona), interrupt_at_s=1.5)
        assert turn.closed.t_ms == turn.of(PlayoutStarted)[0].t_ms + 1_000

    def test_one_that_is_held_back_gives_way_to_the_end_of_the_conversation(self) -> None:
        persona = replace(PERSONA, barge_in=BargeInSettings(mode=BargeIn.PHRASE, no_interrupt_ms=60_000))
        turn = run_turn(STORY, plan=plan(persona), interrupt_at_s=1.5, end_at_s=1.7)
        assert turn.at(InterruptHeld) == [1_500]
        assert turn.closed.t_ms == 1_700

    def test_the_end_of_the_conversation_is_not_held_back(self) -> None:
        persona = replace(PERSONA, barge_in=BargeInSettings(mode=BargeIn.PHRASE, no_interrupt_ms=60_000))
        final = Interrupt(is_final=True)
        turn = run_turn(STORY, plan=plan(persona), interrupt_at_s=1.5, interrupt=final)
        assert turn.closed.t_ms == 1_500


class TestInterruptInEveryPhase:
    """Where the request stands when the interrupt comes, the connection is left at that very moment."""

    RETRY = UpstreamError(Code.RATE_LIMITED, "Too many requests.", retry_after_ms=3_000, may_retry=True)

    @pytest.mark.parametrize(
        ("script", "at_s"),
        [
            ([60.0], 1.0),
            ([ROLE, 60.0], 1.0),
            ([chunk({"reasoning_content": "hm "}), 60.0], 1.0),
            ([text("Half a sen"), 60.0], 1.0),
            ([text(FIRST + " And"), 60.0], 0.1),
            ([text(FIRST + " And"), 60.0], 2.0),
            ([text(FIRST + " And"), 60.0], 15.0),
            ([call(0, id="call_1", name="look", arguments="{"), 60.0], 1.0),
            ([text("All."), STOP, 60.0], 0.1),
        ],
        ids=[
            "no byte",
            "role",
            "reasoning",
            "half a sentence",
            "synthesis",
            "speech",
            "silence",
            "call",
            "usage",
        ],
    )
    def test_the_request_is_closed(self, script: list[Step], at_s: float) -> None:
        turn = run_turn(script, plan=plan(), interrupt_at_s=at_s)
        assert turn.closed.status is TurnStatus.INTERRUPTED
        assert turn.llm.left_at_s == [at_s]
        assert turn.closed.t_ms == at_s * 1_000
        assert turn.closed.tool_calls == ()

    def test_while_it_connects(self) -> None:
        turn = run_turn([text("Late."), END], plan=plan(), interrupt_at_s=1.0, connects_after_s=5.0)
        assert turn.closed.status is TurnStatus.INTERRUPTED
        assert turn.llm.left_at_s == [1.0]

    def test_while_a_second_attempt_is_waited_for_nothing_more_is_sent(self) -> None:
        turn = run_turn([self.RETRY], [text("Late."), END], plan=plan(), interrupt_at_s=1.0)
        assert turn.closed.status is TurnStatus.INTERRUPTED
        assert turn.closed.t_ms == 1_000
        assert len(turn.llm.requests) == 1

    def test_with_the_filler_speaking_both_stop(self) -> None:
        turn = run_turn([60.0], plan=plan(replace(PERSONA, filler=FILLER)), interrupt_at_s=1.2)
        assert turn.llm.left_at_s == [1.2]
        assert [(event.t_ms, event.cut) for event in turn.of(PlayoutEnded)] == [(1_200, True)]

    def test_a_held_one_leaves_the_request_open_until_it_is_let_through(self) -> None:
        persona = replace(PERSONA, barge_in=BargeInSettings(no_interrupt_ms=1_000))
        turn = run_turn([text(FIRST + " And"), 60.0], plan=plan(persona), interrupt_at_s=0.5)
        let_through_s = (turn.of(PlayoutStarted)[0].t_ms + 1_000) / 1_000
        assert turn.llm.left_at_s == [let_through_s]
        assert turn.closed.t_ms == let_through_s * 1_000
