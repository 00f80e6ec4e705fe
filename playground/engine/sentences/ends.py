"""Decides whether a stop ends the sentence: a pure function of a text and an offset.

The verdict depends only on the text up to the deciding character, so it doesn't depend on how the text is split.
"""

import re
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from playground.engine.sentences.abbreviations import SHOUTED_NAMES
from playground.engine.sentences.characters import (
    BRACKETS_CLOSED,
    CLOSING_RUN,
    EAST_ASIAN_CLOSING_RUN,
    EAST_ASIAN_STOPS,
    EMOJI_RUN,
    HARD_STOPS,
    LETTER_OR_DIGIT,
    NEWLINES,
    OPENING_RUN,
    PARTIAL_CLOSER,
    QUOTES_CLOSED,
    SPACED_ELLIPSIS,
    SPACES,
    STOP_RUN,
    STOPS,
    is_east_asian,
)
from playground.engine.sentences.glued import glued_sentence_begins
from playground.engine.sentences.periods import is_abbreviation, period_ends, token_before
from playground.engine.sentences.quotes import names_speaker, opens_with_quotation
from playground.engine.sentences.spans import tag_end

LOOK_CHARS = 48
"""The longest run of stops, closers and spaces that is followed; a longer one ends the sentence."""


class Outcome(Enum):
    ENDS = "ends"
    GOES_ON = "goes on"
    WAITS = "waits"


class Verdict(NamedTuple):
    outcome: Outcome
    at: int
    """ENDS: the sentence's end. GOES_ON: where the search for the next stop resumes."""


WAITS = Verdict(Outcome.WAITS, 0)

_CONTINUES = ",;:،؛、，；%&/=+"
_PLAIN_WORD = re.compile(r"[^\W\d_]{2,}[)\]*_\"'”’»]*")
_DASHES = "-–—―"
_GLUED = ".…"
"""Stops that both a new sentence and the rest of a name may follow without a space."""
_QUOTING_PARTICLES = "とっをがのは"
"""Japanese particles that follow a quotation inside its sentence ("「はい。」と言った")."""
_TRAILING_RUNS = 4
_LATE_CLOSERS = BRACKETS_CLOSED + "»”’›"
_CLOSERS = frozenset(BRACKETS_CLOSED + QUOTES_CLOSED + "`")
_HARD_STOPS = frozenset(HARD_STOPS)


class _Stop(NamedTuple):
    """A stop and its surroundings, as offsets in ``text``, which begins with the sentence."""

    text: str
    at: int
    run: str
    """The consecutive stops."""
    run_end: int
    end: int
    """The offset after the closers: the sentence's end, if it is one."""
    after: int
    """The first character that is neither a space, a stop nor a closer."""
    final: bool

    @property
    def next(self) -> str:
        return self.text[self.after]

    @property
    def is_closed(self) -> bool:
        """Whether a quotation, a bracket or code was closed after the stop."""
        return not _CLOSERS.isdisjoint(self.text[self.run_end : self.end])

    def goes_on_small(self) -> bool | None:
        """Whether a small letter follows a closed quotation or bracket; None if not yet known."""
        if not self.is_closed:
            return False
        first = self.first_letter()
        return first.islower() if first or self.final else None

    def first_letter(self) -> str:
        """The first character after opening marks; "" while it is unknown."""
        return self.text[_end(OPENING_RUN, self.text, self.after) :][:1]

    def goes_on(self) -> Verdict:
        return Verdict(Outcome.GOES_ON, self.run_end)

    def ends(self) -> Verdict:
        return Verdict(Outcome.ENDS, self.end)


def judge(text: str, at: int, *, final: bool) -> Verdict:
    """Judge whether the stop at ``at`` ends the sentence that begins with ``text``.

    ``text`` reaches at most ``LOOK_CHARS`` beyond the stop. ``final``: no text follows.
    """
    spaced = SPACED_ELLIPSIS.match(text, at)
    if spaced is not None and text[at - 1 : at].strip() and text[at : spaced.end()].count(".") > 3:
        return _period_and_ellipsis(text, at, spaced.end(), final=final)
    run_end = spaced.end() if spaced is not None else max(_end(STOP_RUN, text, at), at + 1)
    if not final and _may_be_spaced_ellipsis(text, at):
        return WAITS
    closed = closed_end(text, run_end, final=final)
    trailing = None if closed is None else trailing_end(text, closed, final=final)
    if trailing is None:
        return WAITS
    end, after = trailing
    stop = _Stop(text, at, text[at:run_end], run_end, end, after, final)
    if after >= len(text):
        return stop.ends() if final else WAITS
    if text[after] in NEWLINES:
        return stop.ends()
    return _judge_touching(stop) if after == end else _judge_spaced(stop)


