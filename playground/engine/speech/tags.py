"""Which speech tags each text-to-speech engine reads: one table, by engine and model.

A row's source stands beside it: [V] the vendor's own documentation, [A] assumed. What an engine does not read, it says
as text. Nothing was measured at an engine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from playground.engine.persona import SpeechSettings

LONGEST_BREAK_MS = 10_000
"""How long a break is at most where the engine names no limit: [A], the limit of Amazon Polly and others."""

_STRENGTHS_MS = {"none": 0, "x-weak": 250, "weak": 500, "medium": 750, "strong": 1_000, "x-strong": 1_250}
"""A break without a time, by its ``strength``: Azure's [V]; for every other engine [A]."""
_V3_PAUSES_MS = {"[short pause]": 500, "[pause]": 1_000, "[long pause]": 2_000}
"""ElevenLabs v3 names these pauses [V]; how long they are is [A]."""
SOUND_MS = 900
"""How long a laugh, a sigh or another sound is heard: [A]."""
SPELLED_MS = 300.0
"""How long one letter or digit is heard where a text is spelled out, at normal speed: [A]."""
_RATES = {"x-slow": 0.5, "slow": 0.64, "medium": 1.0, "default": 1.0, "fast": 1.55, "x-fast": 2.0}
"""The named rates of ``<prosody>``: Azure's [V]; for every other engine [A]."""
_SLOWEST, _FASTEST = 0.5, 2.0


def _listed(names: str) -> frozenset[str]:
    return frozenset(re.split(r",\s*", names))


def _bracketed(names: str) -> frozenset[str]:
    return frozenset(f"[{name}]" for name in _listed(names))


