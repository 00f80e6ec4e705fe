"""Schedules the playout of sentences and a filler on one time axis.

A state machine without a clock: times come in as whole ms from the turn's start, and due events come out with their
exact times. Both platforms synthesise sentence by sentence while the rest still streams; here the next sentence is
synthesised while the last one plays, and sentences play one after the other.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.engine.events import (
    Event,
    FillerSkipped,
    FillerStarted,
    PlayoutEnded,
    PlayoutStarted,
    Segment,
    Sentence,
    SpeakingStarted,
    SpeakingStopped,
    SynthesisStarted,
    Word,
)
from playground.engine.limits import DEFAULT_LIMITS
from playground.engine.persona import FillerSettings
from playground.engine.speech import fillers
from playground.engine.speech.answer_limit import AnswerLimit, LimitPlace
from playground.engine.speech.fillers import Pick, SkipReason
from playground.engine.speech.spoken import Spoken, SpokenWord
from playground.engine.speech.tags import DEFAULT_TAGS, SpeechTags
from playground.engine.speech.voices import Timing, Voice

SENTENCE = "sentence"
FILLER = "filler"


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A segment whose synthesis has begun; ``ready_ms`` is when its audio could start.

    Until it is placed, its times count from its own start.
    """

    segment: Segment
    raw_end: int
    ready_ms: int
    limit: LimitPlace | None = None
    planned: Segment | None = None
    """Where it was to be placed when its synthesis began."""

    def placed(self, starts_ms: int) -> Segment:
        """Return the segment where it plays: nearly always where it was planned."""
        if self.planned is not None and self.planned.starts_ms == starts_ms:
            return self.planned
        return _placed(self.segment, starts_ms)


