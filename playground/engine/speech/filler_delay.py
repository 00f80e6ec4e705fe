"""The activation delay that would have served the callers of measured turns best."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.engine.distribution import FEWEST_TO_COMPARE
from playground.engine.speech.filler_picture import filler_timing

DELAYS_MS = range(500, 5_001, 100)
"""The delays that are compared. Just AI, "Fill pauses": less than 500 might cause errors."""
SAME_MS = 50
"""A delay that is better by less than this is not worth a change."""
HELD_BACK_WEIGHT = 2
"""How much a millisecond for which a ready answer waits counts, compared with one of silence."""


@dataclass(frozen=True, slots=True)
class WaitedTurn:
    """A turn whose answer could play at ``ready_ms``, and how long the filler's phrase would have been heard."""

    ready_ms: int
    phrase_ms: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a turn has a caller wait for, on average, with a delay."""

    delay_ms: int
    silence_ms: int
    """The longest silence, before or after the filler."""
    held_back_ms: int
    """How long a ready answer waits for the filler's end."""

    @property
    def cost(self) -> int:
        return self.silence_ms + HELD_BACK_WEIGHT * self.held_back_ms


@dataclass(frozen=True, slots=True)
class DelayAdvice:
    best: Waiting
    present: Waiting

    @property
    def is_a_change(self) -> bool:
        return self.present.cost - self.best.cost >= SAME_MS


def waiting(turns: Sequence[WaitedTurn], delay_ms: int) -> Waiting:
    timings = [
        filler_timing(
            first_sentence_ms=turn.ready_ms, synthesis_ms=0, delay_ms=delay_ms, phrase_ms=turn.phrase_ms
        )
        for turn in turns
    ]
    silence_ms = sum(max(timing.dead_before_ms, timing.dead_after_ms) for timing in timings)
    held_back_ms = sum(timing.held_back_ms for timing in timings)
    return Waiting(delay_ms, round(silence_ms / len(turns)), round(held_back_ms / len(turns)))


def delay_advice(turns: Sequence[WaitedTurn], present_ms: int) -> DelayAdvice | None:
    """Return the best delay, of equally good ones the longest; None for fewer turns than say something."""
    if len(turns) < FEWEST_TO_COMPARE:
        return None
    best = min((waiting(turns, delay_ms) for delay_ms in reversed(DELAYS_MS)), key=lambda each: each.cost)
    return DelayAdvice(best, waiting(turns, present_ms))