_SSML = _listed("speak, break, prosody, say-as, phoneme, sub, emphasis, voice, lang, audio, mark, w")
_DIRECTIONS = _bracketed(
    "whispers, whispering, shouts, shouting, sarcastic, sarcastically, curious, excited, excitedly, crying, sobbing, "
    "mischievously, happy, happily, sad, sadly, angry, angrily, nervous, nervously, calm, calmly, surprised, tired, "
    "cheerfully, sings, singing, rushed, slowly, dramatically, playfully, hesitates, stammers"
)
_SOUNDS = _bracketed(
    "laughs, laughing, laugh, laughter, laughs harder, starts laughing, wheezing, chuckles, chuckle, giggles, giggle, "
    "sighs, sigh, exhales, inhales, inhales deeply, breathes, breath, gasps, gasp, coughs, cough, clears throat, "
    "sniffs, snorts, swallows, gulps, groans, yawns, hums, applause, clapping, gunshot, explosion"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A row of the table: who reads which tags. An audio tag's name has its brackets: ``[laughs]``."""

    reader: str
    names: frozenset[str]
    models: re.Pattern[str] | None = None
    """Which models; None: all."""
    longest_ms: int = LONGEST_BREAK_MS


_ENGINES: dict[str, tuple[Reading, ...]] = {
    # Cartesia, "SSML Tags" and "Inserting Breaks/Pauses" [V]: breaks and spelling in every Sonic; speed, volume,
    # emotion and [laughter] from Sonic 3 on.
    "cartesia": (
        Reading("Cartesia", frozenset({"break", "spell"})),
        Reading(
            "Cartesia's sonic-3",
            frozenset({"speed", "volume", "emotion", "[laughter]"}),
            re.compile(r"sonic-[3-9]"),
        ),
    ),
    # ElevenLabs, "Best practices" and "Do pauses and SSML phoneme tags work with the API?" [V]: breaks of up to 3 s in
    # all models but v3; phonemes in three models; audio tags in v3 alone.
    "elevenlabs": (
        Reading("ElevenLabs before v3", frozenset({"break"}), re.compile(r"(?!.*v3)"), longest_ms=3_000),
        Reading(
            "ElevenLabs' Flash v2, Turbo v2 and English v1",
            frozenset({"phoneme"}),
            re.compile(r"eleven_(?:flash_v2|turbo_v2|monolingual_v1)\Z"),
        ),
        Reading("ElevenLabs' v3", _SOUNDS | _DIRECTIONS | frozenset(_V3_PAUSES_MS), re.compile(r".*v3")),
    ),
    # PlayHT, "Convert SSML To Speech" [V]: SSML for its Standard and Premium voices at another endpoint alone; the
    # endpoint that streams reads none [A].
    "playht": (),
    # Just AI, "Speech synthesis markup" [V]: SSML, without <speak> too, for most providers; which tags is the
    # provider's business, and all are taken for read [A].
    "telephony": (Reading("JAICP's telephony", _SSML),),
    # Microsoft, "SSML document structure and events" [V]; breaks of up to 20 s [V].
    "azure": (Reading("Azure", _SSML, longest_ms=20_000),),
}
_ELSEWHERE = (
    # Vapi, "Flush syntax" [V]: a platform, which takes the tag out of the text itself.
    Reading("Vapi", frozenset({"flush"})),
)
_USUAL_MODELS = {"cartesia": "sonic-3", "elevenlabs": "eleven_flash_v2_5"}
"""What speaks where a persona names no model: the examples of Tavus' "TTS" page, and so [A]."""


@dataclass(frozen=True, slots=True)
class SpeechTags:
    """What one voice reads."""

    voice: str
    """Its engine and, where the persona names one, its model."""
    readings: tuple[Reading, ...]

    def reading(self, name: str) -> Reading | None:
        """Return how the voice reads the tag ``name``; None if it says the tag as text."""
        return next((row for row in self.readings if name in row.names), None)

    def unread(self, name: str) -> str:
        """The note about a tag that this voice says as text."""
        shown = name if name.startswith("[") else f"<{name}>"
        readers = _in_words([row.reader for row in _ALL_READINGS if name in row.names])
        return f"{shown} was read aloud as text: this voice ({self.voice}) does not read it. {readers} would."


_ALL_READINGS = (*(row for rows in _ENGINES.values() for row in rows), *_ELSEWHERE)
SPEECH_TAGS = frozenset(name for row in _ALL_READINGS for name in row.names)
"""Every tag that some voice reads."""


def tags_of(settings: SpeechSettings) -> SpeechTags:
    """What the voice of a persona's tts layer reads; an engine that isn't in the table reads what telephony does."""
    engine = settings.engine.strip().lower()
    rows = _ENGINES.get(engine, _ENGINES["telephony"])
    model = settings.model.strip().lower() or _USUAL_MODELS.get(engine, "")
    read = tuple(row for row in rows if row.models is None or row.models.match(model))
    return SpeechTags(f"{engine or 'telephony'} {settings.model}".strip(), read)


DEFAULT_TAGS = tags_of(SpeechSettings())


def break_ms(attributes: Mapping[str, str], reading: Reading) -> int:
    """How long ``<break>`` is: its time, else its strength, else the strength "medium"."""
    given = _DURATION.fullmatch(attributes.get("time", "").strip().lower())
    if given is None:
        return _STRENGTHS_MS.get(attributes.get("strength", "").strip().lower(), _STRENGTHS_MS["medium"])
    ms = float(given["number"]) * (1 if given["unit"] == "ms" else 1_000)
    return round(min(ms, reading.longest_ms))


def sound_ms(name: str) -> tuple[int, bool]:
    """How long an audio tag holds up the words, and whether that is silence."""
    if name in _V3_PAUSES_MS:
        return _V3_PAUSES_MS[name], True
    return (SOUND_MS if name in _SOUNDS else 0), False


def pace(name: str, attributes: Mapping[str, str]) -> float:
    """The factor of ``<speed ratio>`` (Cartesia: 0.6 to 1.5 [V]) or ``<prosody rate>`` (0.5 to 2 [V], Azure)."""
    if name == "speed":
        number = _NUMBER.fullmatch(attributes.get("ratio", "").strip())
        return min(max(float(number.group()), 0.6), 1.5) if number else 1.0
    rate = attributes.get("rate", "").strip().lower()
    if rate in _RATES:
        return _RATES[rate]
    given = _PERCENT.fullmatch(rate)
    if given is None:
        return 1.0
    amount = float(given["number"]) / (100 if given["percent"] else 1)
    factor = {"+": 1 + amount, "-": 1 - amount}.get(given["sign"], amount)
    return min(max(factor, _SLOWEST), _FASTEST)


def spells(name: str, attributes: Mapping[str, str]) -> bool:
    """Whether what the tag encloses is said letter by letter."""
    return name == "spell" or attributes.get("interpret-as", "").strip().lower() in _SPELLED


_DURATION = re.compile(r"(?P<number>\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})\s*(?P<unit>ms|s)")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{0,6})?|\.\d{1,6}")
_PERCENT = re.compile(r"(?P<sign>[+-]?)(?P<number>\d{1,4}(?:\.\d{0,6})?)(?P<percent>%?)")
_SPELLED = _listed("characters, spell-out, digits, telephone, verbatim")


def _in_words(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
