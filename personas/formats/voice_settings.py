"""The known keys of each engine's ``voice_settings``, with their ranges (Tavus, "TTS")."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NumberSetting:
    least: float
    most: float

    def complaint(self, value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"is a number from {self.least:g} to {self.most:g}"
        return "" if self.least <= value <= self.most else f"goes from {self.least:g} to {self.most:g}"


@dataclass(frozen=True, slots=True)
class BooleanSetting:
    def complaint(self, value: object) -> str:
        return "" if isinstance(value, bool) else "is true or false"


@dataclass(frozen=True, slots=True)
class NumberOrWordSetting:
    """Accepts both documented forms of Cartesia's ``speed``: ``"normal"`` and ``0.5``."""

    def complaint(self, value: object) -> str:
        fits = isinstance(value, str | int | float) and not isinstance(value, bool)
        return "" if fits else "is a number or a word such as normal"


@dataclass(frozen=True, slots=True)
class WordSetting:
    def complaint(self, value: object) -> str:
        words = value if isinstance(value, list) else [value]
        return "" if all(isinstance(word, str) for word in words) else "is a list of texts"


Setting = NumberSetting | BooleanSetting | NumberOrWordSetting | WordSetting

ENGINES: dict[str, dict[str, Setting]] = {
    "cartesia": {"speed": NumberOrWordSetting(), "emotion": WordSetting()},
    "elevenlabs": {
        "speed": NumberSetting(0.7, 1.2),
        "stability": NumberSetting(0, 1),
        "similarity_boost": NumberSetting(0, 1),
        "style": NumberSetting(0, 1),
        "use_speaker_boost": BooleanSetting(),
    },
    "playht": {},
}
"""Tavus doesn't document PlayHT's keys: any are accepted."""


def sentences_about(engine: str, settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield one sentence for each key or value that the engine isn't known to accept."""
    known = ENGINES.get(engine)
    if known is None or engine == "playht":
        return
    for key, value in settings.items():
        if key not in known:
            keys = ", ".join(known)
            yield f"{key} is no known key of {engine}'s voice_settings ({keys}): it is kept and passed on."
        elif complaint := known[key].complaint(value):
            yield f"{key} of {engine}'s voice_settings {complaint}."
