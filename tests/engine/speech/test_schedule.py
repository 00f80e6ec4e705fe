"""The schedule of playouts, without a clock."""

import itertools
from dataclasses import replace

import pytest

from playground.engine.events import (
    Event,
    FillerSkipped,
    FillerStarted,
    PlayoutEnded,
    PlayoutStarted,
    Segment,
    Sentence,
    SpeakingStarted,
    SynthesisStarted,
)
from playground.engine.persona import FillerSettings, SpeechSettings
from playground.engine.speech.answer_limit import AnswerLimit
from playground.engine.speech.dead_air import length_ms, silences_until, spoken_spans
from playground.engine.speech.fillers import SkipReason
from playground.engine.speech.schedule import SpeechSchedule, timed_words
from playground.engine.speech.spoken import Spoken, SpokenWord, spoken
from playground.engine.speech.voices import Timing, Voice, voice_of

VOICE = voice_of(SpeechSettings())
FILLER = FillerSettings(phrases=("One moment.", "Let me see."), activation_delay_ms=1_000)
FOREVER_MS = 10**6


def schedule(filler: FillerSettings | None = None, *, pick: int = 0) -> SpeechSchedule:
    return SpeechSchedule(VOICE, filler=filler, pick=lambda _: pick)


def say(to: SpeechSchedule, text: str, at_ms: int, *, index: int = 0, start: int = 0) -> list[Event]:
    sentence = Sentence(index, start, start + len(text), text)
    return to.add(sentence, spoken(sentence), at_ms)


def silence_to_the_end_ms(speech: SpeechSchedule) -> int:
    return length_ms(silences_until(spoken_spans(speech.segments), speech.segments[-1].ends_ms))


def test_a_sentence_is_heard_when_its_synthesis_has_given_its_first_audio() -> None:
    speech = schedule()
    say(speech, "Hello there.", 300)
    assert speech.next_at() == 300 + VOICE.synthesis_ms("Hello there.")


def test_nothing_is_due_before_its_time() -> None:
    speech = schedule()
    say(speech, "Hello there.", 300)
    due_ms = speech.next_at()
    assert due_ms is not None
    assert speech.advance(due_ms - 1) == []
    assert speech.advance(due_ms) != []


def test_events_that_are_late_carry_the_time_they_were_due() -> None:
    speech = schedule()
    say(speech, "Hello there.", 300)
    speech.end_input()
    times = [event.t_ms for event in speech.advance(FOREVER_MS)]
    assert times[0] == 300 + VOICE.synthesis_ms("Hello there.")
    assert times[-1] == times[0] + VOICE.duration_ms("Hello there.")
    assert speech.is_over


def test_the_next_sentence_is_synthesised_while_the_last_is_heard() -> None:
    speech = schedule()
    say(speech, "A first sentence that takes its time.", 0)
    (synthesis,) = say(speech, "A second one.", 10, index=1, start=40)
    assert isinstance(synthesis, SynthesisStarted)
    first, second = [
        event.segment for event in speech.advance(FOREVER_MS) if isinstance(event, PlayoutStarted)
    ]
    assert synthesis.segment.synthesis_ms < first.ends_ms
    assert second.starts_ms == first.ends_ms


def test_each_waiting_sentence_is_planned_after_the_one_before() -> None:
    speech = schedule()
    planned = []
    for index, text in enumerate(["A first sentence that takes its time.", "A second one.", "A third."]):
        (event,) = say(speech, text, 0, index=index, start=index * 50)
        assert isinstance(event, SynthesisStarted)
        planned.append((event.segment.starts_ms, event.segment.ends_ms))
    speech.end_input()
    played = [event.segment for event in speech.advance(FOREVER_MS) if isinstance(event, PlayoutStarted)]
    assert planned == [(segment.starts_ms, segment.ends_ms) for segment in played]


def test_a_silent_sentence_is_skipped_and_counts_as_heard() -> None:
    speech = schedule()
    assert say(speech, "---", 0) == []
    speech.end_input()
    assert speech.advance(0) == []
    assert speech.is_over
    assert speech.heard_to(0) == len("---")