class SpeechSchedule:
    """Places segments, and tells what was heard.

    ``add`` and ``end_input`` take the LLM's sentences; ``advance(now_ms)`` returns all events due by then;
    ``next_at()`` returns when the next one is due; ``cut(now_ms)`` stops the voice.
    """

    def __init__(
        self,
        voice: Voice,
        *,
        filler: FillerSettings | None,
        pick: Pick,
        is_instant: bool = False,
        tags: SpeechTags = DEFAULT_TAGS,
        limit: AnswerLimit | None = None,
    ) -> None:
        self._voice = voice
        self._tags = tags
        self._filler = filler
        self._pick = pick
        self._is_instant = is_instant
        self._limit = limit
        self._waiting: deque[_Waiting] = deque()
        self._playing: _Waiting | None = None
        self._played: list[Segment] = []
        self._free_ms = 0
        self._planned_free_ms = 0
        self._synthesiser_free_ms = 0
        self._next_id = 0
        self._input_ended = False
        self._speaking_since_ms: int | None = None
        self._heard_to = 0
        self._stop_ms: int | None = None
        self.first_audio_ms: int | None = None
        """When the first playout of the answer's words began; a filler doesn't count."""
        self.limit_place: LimitPlace | None = None
        """Where the answer exceeds its limit, once that sentence plays: no playout goes on beyond it."""

    @property
    def is_over(self) -> bool:
        """Whether the input has ended and all of it was heard."""
        return self._input_ended and not self._waiting and self._playing is None

    @property
    def is_speaking(self) -> bool:
        return self._speaking_since_ms is not None

    @property
    def playing(self) -> Segment | None:
        return self._playing.segment if self._playing else None

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments that were heard, wholly or in part, in order."""
        return (*self._played, *([self._playing.segment] if self._playing else ()))

    def add(self, sentence: Sentence, utterance: Spoken, now_ms: int) -> list[Event]:
        """Add a complete sentence: its synthesis begins as soon as the one before it has its first audio."""
        synthesis_ms = max(now_ms, self._synthesiser_free_ms)
        delay_ms = 0 if self._is_instant else self._voice.synthesis_ms(utterance.text)
        self._synthesiser_free_ms = synthesis_ms + delay_ms
        timing = self._timing(utterance)
        limit = self._limit_in(sentence, utterance, timing)
        words = timed_words(utterance.words, timing.word_starts_ms)
        segment = self._segment(SENTENCE, sentence.index, utterance.text, synthesis_ms, timing, words)
        ready_ms = synthesis_ms + delay_ms
        if _is_silent(segment):
            self._waiting.append(_Waiting(segment, sentence.end, ready_ms, limit))
            return []
        planned = _placed(segment, max(ready_ms, self._free_ms, self._planned_free_ms))
        self._planned_free_ms = planned.ends_ms
        self._waiting.append(_Waiting(segment, sentence.end, ready_ms, limit, planned))
        return [SynthesisStarted(t_ms=now_ms, segment=planned)]

    def end_input(self) -> None:
        """End the input."""
        self._input_ended = True

    def stop_at(self, stop_ms: int) -> None:
        """Let no playout begin at ``stop_ms`` or later; the current one goes on until it is cut."""
        self._stop_ms = stop_ms

    def next_at(self) -> int | None:
        """Return when the next event is due, in ms from the turn's start; None if it needs new input."""
        if self.limit_place is not None:
            return self.limit_place.at_ms
        if self._playing is not None:
            return self._playing.segment.ends_ms
        times = [self._start_of_next()] if self._waiting else []
        if self._filler is not None and not self._input_is_spent():
            times.append(self._filler_at(self._filler))
        due_ms = min(times, default=None)
        if due_ms is None or (self._stop_ms is not None and due_ms >= self._stop_ms):
            return None
        return due_ms

    def advance(self, now_ms: int) -> list[Event]:
        """Return the events due by ``now_ms``, in order of time."""
        events: list[Event] = []
        while self.limit_place is None and (due_ms := self.next_at()) is not None and due_ms <= now_ms:
            events += self._step(due_ms)
        if self._filler is not None and self._input_is_spent() and self._stop_ms is None:
            events.append(self._skip_filler(SkipReason.NOTHING_TO_COVER, now_ms))
        return events

    def cut(self, now_ms: int) -> list[Event]:
        """Stop the voice: cut the current playout, drop pending segments. The heard text stays as of ``now_ms``."""
        self.stop_at(now_ms if self._stop_ms is None else min(self._stop_ms, now_ms))
        events = self.advance(now_ms)
        self._heard_to = self.heard_to(now_ms)
        if self._filler is not None:
            events.append(self._skip_filler(SkipReason.INTERRUPTED, now_ms))
        if self._playing is not None:
            segment = _cut(self._playing.segment, now_ms)
            self._played.append(segment)
            self._playing = None
            events.append(PlayoutEnded(t_ms=now_ms, segment=segment, cut=True))
        self._waiting.clear()
        self._input_ended = True
        self._free_ms = now_ms
        events += self._fall_silent(now_ms, interrupted=True)
        return events

    def heard_to(self, now_ms: int) -> int:
        """Return up to which offset the raw text was heard: the end of the last word whose playout had begun."""
        if self._playing is None:
            return self._heard_to
        begun = [word.end for word in self._playing.segment.words if word.at_ms <= now_ms]
        return max([self._heard_to, *begun])

    def _step(self, due_ms: int) -> list[Event]:
        if self._playing is not None:
            return self._end_playout(due_ms)
        if self._waiting and self._start_of_next() <= due_ms:
            return self._start_playout()
        assert self._filler is not None
        return self._start_filler(self._filler, due_ms)

    def _start_playout(self) -> list[Event]:
        starts_ms = self._start_of_next()
        waiting = self._waiting.popleft()
        if _is_silent(waiting.segment):
            self._heard_to = waiting.raw_end
            return []
        events: list[Event] = []
        if self._filler is not None:
            events.append(self._skip_filler(SkipReason.ANSWER_IN_TIME, starts_ms))
        if self.first_audio_ms is None and waiting.segment.text:
            self.first_audio_ms = starts_ms
        return events + self._play(replace(waiting, segment=waiting.placed(starts_ms)))

    def _start_filler(self, filler: FillerSettings, due_ms: int) -> list[Event]:
        phrase = fillers.choose(filler, self._pick)
        self._filler = None
        utterance = fillers.spoken_phrase(phrase, self._tags)
        timing = self._timing(utterance)
        segment = _placed(self._segment(FILLER, None, utterance.text, due_ms, timing), due_ms)
        started = FillerStarted(t_ms=due_ms, phrase=phrase, due_ms=due_ms)
        return [started, *self._play(_Waiting(segment, self._heard_to, due_ms))]

    def _play(self, playing: _Waiting) -> list[Event]:
        segment = playing.segment
        events: list[Event] = []
        if self._speaking_since_ms is None and segment.text:
            self._speaking_since_ms = segment.starts_ms
            events.append(SpeakingStarted(t_ms=segment.starts_ms))
        self._playing = playing
        self._free_ms = segment.ends_ms
        if playing.limit is not None:
            after_ms = 0 if self._is_instant else playing.limit.at_ms
            self.limit_place = replace(playing.limit, at_ms=segment.starts_ms + after_ms)
        return [*events, PlayoutStarted(t_ms=segment.starts_ms, segment=segment)]

    def _end_playout(self, due_ms: int) -> list[Event]:
        assert self._playing is not None
        ended = self._playing
        self._playing = None
        self._played.append(ended.segment)
        self._heard_to = max(self._heard_to, ended.raw_end)
        events: list[Event] = [PlayoutEnded(t_ms=due_ms, segment=ended.segment)]
        if not self._waiting or self._start_of_next() > due_ms:
            events += self._fall_silent(due_ms)
        return events

    def _fall_silent(self, at_ms: int, *, interrupted: bool = False) -> list[Event]:
        if self._speaking_since_ms is None:
            return []
        duration_ms = at_ms - self._speaking_since_ms
        self._speaking_since_ms = None
        return [SpeakingStopped(t_ms=at_ms, duration_ms=duration_ms, interrupted=interrupted)]

    def _skip_filler(self, reason: SkipReason, t_ms: int) -> FillerSkipped:
        assert self._filler is not None
        due_ms = self._filler.activation_delay_ms
        self._filler = None
        return FillerSkipped(t_ms=t_ms, reason=reason, due_ms=due_ms)

    def _input_is_spent(self) -> bool:
        return self._input_ended and not self._waiting

    def _start_of_next(self) -> int:
        return max(self._waiting[0].ready_ms, self._free_ms)

    def _filler_at(self, filler: FillerSettings) -> int:
        return max(filler.activation_delay_ms, self._free_ms)

    def _segment(
        self,
        kind: str,
        index: int | None,
        text: str,
        synthesis_ms: int,
        timing: Timing,
        words: tuple[Word, ...] = (),
    ) -> Segment:
        """Return a segment whose times count from its own start."""
        self._next_id += 1
        return Segment(
            self._next_id, kind, index, text, synthesis_ms, 0, timing.duration_ms, words, timing.pauses_ms
        )

    def _limit_in(self, sentence: Sentence, utterance: Spoken, timing: Timing) -> LimitPlace | None:
        if self._limit is None:
            return None
        heard = self._voice.timing(utterance) if self._is_instant else timing
        return self._limit.place_in(sentence, utterance, heard)

    def _timing(self, utterance: Spoken) -> Timing:
        return Timing(0, (0,) * len(utterance.words)) if self._is_instant else self._voice.timing(utterance)


