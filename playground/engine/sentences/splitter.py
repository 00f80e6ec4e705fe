"""Splits a growing answer into sentences, which don't depend on how the text arrives in pieces."""

import re
from typing import NamedTuple

from playground.engine.events import Sentence
from playground.engine.limits import DEFAULT_LIMITS
from playground.engine.sentences.blocks import (
    CODE,
    FORMULA,
    HEADING,
    LIST_ITEM,
    SENTENCE,
    TABLE_ROW,
    Block,
    Fence,
    JsonObject,
    Opening,
    inline_opening,
    json_opens,
    next_marker,
    opening,
)
from playground.engine.sentences.characters import BULLETS, CLAUSE_MARKS, NESTED, NEWLINES, STOPS, of
from playground.engine.sentences.ends import (
    LOOK_CHARS,
    Outcome,
    Verdict,
    judge,
    judge_particle,
    surely_waits,
)
from playground.engine.sentences.pauses import pause_ends
from playground.engine.sentences.spans import SPAN_OPENERS, Span, span_at

_GREEK_QUESTION = r"(?<=[\u0370-\u03ff\u1f00-\u1fff]);"
_ARMENIAN_STOP = r"(?<=[\u0531-\u058a]):"
_PARTICLES = ("ครับ", "ค่ะ", "คะ", "จ้ะ", "จ้า")
_THAI_PARTICLE = rf"[ \u00a0](?:{'|'.join(f'(?<={particle}.)' for particle in _PARTICLES)})"
_MARKS = f"{_GREEK_QUESTION}|{_ARMENIAN_STOP}|{_THAI_PARTICLE}"
_LANDMARK = re.compile(of(STOPS, NEWLINES, "{", SPAN_OPENERS, *NESTED) + f"|{_MARKS}")
_LANDMARK_IN_ITEM = re.compile(of(STOPS, NEWLINES, "{)", SPAN_OPENERS, *NESTED, BULLETS) + f"|{_MARKS}")
_LANDMARK_IN_LINE = re.compile(of(NEWLINES))
_NOT_SPACE = re.compile(r"\S")
_CLAUSE = re.compile(rf".*{of(CLAUSE_MARKS)}(?=\s)|.*[，、；：]", re.DOTALL)
_ITEM_MARK = re.compile(r"\.?\)?")
_JOINED = re.compile(
    r".[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\u20e3]|\u200d.",
    re.DOTALL,
)
"""Two code points of one character."""
_GRAPHEME_CHARS = 32
_NESTED_CHARS = 200
"""The longest text between East Asian brackets."""


class _Uncut(NamedTuple):
    """A span of the pending sentence, as offsets in it."""

    opens: int
    end: int
    is_display: bool