def test_code_is_heard_as_long_as_its_text_takes() -> None:
    speech = schedule()
    code = "```py\nx = 1\n```"
    sentence = Sentence(0, 0, len(code), code, kind="code")
    speech.add(sentence, spoken(sentence), 0)
    speech.end_input()
    starts_ms = VOICE.synthesis_ms("x = 1")
    speech.advance(starts_ms)
    assert speech.heard_to(starts_ms) == len("```py\nx =")
    speech.advance(FOREVER_MS)
    assert silence_to_the_end_ms(speech) == starts_ms
    assert speech.segments[0].ends_ms == starts_ms + VOICE.duration_ms("x = 1")


class TestLongSegments:
    WORDS = tuple(SpokenWord("w", at * 2, at * 2 + 1) for at in range(25))

    def test_neighbours_share_a_time_where_there_are_too_many_words(self) -> None:
        timed = timed_words(self.WORDS, range(0, 250, 10), most=10)
        assert len(timed) <= 10
        assert (timed[0].start, timed[-1].end) == (0, 49)
        assert all(earlier.end < later.start for earlier, later in itertools.pairwise(timed))

    def test_no_word_counts_as_heard_before_it_was(self) -> None:
        starts_ms = range(0, 250, 10)
        ends = {word.end: at_ms for word, at_ms in zip(self.WORDS, starts_ms, strict=True)}
        assert all(ends[word.end] <= word.at_ms for word in timed_words(self.WORDS, starts_ms, most=10))


class TestBreaks:
    RAW = 'It rains <break time="2s"/> today.'

    def played(self, speech: SpeechSchedule) -> list[Segment]:
        return [event.segment for event in speech.advance(FOREVER_MS) if isinstance(event, PlayoutEnded)]

    def test_a_break_makes_a_segment_silent_on_the_turns_axis(self) -> None:
        speech = schedule()
        (planned,) = say(speech, self.RAW, 100)
        assert isinstance(planned, SynthesisStarted)
        (segment,) = self.played(speech)
        ((start_ms, end_ms),) = segment.pauses_ms
        assert end_ms - start_ms == 2_000
        assert segment.words[1].at_ms < start_ms < end_ms <= segment.words[2].at_ms
        assert planned.segment == segment
        assert segment.ends_ms - segment.starts_ms == VOICE.duration_ms("It rains today.") + 2_000

    def test_a_break_is_dead_air(self) -> None:
        speech = schedule()
        say(speech, self.RAW, 0)
        speech.end_input()
        (segment,) = self.played(speech)
        assert silence_to_the_end_ms(speech) == segment.starts_ms + 2_000

    def test_a_cut_within_it_has_heard_the_words_before_it_and_only_that_much_silence(self) -> None:
        speech = schedule()
        say(speech, self.RAW, 0)
        speech.advance(speech.next_at() or 0)
        assert speech.playing is not None
        pause_ms = speech.playing.pauses_ms[0][0]
        cut_ms = pause_ms + 700
        assert speech.heard_to(cut_ms) == len("It rains")
        speech.cut(cut_ms)
        assert speech.segments[0].pauses_ms == ((pause_ms, cut_ms),)
        assert silence_to_the_end_ms(speech) == speech.segments[0].starts_ms + 700

    def test_a_break_alone_delays_the_next_sentence(self) -> None:
        speech = schedule()
        say(speech, "Yes.", 0)
        say(speech, '<break time="1s"/>', 0, index=1, start=5)
        say(speech, "No.", 0, index=2, start=30)
        speech.end_input()
        events = speech.advance(FOREVER_MS)
        yes, silence, no = [event.segment for event in events if isinstance(event, PlayoutEnded)]
        assert (silence.text, silence.ends_ms - silence.starts_ms) == ("", 1_000)
        assert no.starts_ms == silence.ends_ms == yes.ends_ms + 1_000
        assert silence_to_the_end_ms(speech) == yes.starts_ms + 1_000

    def test_one_that_opens_the_answer_is_no_first_audio(self) -> None:
        speech = schedule()
        say(speech, '<break time="1s"/>', 0)
        say(speech, "No.", 0, index=1, start=20)
        speech.end_input()
        spoke = [event.t_ms for event in speech.advance(FOREVER_MS) if isinstance(event, SpeakingStarted)]
        assert spoke == [speech.first_audio_ms] == [1_000]

    def test_nothing_of_it_takes_time_where_everything_is_heard_at_once(self) -> None:
        speech = SpeechSchedule(VOICE, filler=None, pick=lambda _: 0, is_instant=True)
        say(speech, self.RAW, 0)
        speech.end_input()
        (segment,) = self.played(speech)
        assert (segment.starts_ms, segment.ends_ms, segment.pauses_ms) == (0, 0, ())


