"""The timing of a filler and the beginning of an answer, and the bars that show it.

Just AI, llmRequest, "Fill pauses": the phrase plays if nothing has begun to play by ``activationDelayMs``. As in
`schedule`, an answer that is ready by then plays first, and a phrase that has begun plays to its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_STEPS_MS = (500, 1_000, 2_000, 5_000)
_MOST_TICKS = 6
_ANSWER_SHOWN_MS = 1_500
"""How much of the answer is drawn: only its beginning matters here."""


@dataclass(frozen=True, slots=True)
class FillerTiming:
    """Times in ms from the turn's start. Those of the filler are None if none plays."""

    ready_ms: int
    """When the answer's first sentence could play: the LLM's time to its end plus its synthesis."""
    answer_starts_ms: int
    filler_starts_ms: int | None = None
    filler_ends_ms: int | None = None

    @property
    def dead_before_ms(self) -> int:
        """The silence before anything is heard."""
        return self.answer_starts_ms if self.filler_starts_ms is None else self.filler_starts_ms

    @property
    def dead_after_ms(self) -> int:
        """The silence between the filler and the answer."""
        return 0 if self.filler_ends_ms is None else self.answer_starts_ms - self.filler_ends_ms

    @property
    def held_back_ms(self) -> int:
        """How long the answer, though ready, waits for the filler's end."""
        return self.answer_starts_ms - self.ready_ms


@dataclass(frozen=True, slots=True)
class Bar:
    """``kind``: waiting (the LLM), dead-air, filler, speech."""

    lane: str
    kind: str
    from_ms: int
    to_ms: int
    label: str


@dataclass(frozen=True, slots=True)
class PhraseShare:
    """A phrase and its probability, in percent."""

    phrase: str
    percent: float
    duration_ms: int


def fires(ready_ms: int, delay_ms: int) -> bool:
    """Whether the filler plays before an answer that is ready at ``ready_ms``."""
    return ready_ms > delay_ms


def filler_timing(
    *, first_sentence_ms: int, synthesis_ms: int, delay_ms: int, phrase_ms: int | None
) -> FillerTiming:
    """Return the timing. ``phrase_ms``: how long the phrase is heard; None without a phrase."""
    ready_ms = first_sentence_ms + synthesis_ms
    if phrase_ms is None or not fires(ready_ms, delay_ms):
        return FillerTiming(ready_ms, ready_ms)
    ends_ms = delay_ms + phrase_ms
    return FillerTiming(ready_ms, max(ready_ms, ends_ms), delay_ms, ends_ms)


def bars(timing: FillerTiming, first_sentence_ms: int) -> list[Bar]:
    """Return the bars, lane by lane: the LLM above, the voice below."""
    drawn = [Bar("llm", "waiting", 0, first_sentence_ms, "LLM writes")]
    if timing.filler_starts_ms is not None and timing.filler_ends_ms is not None:
        drawn.append(Bar("voice", "dead-air", 0, timing.filler_starts_ms, "dead air"))
        drawn.append(Bar("voice", "filler", timing.filler_starts_ms, timing.filler_ends_ms, "filler"))
        drawn.append(Bar("voice", "dead-air", timing.filler_ends_ms, timing.answer_starts_ms, "dead air"))
    else:
        drawn.append(Bar("voice", "dead-air", 0, timing.answer_starts_ms, "dead air"))
    end_ms = timing.answer_starts_ms + _ANSWER_SHOWN_MS
    drawn.append(Bar("voice", "speech", timing.answer_starts_ms, end_ms, "the answer"))
    return [bar for bar in drawn if bar.to_ms > bar.from_ms]


def axis_ms(timing: FillerTiming) -> int:
    """Return the axis' length: whole seconds that include the filler and the beginning of the answer."""
    end_ms = timing.answer_starts_ms + _ANSWER_SHOWN_MS
    return -(-end_ms // 1_000) * 1_000


def ticks_ms(length_ms: int) -> list[int]:
    """Return the axis labels' places: round steps, few enough to be legible."""
    fitting = (step for step in _STEPS_MS if length_ms / step <= _MOST_TICKS)
    step = next(fitting, max(_STEPS_MS[-1], -(-length_ms // (_MOST_TICKS * 1_000)) * 1_000))
    return list(range(0, length_ms, step))


def shares(phrases: Iterable[tuple[str, int]]) -> list[PhraseShare]:
    """Return each phrase's probability; one listed twice is twice as likely. ``phrases``: with their durations."""
    counts: dict[str, int] = {}
    lengths: dict[str, int] = {}
    for phrase, duration_ms in phrases:
        counts[phrase] = counts.get(phrase, 0) + 1
        lengths[phrase] = duration_ms
    total = sum(counts.values())
    return [PhraseShare(phrase, 100 * count / total, lengths[phrase]) for phrase, count in counts.items()]
