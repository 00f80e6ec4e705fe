"""Times written as words, so that a delta carries the time at which it was sent through whatever relays its text."""

import time
from string import ascii_lowercase

LETTERS = 7
MICROSECONDS: int = 26**LETTERS
"""Stamps repeat after this many, which is more than two hours."""
_AS_DIGITS = str.maketrans(ascii_lowercase, "0123456789abcdefghijklmnop")
_WITHOUT_STOPS = str.maketrans("", "", ".")


def now_us() -> int:
    """Return the machine's monotonic time: the same clock in every process."""
    return time.monotonic_ns() // 1000


def stamp(at_us: int) -> str:
    """Return the time as a word of small letters."""
    rest = at_us % MICROSECONDS
    letters = []
    for _ in range(LETTERS):
        rest, letter = divmod(rest, 26)
        letters.append(ascii_lowercase[letter])
    return "".join(reversed(letters))


def stamps(text: str) -> tuple[list[int], str]:
    """Return the times in a text, capitals and full stops aside, and the beginning of a stamp at its end."""
    words = text.lower().translate(_WITHOUT_STOPS).split()
    rest = words.pop() if words and len(words[-1]) < LETTERS else ""
    return [int(word.translate(_AS_DIGITS), 26) for word in words], rest


def elapsed_ms(from_us: int, to_us: int) -> float:
    """Return the time from one stamp to another that is less than MICROSECONDS later."""
    return (to_us - from_us) % MICROSECONDS / 1000
