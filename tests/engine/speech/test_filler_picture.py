"""The picture of a filler: its times are those of the schedule of real turns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.engine.events import Event, FillerSkipped, FillerStarted, PlayoutEnded, PlayoutStarted
from playground.engine.persona import FillerSettings, SpeechSettings
from playground.engine.sentences.splitter import SentenceSplitter
from playground.engine.speech.filler_picture import Bar, axis_ms, bars, filler_timing, fires, shares, ticks_ms
from playground.engine.speech.schedule import SpeechSchedule
from playground.engine.speech.spoken import spoken
from playground.engine.speech.voices import voice_of

VOICE = voice_of(SpeechSettings())
PHRASE = "Just a moment"


def rehearsed(first_sentence_ms: int, delay_ms: int) -> list[Event]:
    """Return the events of a turn whose only sentence is complete at ``first_sentence_ms``."""
    schedule = SpeechSchedule(
        VOICE, filler=FillerSettings((PHRASE,), activation_delay_ms=delay_ms), pick=lambda _: 0
    )
    events = schedule.advance(first_sentence_ms - 1) if first_sentence_ms else []
    splitter = SentenceSplitter()
    for sentence in [*splitter.feed("It rains."), *splitter.flush()]:
        events += schedule.add(sentence, spoken(sentence), first_sentence_ms)
    schedule.end_input()
    while (due_ms := schedule.next_at()) is not None:
        events += schedule.advance(due_ms)
    return events


@given(first_sentence_ms=st.integers(0, 12_000), delay_ms=st.integers(0, 8_000))
def test_the_picture_agrees_with_the_schedule(first_sentence_ms: int, delay_ms: int) -> None:
    timing = filler_timing(
        first_sentence_ms=first_sentence_ms,
        synthesis_ms=VOICE.delay_ms,
        delay_ms=delay_ms,
        phrase_ms=VOICE.duration_ms(PHRASE),
    )
    events = rehearsed(first_sentence_ms, delay_ms)
    answer = next(e for e in events if isinstance(e, PlayoutStarted) and e.segment.kind == "sentence")
    filler = [e for e in events if isinstance(e, PlayoutEnded) and e.segment.kind == "filler"]
    assert timing.answer_starts_ms == answer.t_ms
    assert (timing.filler_ends_ms is not None) == bool(filler)
    if filler:
        assert (timing.filler_starts_ms, timing.filler_ends_ms) == (
            filler[0].segment.starts_ms,
            filler[0].segment.ends_ms,
        )
    else:
        assert any(isinstance(e, FillerSkipped) for e in events)
        assert not any(isinstance(e, FillerStarted) for e in events)


@pytest.mark.parametrize(("ready_ms", "fires_then"), [(1_999, False), (2_000, False), (2_001, True)])
def test_an_answer_that_is_ready_at_the_delay_plays_without_a_filler(ready_ms: int, fires_then: bool) -> None:
    assert fires(ready_ms, 2_000) is fires_then


def test_dead_air_stands_before_and_after_the_filler() -> None:
    timing = filler_timing(first_sentence_ms=4_000, synthesis_ms=300, delay_ms=1_000, phrase_ms=900)
    assert (timing.dead_before_ms, timing.dead_after_ms, timing.held_back_ms) == (1_000, 2_400, 0)
    assert [(bar.kind, bar.from_ms, bar.to_ms) for bar in bars(timing, 4_000) if bar.lane == "voice"] == [
        ("dead-air", 0, 1_000),
        ("filler", 1_000, 1_900),
        ("dead-air", 1_900, 4_300),
        ("speech", 4_300, 5_800),
    ]


def test_an_answer_waits_for_a_filler_that_has_begun() -> None:
    timing = filler_timing(first_sentence_ms=1_000, synthesis_ms=100, delay_ms=1_000, phrase_ms=900)
    assert (timing.answer_starts_ms, timing.held_back_ms, timing.dead_after_ms) == (1_900, 800, 0)


def test_without_a_phrase_there_is_only_silence() -> None:
    timing = filler_timing(first_sentence_ms=5_000, synthesis_ms=300, delay_ms=0, phrase_ms=None)
    assert (timing.dead_before_ms, timing.filler_starts_ms) == (5_300, None)


def test_a_bar_without_length_is_not_drawn() -> None:
    timing = filler_timing(first_sentence_ms=0, synthesis_ms=0, delay_ms=500, phrase_ms=900)
    assert bars(timing, 0) == [Bar("voice", "speech", 0, 1_500, "the answer")]


@given(st.integers(0, 100_000))
def test_the_axis_is_labelled_in_a_few_round_steps(first_sentence_ms: int) -> None:
    length_ms = axis_ms(
        filler_timing(first_sentence_ms=first_sentence_ms, synthesis_ms=0, delay_ms=1_000, phrase_ms=1)
    )
    assert length_ms % 1_000 == 0
    ticks = ticks_ms(length_ms)
    assert ticks[0] == 0
    assert 2 <= len(ticks) <= 7


def test_a_phrase_that_is_given_twice_is_twice_as_likely() -> None:
    likelihoods = shares([("Hm", 100), ("One moment", 700), ("Hm", 100)])
    assert [(share.phrase, round(share.percent), share.duration_ms) for share in likelihoods] == [
        ("Hm", 67, 100),
        ("One moment", 33, 700),
    ]
    assert shares([]) == []
