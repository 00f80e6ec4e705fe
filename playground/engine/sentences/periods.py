"""Decides whether a period ends the sentence or belongs to an abbreviation, an initial or an ordinal."""

import re

from playground.engine.sentences.abbreviations import (
    BEFORE_MONTH,
    BEFORE_NUMBER,
    BEFORE_ORDINAL,
    CALENDAR,
    CAPITAL_FORMS,
    DECLINED,
    KNOWN,
    MAYBE_LAST,
    MONTHS,
    NEVER_LAST,
    NUMBERED,
    ONE_LETTER_WORDS,
    PREPOSITIONS_OF_TIME,
    PRONOUNS_OF_ADDRESS,
    SAINTS,
    SHORT_WORDS,
    STARTERS,
    THAI_TITLES,
    TITLES,
    UNITS,
    USUALLY_LAST,
    WEEKDAYS_AND_ZONES,
)
from playground.engine.sentences.characters import LETTER, OPENERS, OPENING_RUN, WORD, is_east_asian

WAIT_CHARS = 24
"""How many characters after a period may arrive while its deciding word is awaited."""

TOKEN_CHARS = 40
_LAST_PART = re.compile(r".*[-–]")
_CLOCK = re.compile(r"\d{1,2}(?::\d\d)?")
_ORDINAL = re.compile(r"\d{1,4}")
_INNER_OPENER = re.compile(r"[—―>]|[(\[](?=[^)\]]*\Z)")
"""Starts a new word inside a token: a long dash, a tag's end, an unclosed bracket ("doctor—Dr. Amin", "f(e.g. x")."""
_THAI_LETTERS = re.compile(rf"(?:{'|'.join(sorted(THAI_TITLES))}|(?:^|[\d.])[\u0e01-\u0e2e]{{1,4}})\Z")
"""Thai consonants without a vowel are an abbreviation; a title may touch the word before it."""
_ROMAN = re.compile(r"[IVXLC]{2,}")
_ELIDED = re.compile(r"^(?:[dlnst]|dell|nell|all|dall|sull|un|qu)['’](?=[^\W\d_]{2})", re.IGNORECASE)
_NO_VOWEL = re.compile(
    r"[bcdfghjklmnpqrstvwxzčćďđłńňřśšťźžбвгґджзклмнпрстфхцчшщβγδζθκλμνξπρστφχψ]{2}|"
    r"[bcdfghjkmnpqstvwxzčćďđłńňśšťźžбвгґджзклмнпрстфхцчшщβγδζθκλμνξπρστφχψ]{3,6}"
)
"""Words without a vowel. Czech and its neighbours use r and l as vowels ("vlk", "prst")."""
_SHORTENED = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}|([A-HJ-UWYZ])\1")
"""Dotted ("U.S"), or an abbreviated plural of Spanish and Italian ("EE. UU.", "AA. VV.")."""
_ROMAN_LETTERS = frozenset("IVXLCDM")
_EAST_ASIAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_MONTH_BEGINNINGS = frozenset(month[:length] for month in MONTHS for length in range(1, len(month) + 1))
_ADDRESS = re.compile(r"(?<!\S)\d{1,5} (?:[A-Z][\w'’]*\.? ){1,4}Dr\Z")
_NEXT_WORD = re.compile(r" ([^\W\d_]+)(?!\w)")
_PARTIAL_NEXT_WORD = re.compile(r" ?[^\W\d_]*")
_TIMES = frozenset({"a.m", "p.m", "am", "pm"})


def token_before(text: str, at: int) -> str:
    """Return the word, number or address that ends before ``at``, without its opening marks; "" after a space."""
    tail = text[max(0, at - TOKEN_CHARS) : at]
    if not tail or tail[-1].isspace():
        return ""
    word = tail.rsplit(maxsplit=1)[-1]
    if not word.isascii() and not is_east_asian(word[-1]):
        word = _EAST_ASIAN.split(word)[-1]
    if not word.isalnum():
        word = _INNER_OPENER.split(word)[-1].lstrip(OPENERS + ")")
    return _ELIDED.sub("", word)