def test_heard_are_the_words_whose_playout_had_begun() -> None:
    speech = schedule()
    say(speech, "Once upon a time.", 0)
    started = [event for event in speech.advance(speech.next_at() or 0) if isinstance(event, PlayoutStarted)]
    second_word = started[0].segment.words[1]
    assert speech.heard_to(second_word.at_ms - 1) == len("Once")
    assert speech.heard_to(second_word.at_ms) == len("Once upon")


def test_a_cut_drops_what_waits_and_cuts_what_plays() -> None:
    speech = schedule()
    say(speech, "A first sentence that takes its time.", 0)
    say(speech, "A second one.", 10, index=1, start=40)
    speech.advance(speech.next_at() or 0)
    cut_ms = (speech.next_at() or 0) - 100
    ended = [event for event in speech.cut(cut_ms) if isinstance(event, PlayoutEnded)]
    assert [(event.cut, event.segment.ends_ms) for event in ended] == [(True, cut_ms)]
    assert speech.is_over


def test_nothing_begins_at_the_moment_of_the_cut() -> None:
    speech = schedule()
    say(speech, "First.", 0)
    say(speech, "Second.", 0, index=1, start=7)
    speech.advance(speech.next_at() or 0)
    end_ms = speech.next_at() or 0
    assert not [event for event in speech.cut(end_ms) if isinstance(event, PlayoutStarted)]
    assert speech.heard_to(end_ms) == len("First.")


class TestFiller:
    def test_a_phrase_is_chosen_out_of_all(self) -> None:
        (started,) = [
            event for event in schedule(FILLER, pick=1).advance(1_000) if isinstance(event, FillerStarted)
        ]
        assert started.phrase == "Let me see."

    def test_the_dwell_ends_when_something_begins_to_play(self) -> None:
        speech = schedule(FILLER)
        say(speech, "Yes.", FILLER.activation_delay_ms - VOICE.synthesis_ms("Yes."))
        events = speech.advance(FILLER.activation_delay_ms)
        assert [event.reason for event in events if isinstance(event, FillerSkipped)] == [
            SkipReason.ANSWER_IN_TIME
        ]

    def test_the_answer_waits_for_the_end_of_the_filler(self) -> None:
        speech = schedule(FILLER)
        speech.advance(1_000)
        say(speech, "Yes.", 1_001)
        speech.end_input()
        started = [event for event in speech.advance(FOREVER_MS) if isinstance(event, PlayoutStarted)]
        assert started[-1].t_ms == max(
            1_000 + VOICE.duration_ms("One moment."), 1_001 + VOICE.synthesis_ms("Yes.")
        )

    def test_plays_at_most_once(self) -> None:
        speech = schedule(FILLER)
        assert len([event for event in speech.advance(FOREVER_MS) if isinstance(event, FillerStarted)]) == 1

    def test_is_spoken_as_an_answer_is(self) -> None:
        broken = replace(FILLER, phrases=('**One moment.** <break time="1s"/>',))
        speech = schedule(broken)
        (started,) = [event for event in speech.advance(1_000) if isinstance(event, PlayoutStarted)]
        heard_ms = VOICE.duration_ms("One moment.")
        assert (started.segment.text, started.segment.heard_ms) == ("One moment.", heard_ms)
        assert started.segment.ends_ms == 1_000 + heard_ms + 1_000

    def test_at_once_where_the_delay_is_zero(self) -> None:
        speech = schedule(replace(FILLER, activation_delay_ms=0))
        assert [event.t_ms for event in speech.advance(0) if isinstance(event, FillerStarted)] == [0]

    def test_does_not_play_for_a_turn_that_has_nothing_to_say(self) -> None:
        speech = schedule(FILLER)
        speech.end_input()
        (skipped,) = speech.advance(500)
        assert isinstance(skipped, FillerSkipped)
        assert skipped.reason is SkipReason.NOTHING_TO_COVER


