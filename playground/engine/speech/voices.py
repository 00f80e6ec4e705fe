"""A timing model of each text-to-speech engine, in one table. Nothing is synthesised.

Each figure names its source: [P] published in a paper, [V] the vendor's own statement about its model, [A] assumed.
All times are deterministic estimates for rehearsal; nothing was measured at an engine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import isnan
from typing import Any

from playground.engine.persona import SpeechSettings
from playground.engine.speech.rates import character_ms
from playground.engine.speech.spoken import Spoken
from playground.engine.speech.tags import SPELLED_MS


@dataclass(frozen=True, slots=True)
class Timing:
    """A segment's times, in ms from its own start."""

    duration_ms: int
    word_starts_ms: tuple[int, ...] = ()
    pauses_ms: tuple[tuple[int, int], ...] = ()
    """The intervals in which a tag makes it silent."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice at its speed: the times of a text, in ms."""

    engine: str
    delay_ms: int
    """From the request for a segment to its first audio; independent of its length, since engines stream."""
    speed: float = 1.0
    """1.0 is the engine's normal speed; 2.0 is twice as fast."""

    def synthesis_ms(self, text: str) -> int:
        """Return the delay before the first audio of a segment; 0 for an empty one."""
        return self.delay_ms if text else 0

    def duration_ms(self, text: str) -> int:
        """Return how long a text without tags is heard."""
        return self.timing(Spoken(text, ())).duration_ms

    def timing(self, spoken: Spoken) -> Timing:
        """Return when each word of a segment begins, where tags make it silent, and when it ends."""
        heard_ms = [0.0, *accumulate(self._characters_ms(spoken))]
        held = [0, *accumulate(pause.ms for pause in spoken.pauses)]
        starts: list[int] = []
        passed = 0
        for word in spoken.words:
            while passed < len(spoken.pauses) and spoken.pauses[passed].offset <= word.at:
                passed += 1
            starts.append(round(heard_ms[word.at] + held[passed]))
        silences = tuple(
            (round(heard_ms[pause.offset] + before), round(heard_ms[pause.offset] + before + pause.ms))
            for pause, before in zip(spoken.pauses, held, strict=False)
            if pause.is_silence and pause.ms
        )
        return Timing(round(heard_ms[-1] + held[-1]), tuple(starts), silences)

    def _characters_ms(self, spoken: Spoken) -> list[float]:
        times = list(map(character_ms, spoken.text))
        if self.speed != 1.0:
            times = [each / self.speed for each in times]
        for stretch in spoken.stretches:
            for place in range(stretch.start, stretch.end):
                if stretch.is_spelled and spoken.text[place].isalnum():
                    times[place] = SPELLED_MS / self.speed
                times[place] /= stretch.pace
        return times


def voice_of(settings: SpeechSettings) -> Voice:
    """Return the voice of a persona's tts layer. An engine that isn't in the table counts as JAICP's telephony."""
    engine = _ENGINES.get(settings.engine.strip().lower(), _TELEPHONY)
    return Voice(engine.name, engine.delay_ms, engine.speed(settings.settings))


@dataclass(frozen=True, slots=True)
class _Engine:
    name: str
    delay_ms: int
    speed: Callable[[Mapping[str, Any]], float]


def _multiplier(slowest: float, fastest: float) -> Callable[[Mapping[str, Any]], float]:
    """Return a reader of ``speed``: a factor, clamped to the engine's range; 1.0 if it is missing or no number."""

    def read(settings: Mapping[str, Any]) -> float:
        factor = _number(settings.get("speed"))
        return 1.0 if factor is None else min(max(factor, slowest), fastest)

    return read


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or isnan(value):
        return None
    return float(value)


_CARTESIA_NAMES = {"slowest": 0.6, "slow": 0.8, "normal": 1.0, "fast": 1.25, "fastest": 1.5}


def _cartesia_speed(settings: Mapping[str, Any]) -> float:
    """Read Cartesia's ``speed``: a name; -1 to below 1, 0 being normal (older models); a factor from 1 on (Sonic 3)."""
    speed = settings.get("speed")
    if isinstance(speed, str):
        return _CARTESIA_NAMES.get(speed.strip().lower(), 1.0)
    number = _number(speed)
    if number is None:
        return 1.0
    if number >= 1:
        return min(number, 1.5)
    return 1.0 + (0.5 if number > 0 else 0.4) * max(number, -1.0)


_NETWORK_MS = 60
"""The round trip between the platform and the engine: [A]."""

_TELEPHONY = _Engine("telephony", 300, _multiplier(0.5, 2.0))
"""JAICP works with any provider and documents no delay: all figures [A], those of a common cloud voice."""

_ENGINES = {
    # Model latency 90 ms [V] (Cartesia about Sonic); names of speeds [V], their factors [A].
    "cartesia": _Engine("cartesia", 90 + _NETWORK_MS, _cartesia_speed),
    # Model latency 75 ms [V] (ElevenLabs about Flash), first audio twice that [A]; speed 0.7 … 1.2 [V].
    "elevenlabs": _Engine("elevenlabs", 2 * 75 + _NETWORK_MS, _multiplier(0.7, 1.2)),
    # Delay [A]; the range of ``speed`` [A].
    "playht": _Engine("playht", 240 + _NETWORK_MS, _multiplier(0.1, 5.0)),
}