class SentenceSplitter:
    """Feed it the answer's text as it arrives; it returns each sentence once, as soon as its end is certain.

    ``feed`` and ``flush`` return the same sentences however the text is split. ``poll``, for a pause, also accepts an
    end that is almost certain; if the text continues the sentence after all, it begins the next one. Offsets are code
    points of the raw text; sentences neither begin nor end with a space.
    """

    def __init__(self, limit_chars: int = DEFAULT_LIMITS.sentence_chars) -> None:
        self._limit = limit_chars
        self._text = ""
        self._offset = 0
        """The offset of ``_text`` in the raw text."""
        self._start = 0
        """The offset of the pending sentence in ``_text``."""
        self._scanned = 0
        """Up to here ``_text`` has no landmark left to judge."""
        self._body: int | None = None
        """The offset of the words in the pending sentence; None while its opening is unknown."""
        self._begins_line = True
        self._line_kind = SENTENCE
        self._marker = ""
        """The line's last list marker."""
        self._block: Block | None = None
        self._held: list[str] = []
        """The part of an open block that was already removed from ``_text``."""
        self._spans: list[_Uncut] = []
        self._count = 0

    def feed(self, text: str) -> list[Sentence]:
        """Add text; return the sentences that it completes."""
        self._text += text
        return self._advance(final=False)

    def poll(self) -> list[Sentence]:
        """Return the pending sentence, because the text pauses, if its end is almost certain."""
        if self._body is None or not self._may_have_ended():
            return []
        sentence = self._commit(self._start + len(self._text[self._start :].rstrip()))
        self._drop_committed()
        return [sentence]

    def flush(self) -> list[Sentence]:
        """End the text; return the pending sentences."""
        return self._advance(final=True)

    def _may_have_ended(self) -> bool:
        """Whether the pending text is a complete unit if nothing follows."""
        if self._block is not None:
            return self._block.is_closed()
        pending = self._text[self._start :].rstrip()
        last = self._spans[-1] if self._spans else None
        if last is not None and last.is_display and not last.opens and last.end == len(pending):
            return True
        if self._line_kind == HEADING:
            stop = len(pending.rstrip(STOPS))
            return stop < len(pending) and pause_ends(self._text[self._start :], stop)
        if self._scanned >= len(self._text):
            return False
        return self._landmark_ends(self._text[self._scanned], pending)

    def _landmark_ends(self, mark: str, pending: str) -> bool:
        """Whether the undecided landmark is an end if nothing follows."""
        at = self._scanned - self._start
        if mark in STOPS:
            return pause_ends(self._text[self._start :], at)
        if mark in SPAN_OPENERS:
            span = span_at(self._text, self._start, self._scanned, final=True)
            return span is not None and span.stop >= 0 and span.end - self._start == len(pending)
        return len(pending) <= at + 1 and (mark.isspace() or mark in ";:")

    def _advance(self, *, final: bool) -> list[Sentence]:
        sentences: list[Sentence] = []
        while (sentence := self._next(final=final)) is not None:
            sentences.append(sentence)
        self._drop_committed()
        return sentences

    def _next(self, *, final: bool) -> Sentence | None:
        """Commit the next sentence whose end is certain."""
        if self._body is None and not self._open(final=final):
            return None
        if self._block is not None:
            return self._next_in_block(self._block, final=final)
        landmarks = self._landmarks()
        while True:
            limit = self._start + self._limit
            if self._spans:
                limit = max(limit, self._start + self._spans[-1].end)
            landmark = landmarks.search(self._text, self._scanned, limit + 1)
            if landmark is None:
                return self._at_no_landmark(limit, final=final)
            self._scanned = landmark.start()
            end = self._end_at(self._scanned, final=final)
            if end is None:
                return None
            if end:
                return self._commit(end)

    def _open(self, *, final: bool) -> bool:
        """Skip spaces and determine the next sentence's opening; return whether it is known."""
        match = _NOT_SPACE.search(self._text, self._scanned)
        spaces_end = match.start() if match else len(self._text)
        self._begins_line |= any(mark in NEWLINES for mark in self._text[self._scanned : spaces_end])
        self._start = self._scanned = spaces_end
        if match is None:
            return False
        opened = self._opening_at(spaces_end, final=final)
        if opened is None:
            return False
        self._body = opened.body - self._start
        self._marker = opened.marker or ("" if self._begins_line else self._marker)
        if self._begins_line or opened.kind == LIST_ITEM:
            self._line_kind = SENTENCE if opened.kind == CODE else opened.kind
        self._begins_line = False
        self._scanned = opened.body
        return True

    def _opening_at(self, at: int, *, final: bool) -> Opening | None:
        if self._text[at] == "{":
            is_json = json_opens(self._text, at, final=final)
            if is_json:
                self._block = JsonObject()
            return None if is_json is None else Opening(CODE if is_json else SENTENCE, at)
        if not self._begins_line:
            return inline_opening(self._text, at, self._marker, final=final)
        opened = opening(self._text, at, self._marker, final=final)
        if opened is not None and opened.kind == CODE:
            self._block = Fence(self._text[at:])
        return opened

    def _next_in_block(self, block: Block, *, final: bool) -> Sentence | None:
        end = block.consume(self._text, self._scanned)
        if end is not None:
            return self._commit(end)
        self._scanned = len(self._text)
        return self._commit(self._scanned) if final else None

    def _landmarks(self) -> re.Pattern[str]:
        if self._line_kind in {HEADING, TABLE_ROW}:
            return _LANDMARK_IN_LINE
        return _LANDMARK_IN_ITEM if self._marker else _LANDMARK

    def _end_at(self, at: int, *, final: bool) -> int | None:
        """Return the sentence's end by the landmark at ``at``; 0 if it isn't one, None if more text is needed."""
        mark = self._text[at]
        if mark in NEWLINES:
            return at
        if mark == "{":
            return self._end_before_json(at, final=final)
        if mark.isspace() and not self._text.endswith(_PARTICLES, self._start, at):
            self._scanned = at + 1
            return 0
        if mark.isspace():
            return self._taken(
                judge_particle(self._text[self._start : at + LOOK_CHARS], at - self._start, final=final)
            )
        if mark in SPAN_OPENERS:
            return self._end_at_span(at, final=final)
        if mark in NESTED:
            return self._skip_nested(at, final=final)
        if self._marker:
            end = self._end_before_item(at, final=final)
            if end != 0:
                return end
        if mark in BULLETS or mark == ")":
            self._scanned = at + 1
            return 0
        complete = final or len(self._text) >= at + LOOK_CHARS
        if not complete and surely_waits(self._text, at):
            return None
        return self._taken(judge(self._text[self._start : at + LOOK_CHARS], at - self._start, final=complete))

    def _taken(self, verdict: Verdict) -> int | None:
        """Return the result of ``_end_at`` for a verdict on the pending text."""
        if verdict.outcome is Outcome.WAITS:
            return None
        if verdict.outcome is Outcome.ENDS:
            return self._start + verdict.at
        self._scanned = self._start + verdict.at
        return 0

    def _end_before_json(self, at: int, *, final: bool) -> int | None:
        is_json = json_opens(self._text, at, final=final)
        if is_json is None:
            return None
        self._scanned = at if is_json else at + 1
        return at if is_json else 0

    def _skip_nested(self, at: int, *, final: bool) -> int | None:
        """Skip to the closing bracket, if it is near and on the same line: stops inside don't end the sentence."""
        reach = at + _NESTED_CHARS
        closing = self._text.find(NESTED[self._text[at]], at, reach)
        newline = _LANDMARK_IN_LINE.search(self._text, at, reach if closing < 0 else closing)
        if closing < 0 and newline is None and len(self._text) < reach and not final:
            return None
        if closing < 0 or newline:
            self._scanned = at + 1
            return 0
        self._scanned = closing - 1 if self._text[closing - 1] in STOPS else closing + 1
        return 0

    def _end_at_span(self, at: int, *, final: bool) -> int | None:
        """Skip a span that is never cut, unless a stop before its closing mark ends the sentence."""
        span = span_at(self._text, self._start, at, final=final)
        if span is None:
            return None
        if span.closing < 0:
            self._scanned = span.end
            return 0
        if span.end > self._start + self._limit and at > self._start + (self._body or 0):
            return at
        verdict = self._judge_in_span(span, final=final)
        if verdict.outcome is Outcome.WAITS:
            return None
        if verdict.outcome is Outcome.ENDS:
            return self._start + verdict.at
        self._scanned = span.end
        start = self._start
        self._spans.append(_Uncut(at - start, span.end - start, span.is_display))
        return 0

    def _judge_in_span(self, span: Span, *, final: bool) -> Verdict:
        """Judge the stop at a span's end; the span's closing mark counts as a closer, as a backtick does."""
        if span.stop < 0:
            return Verdict(Outcome.GOES_ON, 0)
        reach = max(span.stop + LOOK_CHARS, span.end)
        closed = "`" * (span.end - span.stop - 1)
        text = self._text[self._start : span.stop + 1] + closed + self._text[span.end : reach]
        return judge(text, span.stop - self._start, final=final or len(self._text) >= reach)

    def _end_before_item(self, at: int, *, final: bool) -> int | None:
        """Return the sentence's end if it is a list item and the next item begins at ``at``, on the same line."""
        text, marker = self._text, next_marker(self._marker)
        if text[at] == marker:
            return at if text[at - 1].isspace() else 0
        begins = at - len(marker)
        if text[begins - 1 : begins] == "(":
            begins -= 1
        if begins <= self._start or text[at] not in ".)" or text[begins:at].lstrip("(") != marker:
            return 0
        if not text[begins - 1].isspace():
            return 0
        behind = _ITEM_MARK.match(text, at)
        if behind is None:
            return 0
        if behind.end() == len(text):
            return 0 if final else None
        if not text[behind.end()].isspace():
            return 0
        return begins

    def _at_no_landmark(self, limit: int, *, final: bool) -> Sentence | None:
        if len(self._text) > limit:
            return self._commit(self._cut(limit))
        self._scanned = len(self._text)
        return self._commit(self._scanned) if final else None

    def _cut(self, limit: int) -> int:
        """Return where to cut a run-on: after its last clause or space before ``limit``, else between characters."""
        pending = self._masked(self._text[self._start : limit])
        clause = _CLAUSE.match(pending)
        if clause and clause.end() > self._limit // 2:
            return self._start + clause.end()
        space = pending.rfind(" ")
        if space > self._limit // 2:
            return self._start + space
        cut = limit
        while cut > limit - _GRAPHEME_CHARS and _JOINED.match(self._text, cut - 1):
            cut -= 1
        return cut if _JOINED.match(self._text, cut - 1) is None else limit

    def _masked(self, pending: str) -> str:
        """Return the pending text with spans that are never cut replaced by letters."""
        for span in self._spans:
            length = span.end - span.opens
            pending = pending[: span.opens] + "x" * length + pending[span.end :]
        return pending

    def _kind(self, text: str) -> str:
        if self._block is not None:
            return CODE
        if self._line_kind == SENTENCE and self._spans and self._spans[0].is_display:
            stands_alone = not self._spans[0].opens and not text[self._spans[0].end :].strip(" .,;:")
            return FORMULA if stands_alone else SENTENCE
        return self._line_kind

    def _commit(self, end: int) -> Sentence:
        text = "".join([*self._held, self._text[self._start : end]]).rstrip()
        begins = self._offset + self._start - sum(map(len, self._held))
        sentence = Sentence(self._count, begins, begins + len(text), text, self._kind(text))
        self._count += 1
        self._start = self._scanned = end
        self._body = self._block = None
        self._held = []
        self._spans = []
        return sentence

    def _drop_committed(self) -> None:
        """Drop committed text, and move the text of an open block out of ``_text``."""
        if self._block is not None:
            self._held.append(self._text[self._start : self._scanned])
            self._start = self._scanned
        if self._start:
            self._text = self._text[self._start :]
            self._offset += self._start
            self._scanned -= self._start
            self._start = 0
