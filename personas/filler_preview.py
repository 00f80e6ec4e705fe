"""A filler config's page: its phrases with their shares, and the picture for a time to first sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.engine.persona import SpeechSettings
from playground.engine.speech.filler_picture import (
    FillerTiming,
    PhraseShare,
    axis_ms,
    bars,
    filler_timing,
    shares,
    ticks_ms,
)
from playground.engine.speech.fillers import spoken_phrase
from playground.engine.speech.tags import tags_of
from playground.engine.speech.voices import voice_of

USUAL_FIRST_SENTENCE_MS = 1_500
LONGEST_FIRST_SENTENCE_MS = 10_000
WIDTH = 480
"""In units of the picture; the page scales it."""
LANES = {"llm": (26, 20), "voice": (54, 28)}
"""Top and height."""
_LETTER = 7.5
"""The estimated width of a label's letter, rather too wide."""


@dataclass(frozen=True, slots=True)
class Box:
    kind: str
    label: str
    x: float
    y: int
    width: float
    height: int
    from_ms: int
    to_ms: int

    @property
    def has_room(self) -> bool:
        return self.width >= _LETTER * (len(self.label) + 2)

    @property
    def text_x(self) -> float:
        return round(self.x + 8, 1)

    @property
    def text_y(self) -> int:
        return self.y + self.height // 2 + 5


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    seconds: str


@dataclass(frozen=True, slots=True)
class FillerPreview:
    """``phrase`` is the one drawn; if empty, the picture shows the silence."""

    shares: tuple[PhraseShare, ...]
    phrase: str
    first_sentence_ms: int
    synthesis_ms: int
    delay_ms: int
    timing: FillerTiming
    boxes: tuple[Box, ...]
    ticks: tuple[Tick, ...]


def preview_filler(
    phrases: Sequence[str], delay_ms: int, *, first_sentence_ms: int, phrase: str = ""
) -> FillerPreview:
    """Return the picture for one phrase (by default the longest) in the voice of JAICP's telephony."""
    voice, tags = voice_of(SpeechSettings()), tags_of(SpeechSettings())
    phrase_shares = shares((text, voice.timing(spoken_phrase(text, tags)).duration_ms) for text in phrases)
    lengths = {share.phrase: share.duration_ms for share in phrase_shares}
    if phrase not in lengths:
        phrase = max(lengths, key=lambda text: lengths[text], default="")
    synthesis_ms = voice.synthesis_ms("x")
    timing = filler_timing(
        first_sentence_ms=first_sentence_ms,
        synthesis_ms=synthesis_ms,
        delay_ms=delay_ms,
        phrase_ms=lengths.get(phrase),
    )
    length_ms = axis_ms(timing)
    return FillerPreview(
        shares=tuple(phrase_shares),
        phrase=phrase,
        first_sentence_ms=first_sentence_ms,
        synthesis_ms=synthesis_ms,
        delay_ms=delay_ms,
        timing=timing,
        boxes=_boxes(timing, first_sentence_ms, length_ms),
        ticks=tuple(Tick(_x(at_ms, length_ms), f"{at_ms / 1_000:g} s") for at_ms in ticks_ms(length_ms)),
    )


def _boxes(timing: FillerTiming, first_sentence_ms: int, length_ms: int) -> tuple[Box, ...]:
    def box(kind: str, lane: str, label: str, from_ms: int, to_ms: int) -> Box:
        top, height = LANES[lane]
        left = _x(from_ms, length_ms)
        return Box(kind, label, left, top, round(_x(to_ms, length_ms) - left, 1), height, from_ms, to_ms)

    return tuple(
        box(bar.kind, bar.lane, bar.label, bar.from_ms, bar.to_ms) for bar in bars(timing, first_sentence_ms)
    )


def _x(at_ms: int, length_ms: int) -> float:
    return round(at_ms / length_ms * WIDTH, 1)
