"""Decides which ``*``, ``_`` and ``~`` of a sentence are emphasis marks and which are text.

CommonMark's rules (6.2) and those of GFM's strikethrough (6.5), with two differences. A mark with a letter or a digit
on both sides is text, because it is more likely a value (``5*3*2``, ``10~20%``); letters of scripts whose words take
marks inside them (Han, kana, Thai, Hangul …) don't count. And emphasis may begin in one sentence and end in another, so
a mark without its partner counts as one if it can hardly be anything else.
"""

import unicodedata
from dataclasses import dataclass

from playground.engine.speech.word_breaks import is_unspaced

_MOST_MARKS = 3
"""A longer run without a partner is a row of stars, not emphasis that ends in another sentence."""
_STRIKE_CHARS = 2
"""A longer run of ``~`` is no strikethrough."""


@dataclass(slots=True)
class Run:
    """Consecutive marks of one kind, at ``start`` … ``end`` of the text."""

    mark: str
    start: int
    end: int
    opens: bool
    closes: bool
    opened: int = 0
    """How many of its last characters open an emphasis."""
    closed: int = 0
    """How many of its first characters close one."""

    @property
    def left(self) -> int:
        return self.end - self.start - self.opened - self.closed

    @property
    def text(self) -> tuple[int, int]:
        """The offsets of the characters that are text."""
        return self.start + self.closed, self.end - self.opened


def run_at(text: str, start: int, end: int, begin: int) -> Run:
    """Return the run at ``start`` of a line whose text begins at ``begin``, and whether it can open or close."""
    before = text[start - 1] if start > begin else " "
    after = text[end] if end < len(text) else " "
    if _is_wordlike(before) and _is_wordlike(after):
        return Run(text[start], start, end, opens=False, closes=False)
    leans_left = _leans(before, after)
    leans_right = _leans(after, before)
    if text[start] != "_":
        return Run(text[start], start, end, opens=leans_left, closes=leans_right)
    opens = leans_left and (not leans_right or _is_mark(before))
    closes = leans_right and (not leans_left or _is_mark(after))
    return Run("_", start, end, opens=opens, closes=closes)


def pair(runs: list[Run], begin: int, end: int, text: str) -> None:
    """Determine which characters of ``runs``, in order, are marks; the line is ``text[begin:end]``."""
    waiting: list[Run] = []
    bottoms: dict[tuple[str, bool, int], int] = {}
    """Per kind of closer, the index in ``waiting`` below which no run opens: keeps the cost linear."""
    for run in runs:
        while run.closes and run.left:
            key = (run.mark, run.opens, (run.end - run.start) % 3)
            place = _opener(waiting, run, bottoms.get(key, 0))
            if place is None:
                bottoms[key] = len(waiting)
                break
            opener = waiting[place]
            used = run.left if run.mark == "~" else min(2, run.left, opener.left)
            opener.opened += used
            run.closed += used
            del waiting[place + (1 if opener.left else 0) :]
            bottoms = {key: min(bottom, len(waiting)) for key, bottom in bottoms.items()}
        if run.opens and run.left:
            waiting.append(run)
    for run in runs:
        _settle(run, begin, end, text)


def _opener(waiting: list[Run], closer: Run, bottom: int) -> int | None:
    """Return the index of the nearest run that ``closer`` closes."""
    for place in range(len(waiting) - 1, bottom - 1, -1):
        opener = waiting[place]
        if opener.mark == closer.mark and _may_pair(opener, closer):
            return place
    return None


def _may_pair(opener: Run, closer: Run) -> bool:
    lengths = opener.end - opener.start, closer.end - closer.start
    if closer.mark == "~":
        return lengths[0] == lengths[1] <= _STRIKE_CHARS
    if not (opener.closes or closer.opens) or sum(lengths) % 3:
        return True
    return not any(length % 3 for length in lengths)


def _settle(run: Run, begin: int, end: int, text: str) -> None:
    """Treat the rest of a run as marks if its partner is probably in another sentence."""
    if (
        not 0 < run.left <= _MOST_MARKS
        or not (run.opens or run.closes)
        or (run.mark == "~" and run.left == 1)
    ):
        return
    first, last = run.text
    opens_line = run.opens and first == begin and not text[last : last + 1].isdigit()
    closes_line = run.closes and last == end and not text[first - 1 : first].isalnum()
    if run.left > 1 or opens_line or closes_line:
        run.opened += run.left


def _leans(near: str, far: str) -> bool:
    """Whether the run is left-flanking (CommonMark), or, mirrored, right-flanking."""
    return not far.isspace() and (not _is_mark(far) or near.isspace() or _is_mark(near))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _is_wordlike(character: str) -> bool:
    return character.isalnum() and not is_unspaced(character)
