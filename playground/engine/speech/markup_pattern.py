"""What the markup of a sentence looks like: one pattern for all of it, and one that says whether there may be any.

Markdown (CommonMark and GFM), HTML, entities, footnote marks, emoji, formulas and speech tags.
"""

import re

from playground.engine.sentences.characters import EMOJI
from playground.engine.speech.tags import SPEECH_TAGS

_URL = r"(?:https?://|www\.)[^\s<>\[\]()\"'`*]*(?:\([^\s()]*\)[^\s<>\[\]()\"'`*]*)*(?<![.,;:!?])"
_ATTRIBUTE = r"[\w:.-]+(?:\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=`/]+))?"
_LABEL = r"\[(?P<label>(?:[^\[\]]++|\[[^\[\]]*+\])*+)\]"
_TITLE = r"(?:\"[^\"]*\"|'[^']*'|\([^()]*\))"
_TARGET = (
    r"\(\s*+(?:(?:<[^<>\n]*>|[^()\s<][^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+)"
    rf"(?:\s++{_TITLE})?|(?<=\s){_TITLE})?\s*+\)"
)
_IN_BRACKETS = sorted((name for name in SPEECH_TAGS if name.startswith("[")), key=len, reverse=True)
_AUDIO_TAGS = rf"(?=\[[^\[\]]{{1,{len(_IN_BRACKETS[0])}}}\])(?i:{'|'.join(map(re.escape, _IN_BRACKETS))})"
LONGEST_CHARS = 2_000
"""The longest formula, inline code, comment or element within a sentence, in characters."""

_BEGINS = (
    rf"(?=[$\\<`&|*_~【\ue200{EMOJI}\u00ad\u200b\u2060\ufeff"
    r"\u207a\u207b\u00b9\u00b2\u00b3\u2070\u2074-\u2079†‡]|[0-9#]\ufe0f?\u20e3|https?://|www\."
    r"|!?\[[^\[\]]*+(?:\]|\[[^\[\]]*+\])|(?<![ \t])[ \t]++\|)"
)
"""What markup begins with: most characters are passed over by one look, not by one for each kind.

A bracket begins some if it closes before others open, but for one pair in it.
"""
_OPENINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"!?\[",
        (
            rf"(?P<sound>{_AUDIO_TAGS})(?!\()",
            rf"!?{_LABEL}(?P<target>{_TARGET})",
            r"(?P<footnote>\A\[\^[^\[\]\s]{1,40}\]:|\[\^[^\[\]\s]{1,40}\]|\[\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,20}\])",
            r"\[(?P<referring>[^\[\]]+)\](?P<referred>\[[^\[\]]*\])",
        ),
    ),
    (
        r"\\",
        (
            rf"\\\[(?P<bracketed>.{{1,{LONGEST_CHARS}}}?)\\\]",
            rf"\\\((?P<parenthesised>.{{1,{LONGEST_CHARS}}}?)\\\)",
            r"(?P<escape>\\[!-/:-@\[-`{-~])",
        ),
    ),
    (
        r"[<hw]",
        (
            rf"(?P<comment><!--(?:.{{0,{LONGEST_CHARS}}}?-->|.*))",
            rf"<?(?P<url>{_URL})>?",
            r"<(?:mailto:|tel:)?(?P<address>[\w.+-]{1,64}+@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}|(?<=tel:)[\d+().-]+)>",
            rf"(?P<tag><(?P<closes>/?)(?P<name>[A-Za-z][\w:-]*+)(?P<attributes>(?:\s+{_ATTRIBUTE})*+)\s*/?>)",
        ),
    ),
    (
        r"\$",
        (
            rf"\$\$(?P<display>[^$]{{1,{LONGEST_CHARS}}})\$\$",
            r"(?<![\w$\\])\$(?P<inline>[^\s$](?:[^$\n]{0,300}[^\s$\\])?)\$(?![\w$])",
        ),
    ),
    (
        "`",
        (
            rf"(?P<ticks>`{{1,8}})(?!`)(?P<coded>.{{1,{LONGEST_CHARS}}}?)(?<!`)(?P=ticks)(?!`)",
            r"(?P<tick>`+)",
        ),
    ),
    (
        r"[0-9#*_~]",
        (
            r"(?P<keycap>[0-9#*])\ufe0f?\u20e3",
            r"(?P<run>\*+|_+|~+)",
        ),
    ),
    (
        "",
        (
            r"(?P<citation>【\d[^【】]{0,80}】|【[^【】]{0,80}†[^【】]{0,80}】|\ue200[^\ue200\ue201]{0,200}\ue201)",
            r"(?P<entity>&(?:[A-Za-z][A-Za-z0-9]{1,31}|\#\d{1,7}|\#[xX][0-9A-Fa-f]{1,6});)",
            rf"(?P<emoji>[{EMOJI}]+)",
            r"(?P<invisible>[\u00ad\u200b\u2060\ufeff]+)",
            r"(?P<superscript>[\u207a\u207b]?[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]+|[†‡]+)",
            r"(?P<cell>(?<![ \t])[ \t]*+\|[ \t]*+)",
        ),
    ),
)
"""What each kind of markup may begin with, and its patterns, the first that matches first. At an opening only its own
are tried.
"""
MARKUP = re.compile(
    _BEGINS
    + "(?:"
    + "|".join(rf"(?={begins})(?:{'|'.join(patterns)})" for begins, patterns in _OPENINGS)
    + ")",
    re.DOTALL,
)
MAY_HOLD_MARKUP = re.compile(
    rf"[$\\<`\[&|*_~【\ue200\u20e3{EMOJI}\u00ad\u200b\u2060\ufeff\u207a\u207b\u00b9\u00b2\u00b3\u2070\u2074-\u2079†‡]"
    r"|https?://|www\."
)
"""Without one of these `MARKUP` finds nothing; looking for them costs a fraction of looking for it."""
