"""Reads the markup of one sentence: which raw text is spoken, which is silent, and which instructs the voice.

Markdown (CommonMark and GFM), HTML, entities, footnote marks, emoji, formulas and speech tags. Whether a speech tag is
silent or spoken as text depends on the voice.
"""

import html
import re
from collections.abc import Callable
from typing import NamedTuple

from playground.engine.sentences.blocks import TABLE_ROW
from playground.engine.speech.emphasis import Run, pair, run_at
from playground.engine.speech.markup_pattern import LONGEST_CHARS, MARKUP, MAY_HOLD_MARKUP
from playground.engine.speech.tags import (
    SPEECH_TAGS,
    SpeechTags,
    TagSupport,
    break_ms,
    pace,
    sound_ms,
    spells,
)
from playground.engine.speech.word_breaks import is_unspaced

FORMULA_HEARD = (
    "A formula was read aloud as it is written, without its marks. Ask the model to put it in words."
)


class Piece(NamedTuple):
    """Spoken text and its raw text, as offsets in the sentence.

    If both have the same length, they map character by character; else only as a whole (an entity).
    """

    text: str
    start: int
    end: int


class DelayTag(NamedTuple):
    """A tag that delays the words after it: a break, or a sound such as a laugh."""

    start: int
    end: int
    ms: int
    is_silence: bool


class SpeakingStyle(NamedTuple):
    """A tag after which the words are spoken differently, or, with ``ends``, normally again."""

    name: str
    pace: float = 1.0
    is_spelled: bool = False
    ends: bool = False


Node = Piece | DelayTag | SpeakingStyle | Run

