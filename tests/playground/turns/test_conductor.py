"""The conductor in a good turn: what happens, and when, with and without a filler."""

from dataclasses import replace

import pytest

from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.events import (
    AnswerBegan,
    AnswerEnded,
    ContentDelta,
    FillerSkipped,
    FillerStarted,
    NoteMade,
    SentenceCompleted,
    SpeakingStarted,
    SpeakingStopped,
    TurnClosed,
    TurnKind,
    TurnStarted,
    TurnStatus,
)
from playground.engine.limits import DEFAULT_LIMITS
from playground.engine.persona import FillerSettings
from playground.engine.speech.fillers import SkipReason
from playground.engine.speech.voices import voice_of
from playground.turns.filler_pick import filler_pick
from tests.playground.scripted_llm import END, ROLE, Step, text
from tests.playground.turn_harness import FILLER, PERSONA, plan, run_turn

VOICE = voice_of(PERSONA.speech)
FIRST = "Once upon a time, deep in a forest, a wolf lived alone."
SECOND = "Do you know what he ate?"
STORY: list[Step] = [0.3, ROLE, 0.1, text("Once upon a time, deep in a forest, "), 0.2, text("a wolf lived alone. "),
                     0.2, text("Do you know what he ate?"), 0.1, END]  # fmt: skip


class TestAnAnswer:
    def test_is_told_delta_by_delta_and_sentence_by_sentence(self) -> None:
        turn = run_turn(STORY, plan=plan())
        assert turn.text == f"{FIRST} {SECOND}"
        assert turn.sentences == [FIRST, SECOND]
        assert turn.at(ContentDelta) == [400, 600, 800]
        assert turn.closed.status is TurnStatus.COMPLETED
        assert turn.closed.text == turn.closed.heard_text == f"{FIRST} {SECOND}"
        assert turn.closed.finish_reason == "stop"

    def test_begins_with_the_turn_and_ends_with_exactly_one_closing_event(self) -> None:
        turn = run_turn(STORY, plan=plan())
        assert isinstance(turn.events[0], TurnStarted)
        assert turn.events[-1] is turn.closed
        assert len(turn.of(TurnClosed)) == 1

    def test_never_goes_back_in_time(self) -> None:
        times = [event.t_ms for event in run_turn(STORY, plan=plan()).events]
        assert times == sorted(times)

    def test_has_its_numbers(self) -> None:
        turn = run_turn(STORY, plan=plan())
        timings = turn.closed.timings
        assert (timings.ttfb, timings.ttft, timings.first_sentence) == (300, 400, 800)
        assert timings.first_audio == 800 + VOICE.synthesis_ms(FIRST)
        assert timings.total == turn.played[-1].ends_ms == turn.closed.t_ms

    def test_is_spoken_sentence_after_sentence_without_a_gap_where_synthesis_keeps_up(self) -> None:
        first, second = run_turn(STORY, plan=plan()).played
        assert first.text == FIRST
        assert first.ends_ms - first.starts_ms == VOICE.duration_ms(FIRST)
        assert second.starts_ms == first.ends_ms

    def test_dead_air_is_all_silence_to_the_end_of_the_speech(self) -> None:
        turn = run_turn(STORY, plan=plan())
        spoken_ms = sum(segment.ends_ms - segment.starts_ms for segment in turn.played)
        assert turn.closed.timings.dead_air == turn.played[-1].ends_ms - spoken_ms
        assert turn.closed.timings.dead_air == turn.played[0].starts_ms

    def test_a_pause_between_sentences_is_dead_air_and_is_told_as_silence(self) -> None:
        slow: list[Step] = [text("One. "), text("Two. "), 20.0, text("Three."), END]
        turn = run_turn(slow, plan=plan(), limits=replace(DEFAULT_LIMITS, content_gap_ms=30_000))
        assert len(turn.of(SpeakingStarted)) == 2
        assert len(turn.of(SpeakingStopped)) == 2
        gap_ms = turn.played[2].starts_ms - turn.played[1].ends_ms
        assert turn.closed.timings.dead_air == turn.played[0].starts_ms + gap_ms

    def test_the_reader_never_waits_for_the_speaker(self) -> None:
        many: list[Step] = [text(f"Sentence number {n} is here. ") for n in range(50)]
        turn = run_turn([*many, END], plan=plan())
        assert max(turn.at(ContentDelta)) == 0
        assert turn.closed.t_ms > 10_000
        assert turn.llm.left_at_s == [0.0]

    def test_an_unambiguous_end_is_committed_when_the_deltas_pause(self) -> None:
        turn = run_turn([text("It is late. "), 5.0, text("Good night."), END], plan=plan())
        assert turn.at(SentenceCompleted)[0] == DEFAULT_LIMITS.idle_sentence_ms

    def test_says_once_when_the_answer_begins_and_that_no_more_of_it_comes(self) -> None:
        turn = run_turn(STORY, plan=plan())
        assert turn.at(AnswerBegan) == [turn.closed.timings.ttfb]
        assert turn.at(AnswerEnded) == [900]
        assert turn.closed.t_ms > 900

    def test_an_instant_conversation_is_heard_at_once(self) -> None:
        turn = run_turn(STORY, plan=plan(is_instant=True))
        assert turn.closed.t_ms == 900
        assert turn.closed.heard_text == f"{FIRST} {SECOND}"

    def test_a_model_that_says_nothing_completes_and_says_so(self) -> None:
        turn = run_turn([ROLE, END], plan=plan())
        assert turn.closed.status is TurnStatus.COMPLETED
        assert [note.note for note in turn.of(NoteMade)] == ["The model said nothing."]


