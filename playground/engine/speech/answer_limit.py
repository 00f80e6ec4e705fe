"""Where an answer becomes longer than its persona allows, in seconds of speech; fillers and silence don't count."""

from dataclasses import dataclass

from playground.engine.errors.codes import Code, GreenroomError
from playground.engine.events import Sentence
from playground.engine.speech.spoken import Spoken
from playground.engine.speech.voices import Timing


@dataclass(frozen=True, slots=True)
class LimitPlace:
    at_ms: int
    """From the start of the sentence's playout; once that has begun, from the turn's start."""
    offset: int
    """The end, in the raw text, of the last word that begins before it."""


class AnswerLimit:
    """Told every sentence in order; ``place_in`` returns the place once, for the sentence that holds it."""

    def __init__(self, max_s: int) -> None:
        self._max_s = max_s
        self._left_ms = max_s * 1_000

    @property
    def error(self) -> GreenroomError:
        sentence = (
            f"The answer was cut after {self._max_s} s of speech: this persona's longest answer. Ask for shorter "
            "answers in its prompt, or change “Longest answer” in its rehearsal settings."
        )
        return GreenroomError(Code.ANSWER_TOO_LONG, sentence)

    def place_in(self, sentence: Sentence, utterance: Spoken, timing: Timing) -> LimitPlace | None:
        left_ms = self._left_ms
        self._left_ms -= timing.duration_ms
        if not 0 <= left_ms < timing.duration_ms:
            return None
        starts = zip(utterance.words, timing.word_starts_ms, strict=True)
        begun = (word.end for word, start_ms in starts if start_ms < left_ms)
        return LimitPlace(left_ms, max(begun, default=sentence.start))
