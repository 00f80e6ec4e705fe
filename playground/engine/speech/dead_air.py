"""When a closed turn was silent, and how much of it was dead air.

`static/js/playground/picture.js` draws the same silences; `tests/engine/speech/dead_air_cases.json` holds both to it.
"""

from collections.abc import Iterable, Sequence

from playground.engine.events import Segment, TurnClosed, TurnStatus
from playground.engine.speech.schedule import SENTENCE

Span = tuple[int, int]
"""From when to when, in ms from the turn's start."""


def dead_air_ms(closed: TurnClosed, heard: Sequence[Segment]) -> int:
    """Return all silence from the turn's start to the end of its speech, in ms."""
    return length_ms(silences_until(spoken_spans(heard), silent_until_ms(closed, heard)))


def length_ms(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)


def silent_until_ms(closed: TurnClosed, heard: Sequence[Segment]) -> int:
    """Return up to when silence counts as dead air: the end of the turn's speech.

    A turn that ended in waiting is silent up to that end: it was interrupted or failed while the voice had more to say,
    or nothing of an answer was heard at all. ``heard`` are the segments that were heard, wholly or in part.
    """
    end_ms = cut_ms(closed, heard)
    if _ended_in_waiting(closed, heard):
        return end_ms
    return min(end_ms, max(segment.ends_ms for segment in heard))


def spoken_spans(heard: Iterable[Segment]) -> list[Span]:
    """Return when something was heard; a break is silent, although its segment plays."""
    return [span for segment in heard for span in _without_pauses(segment)]


def silences_until(spoken: Iterable[Span], until_ms: int) -> list[Span]:
    """Return the silences between what was heard, from 0 to ``until_ms``."""
    silences = []
    silent_from = 0
    for start, end in sorted(spoken):
        if start >= until_ms:
            break
        if start > silent_from:
            silences.append((silent_from, start))
        silent_from = max(silent_from, end)
    return [*silences, (silent_from, until_ms)] if until_ms > silent_from else silences


def cut_ms(closed: TurnClosed, heard: Sequence[Segment]) -> int:
    """Return when the turn ended, or earlier: an interrupt at a word that had been heard cuts the speech there."""
    if closed.status is not TurnStatus.INTERRUPTED or _is_all_heard(closed):
        return closed.t_ms
    words = (word for segment in heard for word in segment.words)
    unheard_ms = (word.at_ms for word in words if word.start >= len(closed.heard_text))
    return min([closed.t_ms, *unheard_ms])


def _without_pauses(segment: Segment) -> list[Span]:
    spans = []
    start_ms = segment.starts_ms
    for pause_from, pause_to in segment.pauses_ms:
        spans.append((start_ms, pause_from))
        start_ms = pause_to
    return [span for span in [*spans, (start_ms, segment.ends_ms)] if span[1] > span[0]]


def _ended_in_waiting(closed: TurnClosed, heard: Sequence[Segment]) -> bool:
    if not any(segment.kind == SENTENCE for segment in heard):
        return True
    if closed.status is TurnStatus.COMPLETED:
        return False
    return not closed.finish_reason or not _is_all_heard(closed)


def _is_all_heard(closed: TurnClosed) -> bool:
    return closed.heard_text.rstrip() == closed.text.rstrip()