_INITIALS_BEFORE_WORD = re.compile(
    r"(?<!\S)[“(]?(?:[A-Z]\.){0,4}(?:[A-Z]|[IVXLC]{2,5})\.[”)]? [“(]?(?:[A-Z][a-z]{0,20}|[IVXLC]{2,5})?\Z"
)
_INITIALS_CHARS = 9
_STILL_CLOSING = " .!?…”’»)]"


def surely_waits(text: str, at: int) -> bool:
    """Whether `judge` certainly needs more text after the stop at ``at``; much cheaper than `judge`.

    It does while only closers, or only a part of the word after initials, have arrived.
    """
    if not text[at + 1 :].strip(_STILL_CLOSING):
        return True
    if not text[at - 1 : at].isupper():
        return False
    return _INITIALS_BEFORE_WORD.search(text, max(0, at - _INITIALS_CHARS)) is not None


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def closed_end(text: str, at: int, *, final: bool) -> int | None:
    """Return the offset after the stops and closers at ``at``; None if more of them may follow."""
    if text[at - 1] in EAST_ASIAN_STOPS:
        return _closed_east(text, at)
    end = _end(CLOSING_RUN, text, at)
    return None if not final and PARTIAL_CLOSER.match(text, end) else end


def _closed_east(text: str, at: int) -> int:
    """As `closed_end` after an East Asian stop: a straight mark closes only a quotation opened in this sentence."""
    end = _end(EAST_ASIAN_CLOSING_RUN, text, at)
    if text[end : end + 1] == '"' and text.count('"', 0, end) % 2:
        end = _end(EAST_ASIAN_CLOSING_RUN, text, end + 1)
    return end


_SPACED_TAIL = re.compile(r"\.(?:[ \u00a0\u202f]\.)*[ \u00a0\u202f]?\Z")


def _may_be_spaced_ellipsis(text: str, at: int) -> bool:
    return text[at] == "." and _SPACED_TAIL.match(text, at) is not None


def _period_and_ellipsis(text: str, at: int, run_end: int, *, final: bool) -> Verdict:
    """Judge four spaced dots that touch the word: a period, and an ellipsis that opens the next sentence, if any."""
    end = closed_end(text, run_end, final=final)
    if end is None:
        return WAITS
    after = _end(SPACES, text, end)
    if after >= len(text):
        return Verdict(Outcome.ENDS, end) if final else WAITS
    if text[after] in NEWLINES:
        return Verdict(Outcome.ENDS, end)
    if text[after].islower():
        return Verdict(Outcome.GOES_ON, run_end)
    return Verdict(Outcome.ENDS, at + 1 if end == run_end else end)


def trailing_end(text: str, end: int, *, final: bool) -> tuple[int, int] | None:
    """Return the sentence's end after trailing emoji and closers, and the next offset; None if not yet known."""
    opens_with_emoji = EMOJI_RUN.match(text) is not None
    for _ in range(_TRAILING_RUNS):
        after = _end(SPACES, text, end)
        if after >= len(text):
            return end, after
        follows = text[after]
        if not opens_with_emoji and EMOJI_RUN.match(text, after):
            closing = closed_end(text, _end(EMOJI_RUN, text, after), final=final)
            if closing is None:
                return None
            end = closing
            continue
        if follows == "<":
            closing = closed_end(text, after, final=final) if text.startswith("</", after) else after
            if closing is None or (after + 1 >= len(text) and not final):
                return None
            if after == end or closing == after:
                return end, after
            end = closing
            continue
        if after == end or not (follows in _LATE_CLOSERS or follows in STOPS):
            return end, after
        closing = closed_end(text, after, final=final)
        if closing is None or (closing >= len(text) and not final):
            return None
        if text[closing : closing + 1].strip() and text[closing] not in _CONTINUES:
            return end, after
        end = closing
    return end, _end(SPACES, text, end)


def judge_particle(text: str, at: int, *, final: bool) -> Verdict:
    """Judge whether the space after a polite particle of Thai ends the sentence: Thai has no stops."""
    trailing = trailing_end(text, at, final=final)
    if trailing is None or (trailing[1] >= len(text) and not final):
        return WAITS
    end, after = trailing
    if end == at and text[after : after + 1] in {*STOPS, *_CONTINUES, "ๆ"}:
        return Verdict(Outcome.GOES_ON, after)
    return Verdict(Outcome.ENDS, end)


def _judge_touching(stop: _Stop) -> Verdict:
    """Judge a stop that the next character follows without a space."""
    follows = stop.next
    if stop.end > stop.run_end and stop.text[stop.end - 1] == ">":
        return _judge_spaced(stop)
    if follows == "<":
        return _judge_before_tag(stop)
    if follows in _CONTINUES or follows in _DASHES or (follows.isdigit() and stop.run == "．"):
        return stop.goes_on()
    if not _HARD_STOPS.isdisjoint(stop.run):
        return stop.goes_on() if _quotation_goes_on(stop) else stop.ends()
    before = stop.text[stop.at - 1 : stop.at]
    if is_east_asian(follows) and before and is_east_asian(before) and "…" not in stop.run:
        return stop.goes_on() if _quotation_goes_on(stop) else stop.ends()
    shouts = "!" in stop.run or "?" in stop.run
    if shouts and follows.isupper() and before.isalpha() and "/" not in token_before(stop.text, stop.at):
        return stop.ends()
    return _judge_glued(stop) if follows.isupper() and stop.run[0] in _GLUED else stop.goes_on()