def timed_words(
    words: Sequence[SpokenWord], starts_ms: Sequence[int], most: int = DEFAULT_LIMITS.segment_words
) -> tuple[Word, ...]:
    """Return at most ``most`` words with their times, grouping neighbours if there are more.

    A group counts as heard with its last word, so that no word counts as heard too early.
    """
    step = -(-len(words) // most)
    if step <= 1:
        pairs = zip(words, starts_ms, strict=True)
        return tuple(Word(word.start, word.end, at_ms) for word, at_ms in pairs)
    groups = ((at, min(at + step, len(words)) - 1) for at in range(0, len(words), step))
    return tuple(Word(words[first].start, words[last].end, starts_ms[last]) for first, last in groups)


def _is_silent(segment: Segment) -> bool:
    return not segment.text and not segment.pauses_ms


def _placed(segment: Segment, starts_ms: int) -> Segment:
    """Return ``segment``, whose times count from its own start, on the turn's axis."""
    return replace(
        segment,
        starts_ms=starts_ms,
        ends_ms=starts_ms + segment.ends_ms,
        words=tuple(Word(word.start, word.end, starts_ms + word.at_ms) for word in segment.words),
        pauses_ms=tuple((starts_ms + start, starts_ms + end) for start, end in segment.pauses_ms),
    )


def _cut(segment: Segment, now_ms: int) -> Segment:
    pauses_ms = tuple((start, min(end, now_ms)) for start, end in segment.pauses_ms if start < now_ms)
    return replace(segment, ends_ms=now_ms, pauses_ms=pauses_ms)