def period_ends(text: str, at: int, after: int, *, closed: bool, final: bool) -> bool | None:
    """Whether the period at ``at`` ends its sentence, given that ``text[after]`` comes next, after a space.

    ``closed``: a quotation or a bracket closes in between. None if more text is needed.
    """
    final = final or len(text) > at + WAIT_CHARS
    text = text[: at + 1 + WAIT_CHARS]
    word = token_before(text, at)
    if not word and text[after : after + 1].islower():
        return False
    if not word or is_east_asian(word[-1]) or "\uac00" <= word[-1] <= "\ud7a3":
        return True
    if is_thai_abbreviation(word):
        return False
    if after >= len(text):
        return not is_abbreviation(text, at)
    if text[after].islower() and not closed:
        small = _before_small(text, after, final=final)
        if small is not True:
            return small
    if len(word) == 1 and word.isupper():
        return _after_one_letter(text, at, after, word, final=final)
    if _ORDINAL.fullmatch(word):
        return _after_number(text, at, after, word, final=final)
    if _is_title(word) and not _is_hour(text, at, word):
        return _after_drive(text, at, after, word, final=final)
    if _LAST_PART.sub("", word) in CALENDAR and (text[after].islower() or text[after].isdigit()):
        return False
    return _after_abbreviation(text, at, after, word, closed=closed, final=final)


def _before_small(text: str, after: int, *, final: bool) -> bool | None:
    """Whether a small letter may begin a sentence: if this sentence began with one, or in a name like "iPhone"."""
    first = LETTER.search(text)
    if first is not None and first.group().islower():
        return True
    if after + 1 >= len(text) and not final:
        return None
    return text[after + 1 : after + 2].isupper()


def _is_title(word: str) -> bool:
    """Whether the word, or its part after a slash, is a title before a name ("Mr./Mrs. Lee")."""
    return word in TITLES or ("://" not in word and word.rpartition("/")[2] in TITLES)


def _after_drive(text: str, at: int, after: int, word: str, *, final: bool) -> bool | None:
    """Judge a title: it ends no sentence, but "Dr." is also Drive in an address ("9 Elm Dr. The park")."""
    if word != "Dr" or not _ADDRESS.search(text, max(0, at - TOKEN_CHARS), at):
        return False
    following = _word_at(text, at, after, final=final)
    return None if following is None else _begins_sentence(following)


def _after_abbreviation(
    text: str, at: int, after: int, word: str, *, closed: bool, final: bool
) -> bool | None:
    """Judge a word that may be an abbreviation."""
    follows = text[after]
    keys = _keys(text, at, word)
    before = word_before(text, at)
    if word.islower() and before.endswith(".") and before[:-1].lstrip(OPENERS) in TITLES:
        return False
    if word in SAINTS and before[-1:].isdigit() and follows.isalpha():
        return _before_next_word(text, at, after, keys, final=final)
    counted = before[-1:].isdigit() or _ROMAN.fullmatch(before) is not None
    if counted and follows.isalpha() and _is_unit(keys, word):
        return not follows.islower() and not _opens_with_time(text, at)
    if follows.isdigit() and _is_short(word):
        return False
    if not keys.isdisjoint(NEVER_LAST):
        return closed and not follows.islower()
    if not keys.isdisjoint(BEFORE_NUMBER):
        numeral = _is_numeral(text, at, after, final=final)
        if numeral is not False:
            return None if numeral is None else False
    if not keys.isdisjoint(USUALLY_LAST):
        return not follows.islower() and follows not in "(["
    if not keys.isdisjoint(MAYBE_LAST) or _is_shortened(word, before):
        return closed or _before_next_word(text, at, after, keys, final=final)
    if len(word) < 3 and before.endswith(".") and not word[0].isupper() and not word[0].islower():
        return not word[0].isalpha()
    if len(word) == 1 and word.isalpha():
        return _after_one_letter(text, at, after, word, final=final)
    if _ROMAN.fullmatch(word):
        return _after_roman(text, at, after, final=final)
    return not (follows.islower() and len(word) < 4 and not keys.isdisjoint(BEFORE_NUMBER - SHORT_WORDS))


def _is_hour(text: str, at: int, word: str) -> bool:
    """Whether a caseless letter, elsewhere a title, means a.m. or p.m. here (Arabic "5 م.")."""
    caseless = len(word) == 1 and word.lower() == word.upper()
    return caseless and _CLOCK.fullmatch(word_before(text, at)) is not None


def _is_unit(keys: set[str], word: str) -> bool:
    """Whether the word is a unit after a number, so that the sentence may end before any capital letter."""
    if not keys.isdisjoint(_TIMES):
        return False
    if not keys.isdisjoint(UNITS):
        return True
    if not keys.isdisjoint(NEVER_LAST):
        return False
    return (len(word) < 3 and not word[:1].isupper()) or not keys.isdisjoint(MAYBE_LAST)