def _judge_before_tag(stop: _Stop) -> Verdict:
    """Judge a stop that an opening tag touches: a sentence begins with the tag if a capital letter follows."""
    end = tag_end(stop.text, stop.after)
    if end >= len(stop.text) and not stop.final:
        return WAITS
    if end < 0 or not stop.text[end : end + 1].isupper():
        return stop.goes_on()
    is_word = _PLAIN_WORD.fullmatch(token_before(stop.text, stop.at)) is not None
    return stop.ends() if is_word and not is_abbreviation(stop.text, stop.at) else stop.goes_on()


def _judge_glued(stop: _Stop) -> Verdict:
    """Judge a period or an ellipsis that a capital letter touches."""
    begins = glued_sentence_begins(stop.text, stop.at, stop.after, final=stop.final)
    if begins is None:
        return WAITS
    return stop.ends() if begins else stop.goes_on()


def _quotation_goes_on(stop: _Stop) -> bool:
    """Whether the sentence goes on after an East Asian quotation that closes after the stop."""
    if not stop.is_closed:
        return False
    return stop.next in _QUOTING_PARTICLES or (
        stop.next.isalpha() and opens_with_quotation(stop.text, stop.at)
    )


def _judge_spaced(stop: _Stop) -> Verdict:
    """Judge a stop with at least one space before the next character."""
    if stop.next in _CONTINUES and stop.next not in "/+":
        return stop.goes_on()
    if not _HARD_STOPS.isdisjoint(stop.run):
        return _unless_quoted(stop, stop.ends)
    if "…" in stop.run or stop.run.count(".") > 1:
        return _judge_ellipsis(stop)
    if stop.next in _DASHES:
        return _judge_dash(stop)
    if stop.run in {".", "．"}:
        return _unless_quoted(stop, lambda: _judge_period(stop))
    return _unless_quoted(stop, lambda: _judge_shout(stop))


def _unless_quoted(stop: _Stop, otherwise: Callable[[], Verdict]) -> Verdict:
    """Go on if a small letter or a speaker follows a closed quotation; else return ``otherwise()``."""
    small = stop.goes_on_small()
    if small is None:
        return WAITS
    if small:
        return stop.goes_on()
    speaks = stop.is_closed and names_speaker(stop.text, stop.at, stop.after, final=stop.final)
    if speaks is None:
        return WAITS
    return stop.goes_on() if speaks else otherwise()


def _judge_shout(stop: _Stop) -> Verdict:
    if stop.next.islower() and token_before(stop.text, stop.at).lower() in SHOUTED_NAMES:
        return stop.goes_on()
    return stop.ends()


def _judge_ellipsis(stop: _Stop) -> Verdict:
    before = stop.text[max(0, stop.at - LOOK_CHARS) : stop.at]
    if LETTER_OR_DIGIT.search(before) is None:
        return Verdict(Outcome.GOES_ON, stop.end)
    if before[-1:] in ("[", "("):
        return stop.goes_on()
    spaced = " " in stop.run or "\u00a0" in stop.run
    if spaced and stop.run.count(".") == 3 and not stop.text[stop.at - 1].strip():
        return stop.goes_on()
    first = stop.first_letter()
    if not first and not stop.final:
        return WAITS
    if first.isalnum() and not first.isupper() and not first.istitle():
        return stop.goes_on()
    return stop.ends()


_DASH_RUN = re.compile(r"[-–—―]+[^\S\n\r]*[\"'“«„]*")


def _judge_dash(stop: _Stop) -> Verdict:
    """Judge a dash: with a small letter it continues direct speech ("— Да! — сказал он", “Stop!” — he said)."""
    speech = stop.is_closed or stop.run != "." or stop.text.lstrip()[:1] in _DASHES
    if not speech:
        return stop.ends()
    letter = _end(_DASH_RUN, stop.text, stop.after)
    if letter >= len(stop.text) and not stop.final:
        return WAITS
    return stop.goes_on() if stop.text[letter : letter + 1].islower() else stop.ends()


def _judge_period(stop: _Stop) -> Verdict:
    if stop.next in "¿¡" or EMOJI_RUN.search(stop.text, stop.run_end, stop.end):
        return stop.ends()
    ends = period_ends(stop.text, stop.at, stop.after, closed=stop.is_closed, final=stop.final)
    if ends is None:
        return WAITS
    return stop.ends() if ends else stop.goes_on()