_ATTRIBUTES = re.compile(
    r"(?<![\w:.-])(?P<name>[\w:.-]++)\s*=\s*(?:\"(?P<double>[^\"<>]*)\"|'(?P<single>[^'<>]*)'|(?P<bare>[^\s\"'<>=`/]+))"
)
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([^/?#\s]+)")
_MATHEMATICAL = re.compile(r"[\\^_=+<>|{}/*\d-]|\A\s*[^\W\d_]\s*\Z")
_OPERATOR = re.compile(r"[\\^_=+{}]")
_PLAIN_WORD = re.compile(r"(?<!\S)[A-Za-z]{2,}(?!\S)|\+[a-z]{3}")
_INLINE_TAG = re.compile(
    "a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|label|mark|q|s|samp|small|span|strike|strong|sub|sup|time"
    "|tt|u|var|wbr"
)
_BLOCK_TAG = re.compile(
    "article|aside|blockquote|br|center|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|img|li|main|nav"
    "|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_SUB_END = re.compile(r"</sub\s*>", re.IGNORECASE)
_STOPS = ".,;:!?…)"
_SPACES = 8
"""The most consecutive spaces that the patterns skip."""
_INVISIBLE_JOINERS = "\u200d\ufe0e\ufe0f"
_OF_A_WORD = re.compile(r"[^\W_]")
_NOT_A_NOTE = "=∈≈<>+"
_ASKS_FOR_VALUE = re.compile(
    r"\b(?:press|dial|enter|type|choose|select|pick|say|push|hit|see|option|button|key|number|digit|code|step|room|floor"
    r"|gate|line|item|and|or|equals|of|in|from|to|than|by|with|plus|minus|times)\s+\Z",
    re.IGNORECASE,
)
"""Words that need a value after them: a number in brackets after one is no footnote mark."""
_LONGEST_ASKING = 16
_RAISED = re.compile("[kcdmnµ]m|ft|yd|mi|in|sec|sin|cos|tan|cot|csc|log")
"""Units and functions after which a raised 2 or 3 is a power (km², sin²); after other words it is a footnote mark."""
_VARIABLE_CHARS = 2
"""After at most so many letters a raised 2 or 3 is a power (mc², πr²)."""
_WORD_BEFORE = re.compile(r"[^\W\d_]{1,24}\Z")


def _is_price(text: str) -> bool:
    """Whether a text between two dollar signs that begins with a digit is prose between two prices."""
    return _OPERATOR.search(text) is None or _PLAIN_WORD.search(text) is not None


class Line:
    """The nodes of one line, in text order, and the notes about them."""

    def __init__(self, text: str, kind: str, tags: SpeechTags) -> None:
        self._text = text
        self._kind = kind
        self._tags = tags
        self.nodes: list[Node] = []
        self.notes: list[str] = []

    def read(self, begin: int, end: int) -> None:
        """Read ``text[begin:end]``; emphasis marks inside pair only with each other."""
        if MAY_HOLD_MARKUP.search(self._text, begin, end) is None:
            self._plain(begin, end)
            return
        first = len(self.nodes)
        at = begin
        while (match := MARKUP.search(self._text, at, end)) is not None:
            self._plain(at, match.start())
            at = self._marked(match, begin)
        self._plain(at, end)
        pair([node for node in self.nodes[first:] if isinstance(node, Run)], begin, end, self._text)

    def _plain(self, start: int, end: int) -> None:
        if start < end:
            self.nodes.append(Piece(self._text[start:end], start, end))

    def _space(self, match: re.Match[str]) -> None:
        self.nodes.append(Piece(" ", match.start(), match.end()))

    def _beside(self, match: re.Match[str]) -> tuple[str, str]:
        """Return the characters before and after the match."""
        return self._text[match.start() - 1 : match.start()], self._text[match.end() : match.end() + 1]

    def _marked(self, match: re.Match[str], begin: int) -> int:
        """Add the nodes of one piece of markup; return the offset at which reading continues."""
        group = match.lastgroup or ""
        if group == "run":
            self.nodes.append(run_at(self._text, match.start(), match.end(), begin))
        elif group == "tag":
            return self._tag(match)
        else:
            _READERS[group](self, match)
        return match.end()

    def _formula(self, match: re.Match[str]) -> None:
        """Add a formula verbatim, or text that only looks like one."""
        group = match.lastgroup or ""
        start, end = match.span(group)
        if group == "inline" and match[group][0].isdigit() and _is_price(match[group]):
            self._plain(*match.span())
        elif _MATHEMATICAL.search(match[group]):
            self._plain(start, end)
            self._note(FORMULA_HEARD)
        elif group in {"bracketed", "parenthesised"}:
            self._plain(start - 1, end)
            self._plain(end + 1, end + 2)
        else:
            self._plain(*match.span())

    def _escape(self, match: re.Match[str]) -> None:
        self._plain(match.start() + 1, match.end())

    def _coded(self, match: re.Match[str]) -> None:
        self._plain(*match.span("coded"))

    def _link(self, match: re.Match[str]) -> None:
        self.read(*match.span("label" if match.lastgroup == "target" else "referring"))

    def _url(self, match: re.Match[str]) -> None:
        host = _HOST.match(self._text, *match.span("url"))
        self._plain(*(host.span(1) if host else match.span("url")))

    def _address(self, match: re.Match[str]) -> None:
        self._plain(*match.span("address"))

    def _keycap(self, match: re.Match[str]) -> None:
        self._plain(*match.span("keycap"))

    def _footnote(self, match: re.Match[str]) -> None:
        """Leave out a footnote mark."""
        if self._is_referring(match):
            self._plain(match.start() + 1, match.end() - 1)
        elif match.group()[1].isdigit() and self._is_value(match):
            self._plain(*match.span())
        else:
            self._left_out(match)

    def _is_value(self, match: re.Match[str]) -> bool:
        """Whether a number in brackets is spoken: an index, a list, a key to press."""
        before = self._text[max(0, match.start() - _SPACES) : match.start()].rstrip()[-1:]
        after = self._text[match.end() : match.end() + _SPACES].lstrip()[:1]
        if match.group() == "[0]" or after == "=" or (before and before in _NOT_A_NOTE):
            return True
        asking = self._text[max(0, match.start() - _LONGEST_ASKING) : match.start()]
        return _ASKS_FOR_VALUE.search(asking) is not None

    def _is_referring(self, match: re.Match[str]) -> bool:
        """Whether a number before any word is a link's text, followed by the link's name: ``[5][1] it is``."""
        is_before_name = match.group()[1].isdigit() and self._text.startswith("[", match.end())
        return is_before_name and _OF_A_WORD.search(self._text, 0, match.start()) is None

    def _left_out(self, match: re.Match[str]) -> None:
        """Leave out a silent mark: words around it stay separate, and no space remains before a stop."""
        before, after = self._beside(match)
        if before.isalnum() and after.isalnum():
            self._space(match)
        last = self.nodes[-1] if self.nodes else None
        if isinstance(last, Piece) and last.text[-1:].isspace() and after and after in _STOPS:
            stripped = last.text.rstrip()
            self.nodes[-1] = Piece(stripped, last.start, last.start + len(stripped))

    def _superscript(self, match: re.Match[str]) -> None:
        if not self._is_footnote(match):
            self._plain(*match.span())

    def _is_footnote(self, match: re.Match[str]) -> bool:
        start = match.start()
        before = self._text[start - 1 : start]
        if not before or before.isspace() or match.group()[0] in "⁺⁻":
            return False
        if match.group()[0] in "†‡" or is_unspaced(before):
            return True
        word = _WORD_BEFORE.search(self._text, max(0, start - 24), start)
        if word is not None:
            if match.group() in "²³":
                return len(word.group()) > _VARIABLE_CHARS and not _RAISED.fullmatch(word.group().lower())
            return len(word.group()) > 1
        return not before.isalnum() and not (before in ")]" and match.group() in "²³")

    def _entity(self, match: re.Match[str]) -> None:
        meant = html.unescape(match.group())
        if meant == match.group():
            self._plain(*match.span())
        elif meant.strip("\u00ad\u200b\u200c\u200d\u2060\ufeff"):
            self.nodes.append(Piece(meant, *match.span()))

    def _emoji(self, match: re.Match[str]) -> None:
        """Leave emoji out; a joiner alone belongs to the script around it."""
        if match.group().strip(_INVISIBLE_JOINERS):
            self._left_out(match)

    def _cell(self, match: re.Match[str]) -> None:
        if self._kind != TABLE_ROW:
            self._plain(*match.span())
        elif match.start() > 0 and match.end() < len(self._text):
            self.nodes.append(Piece(", ", *match.span()))

    def _silent(self, match: re.Match[str]) -> None:
        """Add nothing."""

    def _sound(self, match: re.Match[str]) -> None:
        name = match.group().lower()
        if self._tags.support(name) is None:
            self._unread(name, match)
        else:
            self.nodes.append(DelayTag(*match.span(), *sound_ms(name)))

    def _tag(self, match: re.Match[str]) -> int:
        name = match["name"].lower()
        attributes = _ATTRIBUTES.finditer(self._text, *match.span("attributes"))
        spans = {each["name"].lower(): each.span(each.lastgroup or 0) for each in attributes}
        values = {key: self._text[start:end] for key, (start, end) in spans.items()}
        if name in SPEECH_TAGS and (_INLINE_TAG.fullmatch(name) is None or "alias" in values):
            return self._speech_tag(match, name, values, spans)
        if _BLOCK_TAG.fullmatch(name):
            self._space(match)
        elif _INLINE_TAG.fullmatch(name) is None or self._is_comparison(match, name):
            self._plain(*match.span())
        return match.end()

    def _is_comparison(self, match: re.Match[str], name: str) -> bool:
        """Whether ``a<b>c`` is a comparison: letters on both sides, and no matching tag."""
        before, after = self._beside(match)
        if not (before.isalnum() and after.isalnum()) or name == "wbr":
            return False
        around = self._text[max(0, match.start() - LONGEST_CHARS) : match.end() + LONGEST_CHARS].lower()
        return f"<{'' if match['closes'] else '/'}{name}" not in around

    def _speech_tag(
        self, match: re.Match[str], name: str, values: dict[str, str], spans: dict[str, tuple[int, int]]
    ) -> int:
        support = self._tags.support(name)
        if support is None:
            self._unread(name, match)
        elif name == "sub":
            self._plain(*spans["alias"])
            end = _SUB_END.search(self._text, match.end(), match.end() + LONGEST_CHARS)
            return end.end() if end else match.end()
        elif match["closes"]:
            self.nodes.append(SpeakingStyle(name, ends=True))
        else:
            self._add_effect(match, name, values, support)
        return match.end()

    def _add_effect(
        self, match: re.Match[str], name: str, values: dict[str, str], support: TagSupport
    ) -> None:
        """Add the effect of a tag that the voice reads."""
        if name == "break":
            self.nodes.append(DelayTag(*match.span(), break_ms(values, support), is_silence=True))
        elif name in {"speed", "prosody"}:
            self.nodes.append(SpeakingStyle(name, pace=pace(name, values)))
        elif name in {"spell", "say-as"}:
            self.nodes.append(SpeakingStyle(name, is_spelled=spells(name, values)))

    def _unread(self, name: str, match: re.Match[str]) -> None:
        self._plain(*match.span())
        self._note(self._tags.unread(name))

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


_READERS: dict[str, Callable[[Line, re.Match[str]], None]] = {
    "display": Line._formula,
    "bracketed": Line._formula,
    "parenthesised": Line._formula,
    "inline": Line._formula,
    "escape": Line._escape,
    "coded": Line._coded,
    "sound": Line._sound,
    "target": Line._link,
    "referred": Line._link,
    "footnote": Line._footnote,
    "url": Line._url,
    "address": Line._address,
    "entity": Line._entity,
    "keycap": Line._keycap,
    "emoji": Line._emoji,
    "superscript": Line._superscript,
    "cell": Line._cell,
    "comment": Line._silent,
    "citation": Line._left_out,
    "invisible": Line._silent,
    "tick": Line._silent,
}
