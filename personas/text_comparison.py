"""Compares two texts word by word, groups changes that belong together, and marks moved sentences."""

import difflib
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate

from playground.engine.common_beginning import common_beginning

MAX_COMPARED = 4_000
"""The most parts (words, or else lines) compared one by one."""
COMPARED_STEPS = 1_000_000
"""How many pairs of parts a comparison looks at, about 0.1 s of CPU; what is left then counts as replaced."""
MOVED_WORDS = 4
"""The fewest words of a sentence or line that counts as moved: fewer are the same by chance."""
MOST_STATEMENTS = 200
"""The most sentences and lines of a change among which those are sought that both texts have."""

_WORD = re.compile(r"\s+|\w+|[^\w\s]")
_SENTENCE_ENDS = frozenset(".!?")
_STATEMENT_END = re.compile(r"(?<=[.!?])\s+|\n+")


class ChangeKind(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    MOVED_AWAY = "moved_away"
    """Moved: the newer text has it elsewhere, as MOVED_HERE."""
    MOVED_HERE = "moved_here"

    @property
    def is_in_older(self) -> bool:
        return self not in (ChangeKind.ADDED, ChangeKind.MOVED_HERE)

    @property
    def is_in_newer(self) -> bool:
        return self not in (ChangeKind.REMOVED, ChangeKind.MOVED_AWAY)


@dataclass(frozen=True, slots=True)
class DiffSpan:
    """A part of both texts, or of one of them."""

    kind: ChangeKind
    text: str


@dataclass(frozen=True, slots=True)
class _Change:
    """Text that is the same, and what was replaced after it."""

    same: str
    removed: str
    added: str

    @property
    def size(self) -> int:
        return max(len(self.removed), len(self.added))


def compare_texts(before: str, after: str) -> tuple[DiffSpan, ...]:
    """Return both texts as one: common, removed, added and moved parts. Parts are words, or lines in long texts."""
    for parts in (_WORD.findall, _lines):
        old, new = parts(before), parts(after)
        start = common_beginning(old, new)
        end = common_beginning(old[start:][::-1], new[start:][::-1])
        old_middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
        if max(len(old_middle), len(new_middle)) <= MAX_COMPARED:
            changes = _grouped(_matched(old_middle, new_middle))
            break
    else:
        changes = [_Change("", "".join(old_middle), "".join(new_middle))]
    changes[0] = replace(changes[0], same="".join(new[:start]) + changes[0].same)
    changes.append(_Change("".join(new[len(new) - end :]), "", ""))
    changes = _with_kept_statements(changes, parts)
    spans = [span for change in _at_best_places(changes) for span in _spans_of(change)]
    return tuple(_merged(_with_moves(spans)))


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _matched(old: list[str], new: list[str]) -> Iterator[_Change]:
    return _between(sorted(_common_runs(old, new)), old, new)


def _between(runs: Iterable[difflib.Match], old: list[str], new: list[str]) -> Iterator[_Change]:
    """Yield what stays the same in these runs, and what was replaced between them."""
    a = c = 0
    same = ""
    for run in [*runs, difflib.Match(len(old), len(new), 0)]:
        yield _Change(same, "".join(old[a : run.a]), "".join(new[c : run.b]))
        same = "".join(old[run.a : run.a + run.size])
        a, c = run.a + run.size, run.b + run.size
    yield _Change(same, "", "")


def _common_runs(old: list[str], new: list[str]) -> Iterator[difflib.Match]:
    """Yield the longest common run, then the longest before and after it and so on, for `COMPARED_STEPS`.

    `difflib.SequenceMatcher.get_matching_blocks` goes on to the end: if only single parts agree, its cost grows with
    their square.
    """
    matcher = difflib.SequenceMatcher(None, old, new)
    popular = matcher.bpopular  # type: ignore[attr-defined] # documented; the stubs lack it
    times = Counter(part for part in new if part not in popular)
    steps = list(accumulate((1 + times[part] for part in old), initial=0))
    steps_left = COMPARED_STEPS
    ranges = deque([(0, len(old), 0, len(new))])
    while ranges and steps_left > 0:
        a, b, c, d = ranges.popleft()
        steps_left -= steps[b] - steps[a]
        run = matcher.find_longest_match(a, b, c, d)
        if not run.size:
            continue
        yield run
        around = ((a, run.a, c, run.b), (run.a + run.size, b, run.b + run.size, d))
        ranges.extend(each for each in around if each[0] < each[1] and each[2] < each[3])


def _grouped(changes: Iterator[_Change]) -> list[_Change]:
    """Join changes between which less stays the same than changes on either side: a person marks them as one."""
    grouped: list[_Change] = []
    for change in changes:
        while grouped and grouped[-1].size and len(change.same) <= min(grouped[-1].size, change.size):
            earlier = grouped.pop()
            change = _Change(
                earlier.same,
                earlier.removed + change.same + change.removed,
                earlier.added + change.same + change.added,
            )
        grouped.append(change)
    return grouped


def _with_kept_statements(changes: Sequence[_Change], parts: Callable[[str], list[str]]) -> list[_Change]:
    """Divide what was replaced at the sentences and lines that both texts have there: they stay."""
    divided: list[_Change] = []
    following = list(changes)
    while following:
        change = following.pop(0)
        if not (change.removed and change.added and following):
            divided.append(change)
            continue
        head, tail = _begun_statement(change.same), _ended_statement(following[0].same)
        old, new = (_statement_parts(head + each + tail) for each in (change.removed, change.added))
        if not (runs := _kept_runs(old, new)):
            divided.append(change)
            continue
        inner = [within for each in _between(runs, old, new) for within in _compared_within(each, parts)]
        inner[0] = replace(inner[0], same=change.same[: len(change.same) - len(head)] + inner[0].same)
        divided += inner
        following[0] = replace(following[0], same=following[0].same[len(tail) :])
    return divided


def _begun_statement(text: str) -> str:
    """Return the sentence or line that the text ends in; empty if it ends with a whole one."""
    ends = [gap.end() for gap in _STATEMENT_END.finditer(text)]
    return text[ends[-1] if ends else 0 :]


def _ended_statement(text: str) -> str:
    """Return the rest of the sentence or line that the text begins in."""
    end = _STATEMENT_END.search(text)
    return text[: end.start()] if end else text


def _statement_parts(text: str) -> list[str]:
    """Return sentences and lines, and what stands between them."""
    parts, begin = [], 0
    for gap in _STATEMENT_END.finditer(text):
        parts += [text[begin : gap.start()], gap[0]]
        begin = gap.end()
    return [*parts, text[begin:]]


def _kept_runs(old: list[str], new: list[str]) -> list[difflib.Match]:
    """Return the common runs that have a sentence long enough to be known again; none in a change of very many."""
    if max(len(old), len(new)) > 2 * MOST_STATEMENTS:
        return []
    runs = sorted(_common_runs(old, new))
    return [
        run for run in runs if any(len(part.split()) >= MOVED_WORDS for part in old[run.a : run.a + run.size])
    ]


def _compared_within(change: _Change, parts: Callable[[str], list[str]]) -> list[_Change]:
    """Compare what was replaced word by word."""
    if not (change.removed and change.added):
        return [change]
    within = _grouped(_matched(parts(change.removed), parts(change.added)))
    return [replace(within[0], same=change.same + within[0].same), *within[1:]]


def _at_best_places(changes: list[_Change]) -> list[_Change]:
    """Move what was only removed, or only added, to where a line or sentence begins, if the texts allow it.

    A text that begins as what follows it may as well stand later, and one that ends as what precedes it, earlier.
    """
    placed = list(changes)
    for place in range(len(placed) - 1):
        change = placed[place]
        if bool(change.removed) is bool(change.added):
            continue
        same, edit, following = _at_best_place(
            change.same, change.removed or change.added, placed[place + 1].same
        )
        placed[place] = _Change(same, edit if change.removed else "", edit if change.added else "")
        placed[place + 1] = replace(placed[place + 1], same=following)
    return placed


def _at_best_place(before: str, edit: str, after: str) -> tuple[str, str, str]:
    earlier = common_beginning(edit[::-1], before[::-1])
    later = common_beginning(edit, after)
    text = before + edit + after
    usual = len(before)
    best = max(
        range(usual - earlier, usual + later + 1), key=lambda begin: (_beginning(text, begin), begin == usual)
    )
    end = best + len(edit)
    return text[:best], text[best:end], text[end:]


def _beginning(text: str, index: int) -> int:
    """Return how good a place to begin it is: a line 3, a sentence 2, a word 1, anything else 0."""
    if index == 0 or text[index - 1] == "\n":
        return 3
    if text[index - 1] in _SENTENCE_ENDS and text[index : index + 1].isspace():
        return 2
    if not text[index - 1].isspace():
        return 0
    return 2 if text[max(0, index - 3) : index].rstrip(" ")[-1:] in _SENTENCE_ENDS else 1


def _spans_of(change: _Change) -> list[DiffSpan]:
    return [
        DiffSpan(ChangeKind.SAME, change.same),
        DiffSpan(ChangeKind.REMOVED, change.removed),
        DiffSpan(ChangeKind.ADDED, change.added),
    ]


def _with_moves(spans: Sequence[DiffSpan]) -> Iterator[DiffSpan]:
    """Mark the sentences and lines that were removed at one place and added at another."""
    removed = _statements(spans, ChangeKind.REMOVED)
    added = _statements(spans, ChangeKind.ADDED)
    moved_away, moved_here = (removed & added).copy(), removed & added
    for span in spans:
        if span.kind is ChangeKind.REMOVED:
            yield from _moved_apart(span, moved_away, ChangeKind.MOVED_AWAY)
        elif span.kind is ChangeKind.ADDED:
            yield from _moved_apart(span, moved_here, ChangeKind.MOVED_HERE)
        else:
            yield span


def _statements(spans: Sequence[DiffSpan], kind: ChangeKind) -> Counter[str]:
    """Count the sentences and lines of all spans of a kind that are long enough to have been moved."""
    statements = (
        _known_by(part) for span in spans if span.kind is kind for part in _STATEMENT_END.split(span.text)
    )
    return Counter(each for each in statements if len(each.split()) >= MOVED_WORDS)


def _known_by(statement: str) -> str:
    """Return by what a sentence or line is known again: its end may be part of what stays the same."""
    return statement.strip().rstrip(".!?")


def _moved_apart(span: DiffSpan, moved: Counter[str], kind: ChangeKind) -> Iterator[DiffSpan]:
    """Yield the span with each of its moved statements as a span of its own."""
    begin = 0
    for end in [*(gap.end() for gap in _STATEMENT_END.finditer(span.text)), len(span.text)]:
        statement = span.text[begin:end]
        is_moved = moved[_known_by(statement)] > 0
        moved[_known_by(statement)] -= is_moved
        yield DiffSpan(kind if is_moved else span.kind, statement)
        begin = end


def _merged(spans: Iterator[DiffSpan]) -> Iterator[DiffSpan]:
    """Drop empty spans and merge neighbours of the same kind."""
    last: DiffSpan | None = None
    for span in spans:
        if not span.text:
            continue
        if last is not None and last.kind is span.kind:
            last = DiffSpan(last.kind, last.text + span.text)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last
