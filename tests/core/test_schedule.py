"""What is heard when, on an axis without a clock."""

from dataclasses import replace

from playground.core.events import (
    Event,
    FillerSkipped,
    FillerStarted,
    PlayoutEnded,
    PlayoutStarted,
    Sentence,
    SynthesisStarted,
)
from playground.core.fillers import SkipReason
from playground.core.persona import FillerSettings, SpeechSettings
from playground.core.schedule import SpeechSchedule
from playground.core.speech import voice_of
from playground.core.spoken import spoken

VOICE = voice_of(SpeechSettings())
FILLER = FillerSettings(phrases=("One moment.", "Let me see."), activation_delay_ms=1_000)
FOREVER_MS = 10**6


def schedule(filler: FillerSettings | None = None, *, pick: int = 0) -> SpeechSchedule:
    return SpeechSchedule(VOICE, filler=filler, pick=lambda _: pick)


def say(to: SpeechSchedule, text: str, at_ms: int, *, index: int = 0, start: int = 0) -> list[Event]:
    sentence = Sentence(index, start, start + len(text), text)
    return to.add(sentence, spoken(sentence), at_ms)


def test_a_sentence_is_heard_when_its_synthesis_has_given_its_first_audio() -> None:
    made = schedule()
    say(made, "Hello there.", 300)
    assert made.next_at() == 300 + VOICE.synthesis_ms("Hello there.")


def test_nothing_is_due_before_its_time() -> None:
    made = schedule()
    say(made, "Hello there.", 300)
    due_ms = made.next_at()
    assert due_ms is not None
    assert made.advance(due_ms - 1) == []
    assert made.advance(due_ms) != []


def test_events_that_are_late_carry_the_time_they_were_due() -> None:
    made = schedule()
    say(made, "Hello there.", 300)
    made.end_input()
    times = [event.t_ms for event in made.advance(FOREVER_MS)]
    assert times[0] == 300 + VOICE.synthesis_ms("Hello there.")
    assert times[-1] == times[0] + VOICE.duration_ms("Hello there.")
    assert made.is_over


def test_the_next_sentence_is_synthesised_while_the_last_is_heard() -> None:
    made = schedule()
    say(made, "A first sentence that takes its time.", 0)
    (synthesis,) = say(made, "A second one.", 10, index=1, start=40)
    assert isinstance(synthesis, SynthesisStarted)
    first, second = [event.segment for event in made.advance(FOREVER_MS) if isinstance(event, PlayoutStarted)]
    assert synthesis.segment.synthesis_ms < first.ends_ms
    assert second.starts_ms == first.ends_ms


def test_each_waiting_sentence_is_planned_after_the_one_before() -> None:
    made = schedule()
    planned = []
    for index, text in enumerate(["A first sentence that takes its time.", "A second one.", "A third."]):
        (event,) = say(made, text, 0, index=index, start=index * 50)
        assert isinstance(event, SynthesisStarted)
        planned.append((event.segment.starts_ms, event.segment.ends_ms))
    made.end_input()
    played = [event.segment for event in made.advance(FOREVER_MS) if isinstance(event, PlayoutStarted)]
    assert planned == [(segment.starts_ms, segment.ends_ms) for segment in played]


def test_what_has_nothing_to_say_is_passed_over_and_counts_as_heard() -> None:
    made = schedule()
    code = "```\nx = 1\n```"
    sentence = Sentence(0, 0, len(code), code, kind="code")
    assert made.add(sentence, spoken(sentence), 0) == []
    made.end_input()
    assert made.advance(0) == []
    assert made.is_over
    assert made.heard_to(0) == len(code)


def test_heard_are_the_words_whose_playout_had_begun() -> None:
    made = schedule()
    say(made, "Once upon a time.", 0)
    started = [event for event in made.advance(made.next_at() or 0) if isinstance(event, PlayoutStarted)]
    second_word = started[0].segment.words[1]
    assert made.heard_to(second_word.at_ms - 1) == len("Once")
    assert made.heard_to(second_word.at_ms) == len("Once upon")


def test_a_cut_drops_what_waits_and_cuts_what_plays() -> None:
    made = schedule()
    say(made, "A first sentence that takes its time.", 0)
    say(made, "A second one.", 10, index=1, start=40)
    made.advance(made.next_at() or 0)
    cut_ms = (made.next_at() or 0) - 100
    ended = [event for event in made.cut(cut_ms) if isinstance(event, PlayoutEnded)]
    assert [(event.cut, event.segment.ends_ms) for event in ended] == [(True, cut_ms)]
    assert made.is_over


def test_nothing_begins_at_the_moment_of_the_cut() -> None:
    made = schedule()
    say(made, "First.", 0)
    say(made, "Second.", 0, index=1, start=7)
    made.advance(made.next_at() or 0)
    end_ms = made.next_at() or 0
    assert not [event for event in made.cut(end_ms) if isinstance(event, PlayoutStarted)]
    assert made.heard_to(end_ms) == len("First.")


class TestFiller:
    def test_a_phrase_is_chosen_out_of_all(self) -> None:
        (started,) = [
            event for event in schedule(FILLER, pick=1).advance(1_000) if isinstance(event, FillerStarted)
        ]
        assert started.phrase == "Let me see."

    def test_the_dwell_ends_when_something_begins_to_play(self) -> None:
        made = schedule(FILLER)
        say(made, "Yes.", FILLER.activation_delay_ms - VOICE.synthesis_ms("Yes."))
        events = made.advance(FILLER.activation_delay_ms)
        assert [event.reason for event in events if isinstance(event, FillerSkipped)] == [
            SkipReason.ANSWER_IN_TIME
        ]

    def test_the_answer_waits_for_the_end_of_the_filler(self) -> None:
        made = schedule(FILLER)
        made.advance(1_000)
        say(made, "Yes.", 1_001)
        made.end_input()
        started = [event for event in made.advance(FOREVER_MS) if isinstance(event, PlayoutStarted)]
        assert started[-1].t_ms == max(
            1_000 + VOICE.duration_ms("One moment."), 1_001 + VOICE.synthesis_ms("Yes.")
        )

    def test_plays_at_most_once(self) -> None:
        made = schedule(FILLER)
        assert len([event for event in made.advance(FOREVER_MS) if isinstance(event, FillerStarted)]) == 1

    def test_at_once_where_the_delay_is_zero(self) -> None:
        made = schedule(replace(FILLER, activation_delay_ms=0))
        assert [event.t_ms for event in made.advance(0) if isinstance(event, FillerStarted)] == [0]

    def test_does_not_play_for_a_turn_that_has_nothing_to_say(self) -> None:
        made = schedule(FILLER)
        made.end_input()
        (skipped,) = made.advance(500)
        assert isinstance(skipped, FillerSkipped)
        assert skipped.reason is SkipReason.NOTHING_TO_COVER


class TestSilence:
    def test_without_speech_all_is_silence(self) -> None:
        assert schedule().silence_ms(4_000) == 4_000

    def test_is_the_time_to_the_end_of_the_speech_less_what_was_heard(self) -> None:
        made = schedule(FILLER)
        made.advance(1_000)
        say(made, "Yes.", 5_000)
        made.end_input()
        ended = [event for event in made.advance(FOREVER_MS) if isinstance(event, PlayoutEnded)]
        heard_ms = VOICE.duration_ms("One moment.") + VOICE.duration_ms("Yes.")
        assert made.silence_ms(FOREVER_MS) == ended[-1].t_ms - heard_ms