class TestFiller:
    SLOW: list[Step] = [4.0, text("Here it is."), END]

    def test_plays_when_nothing_has_begun_to_play_after_the_delay(self) -> None:
        turn = run_turn(self.SLOW, plan=plan(replace(PERSONA, filler=FILLER)), pick=1)
        assert [(event.t_ms, event.phrase) for event in turn.of(FillerStarted)] == [(1_000, "Just a moment")]
        assert [segment.kind for segment in turn.played] == ["filler", "sentence"]

    def test_does_not_play_when_the_answer_plays_first(self) -> None:
        turn = run_turn([text("Yes. "), text("So."), END], plan=plan(replace(PERSONA, filler=FILLER)))
        assert [event.reason for event in turn.of(FillerSkipped)] == [SkipReason.ANSWER_IN_TIME]
        assert not turn.of(FillerStarted)

    def test_plays_although_a_sentence_is_complete_whose_synthesis_is_not(self) -> None:
        just_late = (FILLER.activation_delay_ms - VOICE.synthesis_ms("Here it is.") + 1) / 1_000
        turn = run_turn([just_late, text("Here it is."), END], plan=plan(replace(PERSONA, filler=FILLER)))
        assert [segment.kind for segment in turn.played] == ["filler", "sentence"]

    def test_is_never_cut_short_by_the_answer(self) -> None:
        turn = run_turn([1.1, text("Here it is."), END], plan=plan(replace(PERSONA, filler=FILLER)))
        filler, sentence = turn.played
        assert filler.ends_ms - filler.starts_ms == VOICE.duration_ms("Great question!")
        assert sentence.starts_ms == max(filler.ends_ms, 1_100 + VOICE.synthesis_ms("Here it is."))

    def test_shortens_the_dead_air_and_is_no_first_audio(self) -> None:
        without = run_turn(self.SLOW, plan=plan()).closed.timings
        turn = run_turn(self.SLOW, plan=plan(replace(PERSONA, filler=FILLER)))
        assert without.dead_air is not None
        assert turn.closed.timings.dead_air == without.dead_air - VOICE.duration_ms("Great question!")
        assert turn.closed.timings.first_audio == without.first_audio

    def test_is_no_part_of_what_was_said(self) -> None:
        turn = run_turn(self.SLOW, plan=plan(replace(PERSONA, filler=FILLER)))
        assert turn.closed.text == turn.closed.heard_text == "Here it is."

    def test_a_continuation_has_none(self) -> None:
        continuing = plan(replace(PERSONA, filler=FILLER), kind=TurnKind.CONTINUATION, text="")
        turn = run_turn(self.SLOW, plan=continuing)
        assert not turn.of(FillerStarted)
        assert [event.reason for event in turn.of(FillerSkipped)] == [SkipReason.TOOL_ROUND]

    def test_a_turn_of_a_persona_without_one_says_nothing_of_it(self) -> None:
        for kind in (TurnKind.USER, TurnKind.CONTINUATION):
            assert not run_turn(self.SLOW, plan=plan(kind=kind)).of(FillerSkipped)

    def test_a_turn_that_is_interrupted_before_it_is_due_says_so(self) -> None:
        turn = run_turn(self.SLOW, plan=plan(replace(PERSONA, filler=FILLER)), interrupt_at_s=0.5)
        assert [event.reason for event in turn.of(FillerSkipped)] == [SkipReason.INTERRUPTED]

    def test_of_a_seeded_conversation_is_the_same_every_time_and_its_own_in_each_turn(self) -> None:
        ten = FillerSettings(phrases=tuple(f"Phrase {n}." for n in range(10)), activation_delay_ms=1_000)
        seeded = plan(replace(PERSONA, filler=ten), filler_seed=7)

        def choices() -> list[int]:
            return [
                filler_pick(replace(seeded, turn_idx=turn), unseeded=lambda _: 0)(10) for turn in range(20)
            ]

        assert choices() == choices()
        assert len(set(choices())) > 5

    def test_of_another_conversation_is_left_to_chance(self) -> None:
        assert filler_pick(plan(), unseeded=lambda _: 3)(10) == 3

    def test_has_one_outcome_in_every_turn(self) -> None:
        scripts: list[list[Step]] = [self.SLOW, [text("Yes."), END], [END], [0.9, text("Yes."), END]]
        for script in scripts:
            turn = run_turn(script, plan=plan(replace(PERSONA, filler=FILLER)))
            assert len(turn.of(FillerStarted)) + len(turn.of(FillerSkipped)) == 1

    def test_a_turn_that_ends_before_it_is_due_says_why_it_did_not_play(self) -> None:
        refused = UpstreamError(Code.AUTH_FAILED, "The model refused the key.")
        turn = run_turn([refused], plan=plan(replace(PERSONA, filler=FILLER)))
        assert [event.reason for event in turn.of(FillerSkipped)] == [SkipReason.NOTHING_TO_COVER]


class TestWithoutTheLLM:
    @pytest.mark.parametrize("kind", [TurnKind.ECHO, TurnKind.GREETING])
    def test_a_text_is_said_as_it_stands(self, kind: TurnKind) -> None:
        turn = run_turn(plan=plan(kind=kind, call=None, text="Welcome! Who are you?"))
        assert turn.sentences == ["Welcome!", "Who are you?"]
        assert turn.closed.heard_text == "Welcome! Who are you?"
        assert turn.llm.requests == []
