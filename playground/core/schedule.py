"""What is heard when: sentences and a filler on one time axis.

A state machine without a clock: times come in as whole ms from the turn's start, and what is due comes out as events
that carry their exact times. Both platforms synthesise sentence by sentence while the rest still streams; here the next
sentence is synthesised while the last is heard, and one is heard after the other.
"""

from collections import deque
from dataclasses import dataclass, replace

from playground.core import fillers
from playground.core.events import (
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
from playground.core.fillers import Pick, SkipReason
from playground.core.persona import FillerSettings
from playground.core.speech import Voice
from playground.core.spoken import Spoken

SENTENCE = "sentence"
FILLER = "filler"


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A segment whose synthesis has begun; ``ready_ms`` is when its audio could start."""

    segment: Segment
    raw_end: int
    ready_ms: int


class SpeechSchedule:
    """Places segments, and says what was heard.

    ``add`` and ``end_input`` are told what the LLM gave; ``advance(now_ms)`` returns all that was due by then;
    ``next_at()`` says when something is due next; ``cut(now_ms)`` stops the voice.
    """

    def __init__(
        self, voice: Voice, *, filler: FillerSettings | None, pick: Pick, is_instant: bool = False
    ) -> None:
        self._voice = voice
        self._filler = filler
        self._pick = pick
        self._is_instant = is_instant
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
        """The first playout of the answer; a filler doesn't count."""

    @property
    def is_over(self) -> bool:
        """No more input comes and all of it was heard."""
        return self._input_ended and not self._waiting and self._playing is None

    @property
    def is_speaking(self) -> bool:
        return self._speaking_since_ms is not None

    @property
    def playing(self) -> Segment | None:
        return self._playing.segment if self._playing else None

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Every segment that was heard, wholly or in part, in order."""
        return (*self._played, *([self._playing.segment] if self._playing else ()))

    def add(self, sentence: Sentence, spoken: Spoken, now_ms: int) -> list[Event]:
        """A sentence is complete: its synthesis begins as soon as the one before has given its first audio."""
        synthesis_ms = max(now_ms, self._synthesiser_free_ms)
        delay_ms = 0 if self._is_instant or not spoken.text else self._voice.synthesis_ms(spoken.text)
        self._synthesiser_free_ms = synthesis_ms + delay_ms
        segment = self._segment(SENTENCE, sentence.index, spoken.text, synthesis_ms)
        words = tuple(
            Word(word.start, word.end, at_ms)
            for word, at_ms in zip(spoken.words, self._word_starts_ms(spoken), strict=True)
        )
        waiting = _Waiting(replace(segment, words=words), sentence.end, synthesis_ms + delay_ms)
        self._waiting.append(waiting)
        if not spoken.text:
            return []
        planned = self._placed(waiting, max(waiting.ready_ms, self._free_ms, self._planned_free_ms))
        self._planned_free_ms = planned.ends_ms
        return [SynthesisStarted(t_ms=now_ms, segment=planned)]

    def end_input(self) -> None:
        """No sentence comes any more."""
        self._input_ended = True

    def stop_at(self, stop_ms: int) -> None:
        """Nothing begins to play at that time or after it; what plays goes on until it is cut."""
        self._stop_ms = stop_ms

    def next_at(self) -> int | None:
        """When the next thing is due, in ms from the turn's start; None: only new input can bring something."""
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
        """All that is due by ``now_ms``, in order of time."""
        events: list[Event] = []
        while (due_ms := self.next_at()) is not None and due_ms <= now_ms:
            events += self._step(due_ms)
        if self._filler is not None and self._input_is_spent() and self._stop_ms is None:
            events.append(self._skip_filler(SkipReason.NOTHING_TO_COVER, now_ms))
        return events

    def cut(self, now_ms: int) -> list[Event]:
        """The voice stops: what plays is cut, what waits is dropped. The heard part stays as it was at ``now_ms``."""
        self.stop_at(now_ms if self._stop_ms is None else min(self._stop_ms, now_ms))
        events = self.advance(now_ms)
        self._heard_to = self.heard_to(now_ms)
        if self._filler is not None:
            events.append(self._skip_filler(SkipReason.INTERRUPTED, now_ms))
        if self._playing is not None:
            segment = replace(self._playing.segment, ends_ms=now_ms)
            self._played.append(segment)
            self._playing = None
            events.append(PlayoutEnded(t_ms=now_ms, segment=segment, cut=True))
        self._waiting.clear()
        self._input_ended = True
        self._free_ms = now_ms
        events += self._fall_silent(now_ms, interrupted=True)
        return events

    def heard_to(self, now_ms: int) -> int:
        """The offset in the raw text up to which it was heard: the end of the last word whose playout had begun."""
        if self._playing is None:
            return self._heard_to
        begun = [word.end for word in self._playing.segment.words if word.at_ms <= now_ms]
        return max([self._heard_to, *begun])

    def silence_ms(self, end_ms: int) -> int:
        """All silence from the turn's start to the end of its speech (to ``end_ms`` where nothing was said)."""
        heard_ms = sum(segment.ends_ms - segment.starts_ms for segment in self._played)
        last_ms = max((segment.ends_ms for segment in self._played), default=end_ms)
        return last_ms - heard_ms

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
        if not waiting.segment.text:
            self._heard_to = waiting.raw_end
            return []
        events: list[Event] = []
        if self._filler is not None:
            events.append(self._skip_filler(SkipReason.ANSWER_IN_TIME, starts_ms))
        if self.first_audio_ms is None:
            self.first_audio_ms = starts_ms
        return events + self._play(replace(waiting, segment=self._placed(waiting, starts_ms)))

    def _start_filler(self, filler: FillerSettings, due_ms: int) -> list[Event]:
        phrase = fillers.choose(filler, self._pick)
        self._filler = None
        segment = self._segment(FILLER, None, phrase, due_ms)
        duration_ms = 0 if self._is_instant else self._voice.duration_ms(phrase)
        segment = replace(segment, starts_ms=due_ms, ends_ms=due_ms + duration_ms)
        started = FillerStarted(t_ms=due_ms, phrase=phrase, due_ms=due_ms)
        return [started, *self._play(_Waiting(segment, self._heard_to, due_ms))]

    def _play(self, playing: _Waiting) -> list[Event]:
        segment = playing.segment
        events: list[Event] = []
        if self._speaking_since_ms is None:
            self._speaking_since_ms = segment.starts_ms
            events.append(SpeakingStarted(t_ms=segment.starts_ms))
        self._playing = playing
        self._free_ms = segment.ends_ms
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

    def _segment(self, kind: str, index: int | None, text: str, synthesis_ms: int) -> Segment:
        self._next_id += 1
        return Segment(self._next_id, kind, index, text, synthesis_ms, starts_ms=0, ends_ms=0)

    def _placed(self, waiting: _Waiting, starts_ms: int) -> Segment:
        segment = waiting.segment
        duration_ms = 0 if self._is_instant else self._voice.duration_ms(segment.text)
        words = tuple(replace(word, at_ms=starts_ms + word.at_ms) for word in segment.words)
        return replace(segment, starts_ms=starts_ms, ends_ms=starts_ms + duration_ms, words=words)

    def _word_starts_ms(self, spoken: Spoken) -> tuple[int, ...]:
        return tuple(0 for _ in spoken.words) if self._is_instant else self._voice.word_starts_ms(spoken)