class TestSilence:
    def test_is_the_time_to_the_end_of_the_speech_without_the_playouts(self) -> None:
        speech = schedule(FILLER)
        speech.advance(1_000)
        say(speech, "Yes.", 5_000)
        speech.end_input()
        ended = [event for event in speech.advance(FOREVER_MS) if isinstance(event, PlayoutEnded)]
        heard_ms = VOICE.duration_ms("One moment.") + VOICE.duration_ms("Yes.")
        assert silence_to_the_end_ms(speech) == ended[-1].t_ms - heard_ms


class TestLongestAnswer:
    FIRST = "A first sentence that takes its time, as long as it is."
    SECOND = "A second one that takes its time too."

    def limited(self, max_s: int, *, is_instant: bool = False, gap_ms: int = 0) -> SpeechSchedule:
        speech = SpeechSchedule(
            VOICE, filler=None, pick=lambda _: 0, is_instant=is_instant, limit=AnswerLimit(max_s)
        )
        say(speech, self.FIRST, 0)
        say(speech, self.SECOND, gap_ms, index=1, start=len(self.FIRST) + 1)
        speech.end_input()
        return speech

    def test_it_is_reached_after_so_much_speech_without_the_silence_between_sentences(self) -> None:
        speech = self.limited(4, gap_ms=30_000)
        second_starts_ms = 30_000 + VOICE.synthesis_ms(self.SECOND)
        speech.advance(FOREVER_MS)
        assert speech.limit_place is not None
        assert speech.limit_place.at_ms == second_starts_ms + 4_000 - VOICE.duration_ms(self.FIRST)
        assert speech.next_at() == speech.limit_place.at_ms

    def test_an_answer_within_it_is_heard_to_its_end(self) -> None:
        speech = self.limited(60)
        speech.advance(FOREVER_MS)
        assert speech.is_over
        assert speech.limit_place is None

    def test_its_offset_is_that_of_the_last_word_begun_before_it(self) -> None:
        speech = self.limited(2)
        started = [event.segment for event in speech.advance(FOREVER_MS) if isinstance(event, PlayoutStarted)]
        begun = [word.end for word in started[0].words if word.at_ms < started[0].starts_ms + 2_000]
        assert speech.limit_place is not None
        assert (len(started), speech.limit_place.offset) == (1, max(begun))

    def test_instant_speech_reaches_it_at_the_same_word(self) -> None:
        spoken_in_time, instant = self.limited(2), self.limited(2, is_instant=True)
        spoken_in_time.advance(FOREVER_MS)
        instant.advance(0)
        assert spoken_in_time.limit_place is not None
        assert instant.limit_place == replace(spoken_in_time.limit_place, at_ms=0)

    def test_a_filler_does_not_count(self) -> None:
        speech = SpeechSchedule(VOICE, filler=FILLER, pick=lambda _: 0, limit=AnswerLimit(2))
        speech.advance(1_000)
        say(speech, self.FIRST, 5_000)
        speech.advance(FOREVER_MS)
        assert speech.limit_place is not None
        assert speech.limit_place.at_ms == 5_000 + VOICE.synthesis_ms(self.FIRST) + 2_000


@pytest.mark.parametrize("limit", [None, AnswerLimit(60)])
def test_a_sentence_is_timed_once(monkeypatch: pytest.MonkeyPatch, limit: AnswerLimit | None) -> None:
    timed: list[Spoken] = []
    timing = Voice.timing

    def counted(voice: Voice, utterance: Spoken) -> Timing:
        timed.append(utterance)
        return timing(voice, utterance)

    monkeypatch.setattr(Voice, "timing", counted)
    speech = SpeechSchedule(VOICE, filler=None, pick=lambda _: 0, limit=limit)

    say(speech, "Hello there.", 300)
    speech.advance(FOREVER_MS)

    assert len(timed) == 1
