"""A short excerpt of a text around words that were searched for. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

AROUND_CHARS = 48
"""How much is shown on either side of the words."""
MARKED_CHARS = 80
"""More of the words themselves is cut."""
LEFT_OUT = "…"
LINE_BREAK = " / "
"""Between lines: what the caller said and the answer are lines of their own."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an excerpt, on one line."""

    text: str
    is_found: bool
    """Whether it is what was searched for."""


def excerpt_of(text: str, words: str) -> tuple[Part, ...]:
    """Return the parts around the first place of the words, in upper or lower case; none if they aren't in the text."""
    text = _on_one_line(text)
    sought = _lowered(_on_one_line(words).strip())
    lowered = _lowered(text)
    place = lowered.find(sought) if sought else -1
    if place < 0:
        return ()
    if len(sought) > MARKED_CHARS:
        start, end = _start(text, place), place + MARKED_CHARS
        parts = [Part(text[start:place], is_found=False), Part(text[place:end], is_found=True)]
    else:
        start, end = _start(text, place), _end(text, place + len(sought))
        parts = list(_parts(text[start:end], lowered[start:end], sought))
    if start > 0:
        parts.insert(0, Part(LEFT_OUT, is_found=False))
    if end < len(text):
        parts.append(Part(LEFT_OUT, is_found=False))
    return tuple(part for part in parts if part.text)


def _lowered(text: str) -> str:
    """Return the text in lower case, as long as it was: some letters would become two."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := each.lower()) == 1 else each for each in text)


def _start(text: str, place: int) -> int:
    """Return where the excerpt begins: with a whole word, if there is one."""
    earliest = max(0, place - AROUND_CHARS)
    space = text.find(" ", earliest, place) if earliest > 0 else -1
    return earliest if space < 0 else space + 1


def _end(text: str, place: int) -> int:
    latest = min(len(text), place + AROUND_CHARS)
    space = text.rfind(" ", place, latest) if latest < len(text) else -1
    return latest if space < 0 else space


def _parts(text: str, lowered: str, sought: str) -> Iterator[Part]:
    """Yield the text's parts in order: each occurrence of the words, and the text between them."""
    done = 0
    while (place := lowered.find(sought, done)) >= 0:
        yield Part(text[done:place], is_found=False)
        done = place + len(sought)
        yield Part(text[place:done], is_found=True)
    yield Part(text[done:], is_found=False)


def _on_one_line(text: str) -> str:
    return LINE_BREAK.join(line for line in text.splitlines() if line.strip())