def _is_shortened(word: str, before: str) -> bool:
    """Whether the word looks like an abbreviation; a sentence's first word doesn't count as one."""
    if _SHORTENED.fullmatch(word):
        return True
    return not word.isupper() and before != "" and is_shortened(word)


def is_thai_abbreviation(word: str) -> bool:
    return "\u0e01" <= word[-1:] <= "\u0e2e" and _THAI_LETTERS.search(word) is not None


def is_shortened(word: str) -> bool:
    """Whether the word has no vowel, apart from interjections such as "Hmm" and "Shh"."""
    return word[-1] != word[-2:-1] and _NO_VOWEL.fullmatch(word.lower()) is not None


def _is_short(word: str) -> bool:
    """Whether the word before a number is shortened: without a vowel, or a month's prefix."""
    small = word.lower()
    if word.isupper() and word.isascii():
        return False
    if _NO_VOWEL.fullmatch(small) or (len(small) == 3 and small in _MONTH_BEGINNINGS - MONTHS):
        return True
    return small.endswith("gt") and len(small) > 4


def _is_numeral(text: str, at: int, after: int, *, final: bool) -> bool | None:
    """Whether a number follows, in digits or Roman; None if more text is needed."""
    if text[after] not in _ROMAN_LETTERS:
        return text[after].isdigit() or text[after] in "№#"
    word = _word_at(text, at, after, final=final)
    return None if word is None else _ROMAN.fullmatch(word) is not None


def _keys(text: str, at: int, word: str) -> set[str]:
    """Return the keys under which ``word`` may be listed; none for capitals without dots, a name ("CA", "PR")."""
    if len(word) > 1 and word.isalpha() and word.isupper() and word not in CAPITAL_FORMS:
        return set()
    joined = _joined_initials(text, at, word)
    if joined in KNOWN:
        return {joined}
    key = word.lower()
    return {
        joined,
        key,
        key.rpartition("-")[2],
        key.rpartition("/")[2],
        "str" if key.endswith("str") else key,
    }


def word_before(text: str, at: int) -> str:
    """Return the word before the one that ends at ``at``, or ""."""
    before = text[max(0, at - 2 * TOKEN_CHARS) : at].rsplit(maxsplit=2)
    return before[-2] if len(before) > 1 else ""


def is_abbreviation(text: str, at: int) -> bool:
    """Whether the word before the period at ``at`` is a known abbreviation of any kind."""
    word = token_before(text, at)
    key = word.lower()
    return word in TITLES or key in KNOWN


def _joined_initials(text: str, at: int, word: str) -> str:
    """Return two initials with a space between ("z. B.", "т. д.") joined in lower case; "" for a single one."""
    if len(word) > 2:
        return ""
    parts = text[max(0, at - 16) : at].rsplit(maxsplit=3)
    initials: list[str] = [word]
    for part in reversed(parts[-3:-1]):
        stem = part.lstrip(OPENERS)
        if not (len(stem) <= 3 and stem.endswith(".") and stem[:-1].isalpha()):
            break
        initials.insert(0, stem[:-1])
    return ".".join(initials).lower() if len(initials) > 1 else ""


def _word_at(text: str, at: int, after: int, *, final: bool) -> str | None:
    """Return the next word: complete, or as much as arrived within ``WAIT_CHARS``; None while it may grow."""
    begin = OPENING_RUN.match(text, after)
    word = WORD.match(text, begin.end() if begin else after)
    end = word.end() if word else (begin.end() if begin else after)
    if end >= len(text) and not final and len(text) - at <= WAIT_CHARS:
        return None
    return word.group() if word else ""


def _begins_sentence(word: str) -> bool:
    return word[:1].isupper() and word.lower() in STARTERS


def _before_next_word(text: str, at: int, after: int, keys: set[str], *, final: bool) -> bool | None:
    """Judge an abbreviation that may be the last word."""
    follows = text[after]
    if follows.islower() or follows.isdigit() or follows in "([":
        return False
    word = _word_at(text, at, after, final=final)
    if word is None:
        return None
    if not word:
        return True
    if _is_initial(text, after, word):
        return False
    if not keys.isdisjoint(_TIMES):
        return _after_time(text, at, word)
    if _begins_sentence(word):
        return True
    return not word[:1].isupper() and not word[:1].islower()


