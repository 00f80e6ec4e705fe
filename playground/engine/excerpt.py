"""A short excerpt of a text around words that were searched for. Pure."""

from dataclasses import dataclass

AROUND_CHARS = 48
"""How much is shown on either side of the words."""
MARKED_CHARS = 80
"""More of the words themselves is cut."""
LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What stands before the words, the words as the text has them, and what stands behind."""

    before: str
    found: str
    after: str


def excerpt_of(text: str, words: str) -> Excerpt | None:
    """Return the excerpt at the first place of the words, in upper or lower case; None if they aren't in the text."""
    sought = words.strip()
    start = _lowered(text).find(_lowered(sought))
    if not sought or start < 0:
        return None
    end = start + len(sought)
    found = text[start:end]
    if len(found) > MARKED_CHARS:
        return Excerpt(_before(text, start), _spaced(found[:MARKED_CHARS]), LEFT_OUT)
    return Excerpt(_before(text, start), _spaced(found), _after(text, end))


def _lowered(text: str) -> str:
    """Return the text in lower case, as long as it was: some letters become two."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := each.lower()) == 1 else each for each in text)


def _before(text: str, start: int) -> str:
    """Return what stands before, from a whole word on."""
    if start <= AROUND_CHARS:
        return _spaced(text[:start])
    kept = text[start - AROUND_CHARS - 1 : start]
    _, space, whole = kept.partition(" ")
    return LEFT_OUT + _spaced(whole if space else kept[1:])


def _after(text: str, end: int) -> str:
    """Return what stands behind, up to a whole word."""
    if len(text) - end <= AROUND_CHARS:
        return _spaced(text[end:])
    kept = text[end : end + AROUND_CHARS + 1]
    whole, space, _ = kept.rpartition(" ")
    return _spaced(whole if space else kept[:-1]) + LEFT_OUT


def _spaced(text: str) -> str:
    """Return the text on one line, its spaces at both ends as one."""
    line = " ".join(text.split())
    return f"{' ' * text[:1].isspace()}{line}{' ' * (text[-1:].isspace() and bool(line))}"
