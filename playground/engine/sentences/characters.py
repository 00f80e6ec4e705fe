"""The characters that end a sentence, close it and open the next one, in every script with its own marks."""

import re

NEWLINES = "\n\r\u2028\u2029"

SOFT_STOPS = ".!?…‽⁇⁈⁉．"
"""Stops that end a sentence only before a space, because they also occur inside numbers, names and addresses."""

HARD_STOPS = "。｡！？؟۔।॥።፧፨။។៕༎։\u037e᠃܀܁܂꧉෴᱾᱿꯫߹"
"""Stops that always end a sentence: their scripts write no space after them, or use them for nothing else."""

EAST_ASIAN_STOPS = "。｡！？"

STOPS = SOFT_STOPS + HARD_STOPS

BRACKETS_CLOSED = ")]}）］】〕〉》」』｣"
QUOTES_CLOSED = "\"'”’»“«‘›‹"
"""Marks that close a quotation right after a stop: German closes with “, Swedish with ”, Danish with «."""

QUOTATION_MARKS = QUOTES_CLOSED + "„‚「『｢"

MARKUP = "*_~`"
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹†‡"

OPENERS = "\"'“”„‚‘«»‹›([{（［【〔〈《「『｢¿¡" + MARKUP

NESTED = {"《": "》", "〈": "〉", "「": "」", "『": "』", "（": "）"}
"""East Asian brackets: a stop inside them doesn't end the sentence around them."""

EMOJI = (
    "\U0001f000-\U0001f02f\U0001f0a0-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a\u231b\u23e9-\u23f3"
    "\u3030\u303d\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f"
)
"""The content of a regular expression's class for emoji, with their joiners, selectors and tags."""

BULLETS = "•‣◦▪●○⁃∙·"

CLAUSE_MARKS = ",;:—–，、；：،؛၊፣፤·"


def of(*characters: str) -> str:
    """Return a regular expression's class of these characters."""
    return "[" + re.escape("".join(characters)) + "]"


STOP_RUN = re.compile(of(STOPS) + "+")
SPACED_ELLIPSIS = re.compile(r"\.(?:[ \u00a0\u202f]\.){2,}")
_PAUSE_TAGS = ("br", "break", "flush", "pause")
"""Speech tags that belong to the text before them; any other opening tag belongs to the text after it."""
_PAUSE_TAG = rf"<(?:{'|'.join(_PAUSE_TAGS)})(?![\w:-])[^<>\n]{{0,40}}"
_PAUSE_TAG_BEGUN = "|".join(sorted({tag[:length] for tag in _PAUSE_TAGS for length in range(len(tag))}))
CLOSING_RUN = re.compile(
    rf"(?:{of(STOPS, BRACKETS_CLOSED, QUOTES_CLOSED, MARKUP, SUPERSCRIPTS)}|\[\^?\d{{1,3}}\]"
    rf"|</[A-Za-z][\w:-]{{0,30}}>|{_PAUSE_TAG}>)*"
)
EAST_ASIAN_CLOSING_RUN = re.compile(of(STOPS, BRACKETS_CLOSED, "”’»", MARKUP) + "*")
"""Closers after an East Asian stop: there “ and ‘ open, and a straight mark may do either."""
PARTIAL_CLOSER = re.compile(rf"(?:\[\^?\d{{0,3}}|<(?:/[\w:-]{{0,31}}|{_PAUSE_TAG_BEGUN})|{_PAUSE_TAG})\Z")
SPACES = re.compile(r"[^\S\n\r\u2028\u2029]*")
EMOJI_RUN = re.compile(f"[{EMOJI}]+")
LETTER_OR_DIGIT = re.compile(r"[^\W_]")
LETTER = re.compile(r"[^\W\d_]")
WORD = re.compile(r"[^\W\d_]+")
OPENING_RUN = re.compile(of(OPENERS) + "*")


def is_east_asian(character: str) -> bool:
    """Whether the script writes its sentences without spaces between them (Han, kana, fullwidth forms)."""
    return (
        "\u2e80" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\uff00" <= character <= "\uffef"
    )
