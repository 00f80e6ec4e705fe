"""The speech tags that each text-to-speech engine reads: one table, by engine and model.

A row names its source: [V] the vendor's own documentation, [A] assumed. A tag that an engine doesn't read is spoken as
text. Nothing was measured at an engine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from playground.engine.persona import SpeechSettings

LONGEST_BREAK_MS = 10_000
"""The longest break if the engine documents no limit: [A], the limit of Amazon Polly and others."""

_STRENGTHS_MS = {"none": 0, "x-weak": 250, "weak": 500, "medium": 750, "strong": 1_000, "x-strong": 1_250}
"""A break without a time, by its ``strength``: Azure's [V]; for every other engine [A]."""
_V3_PAUSES_MS = {"[short pause]": 500, "[pause]": 1_000, "[long pause]": 2_000}
"""ElevenLabs v3 has these pauses [V]; their lengths are [A]."""
SOUND_MS = 900
"""The length of a laugh, a sigh or another sound: [A]."""
SPELLED_MS = 300.0
"""The length of one letter or digit of spelled text, at normal speed: [A]."""
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
class TagSupport:
    """A row of the table: who reads which tags. An audio tag's name has its brackets: ``[laughs]``."""

    reader: str
    names: frozenset[str]
    models: re.Pattern[str] | None = None
    """The models; None for all."""
    longest_ms: int = LONGEST_BREAK_MS


_ENGINES: dict[str, tuple[TagSupport, ...]] = {
    # Cartesia, "SSML Tags" and "Inserting Breaks/Pauses" [V]: breaks and spelling in every Sonic; speed, volume,
    # emotion and [laughter] from Sonic 3 on.
    "cartesia": (
        TagSupport("Cartesia", frozenset({"break", "spell"})),
        TagSupport(
            "Cartesia's sonic-3",
            frozenset({"speed", "volume", "emotion", "[laughter]"}),
            re.compile(r"sonic-[3-9]"),
        ),
    ),
    # ElevenLabs, "Best practices" and "Do pauses and SSML phoneme tags work with the API?" [V]: breaks of up to 3 s in
    # all models but v3; phonemes in three models; audio tags in v3 alone.
    "elevenlabs": (
        TagSupport("ElevenLabs before v3", frozenset({"break"}), re.compile(r"(?!.*v3)"), longest_ms=3_000),
        TagSupport(
            "ElevenLabs' Flash v2, Turbo v2 and English v1",
            frozenset({"phoneme"}),
            re.compile(r"eleven_(?:flash_v2|turbo_v2|monolingual_v1)\Z"),
        ),
        TagSupport("ElevenLabs' v3", _SOUNDS | _DIRECTIONS | frozenset(_V3_PAUSES_MS), re.compile(r".*v3")),
    ),
    # PlayHT, "Convert SSML To Speech" [V]: SSML for its Standard and Premium voices at another endpoint alone; the
    # endpoint that streams reads none [A].
    "playht": (),
    # Just AI, "Speech synthesis markup" [V]: SSML, without <speak> too, for most providers; the tags
    # depend on the provider, and all are assumed to be read [A].
    "telephony": (TagSupport("JAICP's telephony", _SSML),),
    # Microsoft, "SSML document structure and events" [V]; breaks of up to 20 s [V].
    "azure": (TagSupport("Azure", _SSML, longest_ms=20_000),),
}
_ELSEWHERE = (
    # Vapi, "Flush syntax" [V]: a platform, which takes the tag out of the text itself.
    TagSupport("Vapi", frozenset({"flush"})),
)
_USUAL_MODELS = {"cartesia": "sonic-3", "elevenlabs": "eleven_flash_v2_5"}
"""The model of a persona that names none: the examples on Tavus' "TTS" page, and so [A]."""


@dataclass(frozen=True, slots=True)
class SpeechTags:
    """The tags that one voice reads."""

    voice: str
    """Its engine and, if the persona names one, its model."""
    readings: tuple[TagSupport, ...]

    def support(self, name: str) -> TagSupport | None:
        """Return how the voice reads the tag ``name``; None if it speaks the tag as text."""
        return next((row for row in self.readings if name in row.names), None)

    def unread(self, name: str) -> str:
        """Return the note about a tag that this voice speaks as text."""
        shown = name if name.startswith("[") else f"<{name}>"
        readers = _in_words([row.reader for row in _ALL_READINGS if name in row.names])
        return f"{shown} was read aloud as text: this voice ({self.voice}) does not read it. {readers} would."


_ALL_READINGS = (*(row for rows in _ENGINES.values() for row in rows), *_ELSEWHERE)
SPEECH_TAGS = frozenset(name for row in _ALL_READINGS for name in row.names)
"""Every tag that some voice reads."""


def tags_of(settings: SpeechSettings) -> SpeechTags:
    """Return the tags of a persona's tts layer; an engine that isn't in the table reads those of JAICP's telephony."""
    engine = settings.engine.strip().lower()
    rows = _ENGINES.get(engine, _ENGINES["telephony"])
    model = settings.model.strip().lower() or _USUAL_MODELS.get(engine, "")
    read = tuple(row for row in rows if row.models is None or row.models.match(model))
    return SpeechTags(f"{engine or 'telephony'} {settings.model}".strip(), read)


DEFAULT_TAGS = tags_of(SpeechSettings())


def break_ms(attributes: Mapping[str, str], support: TagSupport) -> int:
    """Return the length of ``<break>`` in ms: its time, else its strength, else the strength "medium"."""
    duration = _DURATION.fullmatch(attributes.get("time", "").strip().lower())
    if duration is None:
        return _STRENGTHS_MS.get(attributes.get("strength", "").strip().lower(), _STRENGTHS_MS["medium"])
    ms = float(duration["number"]) * (1 if duration["unit"] == "ms" else 1_000)
    return round(min(ms, support.longest_ms))


def sound_ms(name: str) -> tuple[int, bool]:
    """Return how long an audio tag delays the words, in ms, and whether that is silence."""
    if name in _V3_PAUSES_MS:
        return _V3_PAUSES_MS[name], True
    return (SOUND_MS if name in _SOUNDS else 0), False


def pace(name: str, attributes: Mapping[str, str]) -> float:
    """Return the factor of ``<speed ratio>`` (Cartesia: 0.6 to 1.5 [V]) or ``<prosody rate>`` (0.5 to 2 [V], Azure)."""
    if name == "speed":
        number = _NUMBER.fullmatch(attributes.get("ratio", "").strip())
        return min(max(float(number.group()), 0.6), 1.5) if number else 1.0
    rate = attributes.get("rate", "").strip().lower()
    if rate in _RATES:
        return _RATES[rate]
    percent = _PERCENT.fullmatch(rate)
    if percent is None:
        return 1.0
    amount = float(percent["number"]) / (100 if percent["percent"] else 1)
    factor = {"+": 1 + amount, "-": 1 - amount}.get(percent["sign"], amount)
    return min(max(factor, _SLOWEST), _FASTEST)


def spells(name: str, attributes: Mapping[str, str]) -> bool:
    """Whether the enclosed text is spelled."""
    return name == "spell" or attributes.get("interpret-as", "").strip().lower() in _SPELLED


_DURATION = re.compile(r"(?P<number>\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})\s*(?P<unit>ms|s)")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{0,6})?|\.\d{1,6}")
_PERCENT = re.compile(r"(?P<sign>[+-]?)(?P<number>\d{1,4}(?:\.\d{0,6})?)(?P<percent>%?)")
_SPELLED = _listed("characters, spell-out, digits, telephone, verbatim")


def _in_words(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
