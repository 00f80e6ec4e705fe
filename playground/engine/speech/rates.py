"""How long a character is heard at normal speed, by its script: the text's language is unknown.

Syllables a second are those of Pellegrino, Coupé, Marsico (2011), "Across-language perspective on speech
information rate", Language 87 [P]: English 6.19, French 7.18, German 5.97, Italian 6.99, Japanese 7.84, Mandarin
5.18, Spanish 7.82. Characters to a syllable, and every figure of another script, are assumed [A].
"""

from functools import lru_cache

_RATES: tuple[tuple[str, str, float], ...] = (
    # first, last, characters a second
    ("0", "9", 4.5),  # a digit is a word: [A]
    ("\u0000", "\u024f", 15.0),  # Latin: 6.19 syllables [P] of 2.5 letters and spaces [A]
    ("\u0370", "\u03ff", 14.5),  # Greek [A]
    ("\u0400", "\u052f", 14.0),  # Cyrillic [A]
    ("\u0530", "\u058f", 13.5),  # Armenian [A]
    ("\u0590", "\u05ff", 11.0),  # Hebrew: short vowels aren't written [A]
    ("\u0600", "\u06ff", 11.5),  # Arabic, Persian, Urdu: likewise [A]
    ("\u0900", "\u0dff", 13.5),  # the scripts of India: vowel signs are characters [A]
    ("\u0e00", "\u0eff", 13.5),  # Thai, Lao [A]
    ("\u1000", "\u109f", 13.5),  # Burmese [A]
    ("\u10a0", "\u10ff", 13.5),  # Georgian [A]
    ("\u1100", "\u11ff", 13.5),  # single Korean letters [A]
    ("\u1200", "\u137f", 6.5),  # Ethiopic: a character is a syllable [A]
    ("\u1780", "\u17ff", 13.5),  # Khmer [A]
    ("\u1e00", "\u1fff", 15.0),  # Latin and Greek with more marks
    ("\u3040", "\u30ff", 7.8),  # kana: a character is a mora, 7.84 [P]
    ("\u3400", "\u9fff", 5.2),  # Han: a character is a syllable, 5.18 in Mandarin [P]
    ("\uac00", "\ud7a3", 6.5),  # Hangul: a character is a syllable [A]
)
_OTHER_RATE = 13.5
_PAUSES_MS = {
    mark: pause
    for marks, pause in ((",،、，;；:：—–", 180.0), (".!?…。！？؟।۔", 250.0), ("\"'“”«»()[]*„‚‘’", 0.0))
    for mark in marks
}
"""Marks are heard as pauses [A]."""


@lru_cache(maxsize=4096)
def character_ms(character: str) -> float:
    """Return how long ``character`` is heard at normal speed, in ms."""
    pause = _PAUSES_MS.get(character)
    if pause is not None:
        return pause
    for first, last, rate in _RATES:
        if first <= character <= last:
            return 1000.0 / rate
    return 1000.0 / _OTHER_RATE