def _is_initial(text: str, after: int, word: str) -> bool:
    return len(word) == 1 and text[after + 1 : after + 2] == "."


def _after_time(text: str, at: int, word: str) -> bool:
    if word.lower() in WEEKDAYS_AND_ZONES or word.lower() in MONTHS:
        return False
    if text[at - 1].isupper() or _begins_sentence(word):
        return True
    return not _opens_with_time(text, at)


def _opens_with_time(text: str, at: int) -> bool:
    """Whether the sentence so far is only a time ("At 5 p.m.", "В 1837 г.")."""
    before = text[:at].split(maxsplit=5)
    return len(before) <= 4 and before[0].lower() in PREPOSITIONS_OF_TIME


def _after_number(text: str, at: int, after: int, number: str, *, final: bool) -> bool | None:
    """Judge one to four digits: an ordinal, or a number that ends the sentence."""
    follows = text[after]
    if len(number) < 4 and follows.islower():
        return False
    if not follows.isalpha():
        return True
    if len(number) < 3 and _counts_on(text, at, number):
        return False
    if not follows.isupper() or _is_range(text, at):
        return True
    preceding = word_before(text, at).lower()
    may_be_ordinal = preceding in (BEFORE_ORDINAL if len(number) < 3 else DECLINED)
    may_be_date = len(number) < 3 and (may_be_ordinal or preceding in BEFORE_MONTH)
    word = _word_at(text, at, after, final=final)
    if word is None:
        begins_month = len(number) < 3 and text[after:].lower() in _MONTH_BEGINNINGS
        return None if may_be_ordinal or may_be_date or begins_month else True
    if len(number) < 3 and word.lower() in MONTHS:
        return False
    if not may_be_ordinal or _begins_sentence(word):
        return True
    return _addresses_someone(text, at, after, word, final=final)


def _addresses_someone(text: str, at: int, after: int, word: str, *, final: bool) -> bool | None:
    """Whether a pronoun follows the next word, which is then a sentence's verb ("17. Geben Sie")."""
    behind = text[after + len(word) :]
    if not final and len(text) - at <= WAIT_CHARS and _PARTIAL_NEXT_WORD.fullmatch(behind):
        return None
    following = _NEXT_WORD.match(behind)
    return following is not None and following.group(1) in PRONOUNS_OF_ADDRESS


def _counts_on(text: str, at: int, number: str) -> bool:
    """Whether the number is a list item's within the sentence ("Steps: 1. Wash, 2. Cut")."""
    before = text[: at - len(number)].rstrip()
    if int(number) == 1:
        return before.endswith((":", "："))
    return before.endswith((",", ";", "，", "；", "、")) and f"{int(number) - 1}. " in before


def _is_range(text: str, at: int) -> bool:
    """Whether the number ends a range, whose first number has no period ("między 9 a 12")."""
    before = text[max(0, at - TOKEN_CHARS) : at].rsplit(maxsplit=3)
    return len(before) > 2 and before[-3].isdigit()


def _after_roman(text: str, at: int, after: int, *, final: bool) -> bool | None:
    """Judge a Roman numeral: an ordinal ("Ludwig XIV. war"), or the end ("World War II.")."""
    if text[after].islower():
        return False
    word = _word_at(text, at, after, final=final)
    if word is None:
        return None
    preceding = word_before(text, at)
    return _begins_sentence(word) or (preceding != "" and preceding.lower() not in BEFORE_ORDINAL)


def _after_one_letter(text: str, at: int, after: int, letter: str, *, final: bool) -> bool | None:
    """Judge a single letter: an initial ("Anna I. Berg"), a unit ("5 m."), or a word ("you and I.")."""
    if letter in ONE_LETTER_WORDS:
        return True
    follows = text[after]
    if not letter.isupper() and not letter.islower():
        return False
    if follows.islower() or follows.isdigit():
        return False
    if letter.isupper() and word_before(text, at)[-1:] in {"º", "ª", "°"}:
        return True
    word = _word_at(text, at, after, final=final)
    if word is None:
        return None
    if not word or _is_initial(text, after, word):
        return not word
    if _begins_sentence(word):
        return True
    preceding = word_before(text, at)
    return letter in "IVX" and (preceding.lower() in NUMBERED or (letter == "I" and preceding[:1].islower()))
