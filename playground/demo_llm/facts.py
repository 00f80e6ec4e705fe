"""Extracts facts from a text, in English and Russian: the language, names, places, roles."""

import re
from enum import StrEnum

CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
LATIN = re.compile(r"[a-z]", re.IGNORECASE)

_PROPER = r"(?:(?:St|Ste|Mt|Ft)\.|[A-ZÀ-ÞА-ЯЁ][\w'’-]*)"
_PLACE = rf"{_PROPER}(?:\s+{_PROPER})*(?:,\s*{_PROPER}(?:\s+{_PROPER})*)?"
_PLACE_AFTER = re.compile(rf"\b(?:in|at|for|near|from|to|of|в|во|из|около)\s+({_PLACE})")
MORE_PLACES = 8
"""How many places are read on after one ("in Paris, Berlin and Rome")."""
_MORE_PLACES = re.compile(
    rf"\s*(?:,|\band\b|\bor\b|\bи\b|\bили\b)+\s*(?:(?:in|в|во)\s+)?({_PROPER}(?:\s+{_PROPER})*)"
)
_LOWER_PLACE_AFTER = re.compile(
    r"\b(?:in|at|for|near|в|во)\s+(?!(?:the|a|an|my|this|me|you|us|him|her|it|them|one|two|three|four|five|ten)\b|celsius|fahrenheit|цельси)([\w'-]+(?:\s+[\w'-]+)?)",
    re.IGNORECASE,
)
_NOT_PLACES = re.compile(
    r"\b(?:today|tomorrow|tonight|now|right|please|and|or|like|this|next|is|it|on|at|сегодня|завтра|сейчас|и|или)\b.*",
    re.IGNORECASE,
)
_NOT_PROPER = frozenset(
    {
        "I",
        "Celsius",
        "Fahrenheit",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    }
)

_OWN_NAME = (
    re.compile(r"\b[Yy]our name is ([A-ZÀ-Þ][\w'’-]*)"),
    re.compile(r"\b[Yy]ou(?: are|'re|’re) ([A-ZÀ-Þ][\w'’-]+)"),
    re.compile(r"\b(?:[Тт]ебя|[Вв]ас) зовут ([А-ЯЁ][\w-]*)"),
)
_CALLER_NAME = (
    re.compile(r"\b(?:talking|speaking) (?:to|with) ([A-ZÀ-Þ][\w'’-]*)"),
    re.compile(
        r"\b(?:user|caller|customer|client)(?:'s|’s)? (?:name )?is (?:called |named )?([A-ZÀ-Þ][\w'’-]*)"
    ),
    re.compile(r"(?:[Пп]ользователя|[Кк]лиента|[Сс]обеседника) зовут ([А-ЯЁ][\w-]*)"),
)
_SAID_NAME = (
    re.compile(r"\bmy name(?:'s|’s| is) ([^\W\d_][\w'’-]*)", re.IGNORECASE),
    re.compile(r"\bcall me ([^\W\d_][\w'’-]*)", re.IGNORECASE),
    re.compile(r"\bменя зовут ([^\W\d_][\w-]*)", re.IGNORECASE),
)
_HOME = re.compile(rf"\b(?:is|are|comes?|lives?)\s+(?:from|in)\s+({_PLACE})")
_LIKES = re.compile(r"\b(?:likes?|loves?|enjoys?)\s+([^.,;\n{}]{2,60})")
_ROLE = (
    re.compile(r"\b[Yy]ou(?: are|'re|’re)(?: [A-ZÀ-Þ][\w'’-]*,?)? (an? [^.,;:!?\n{}]{2,60})"),
    re.compile(r"\b[Тт]ы\s*[—–-]\s*([^.,;:!?\n{}]{2,60})"),
)


class Language(StrEnum):
    ENGLISH = "en"
    RUSSIAN = "ru"


def language_of(text: str) -> Language:
    """Return Russian if most letters are Cyrillic, else English."""
    russian = len(CYRILLIC.findall(text)) > len(LATIN.findall(text))
    return Language.RUSSIAN if russian else Language.ENGLISH


def own_name(system_text: str) -> str:
    """Return the persona's name in the system message, or ""."""
    return _first(_OWN_NAME, system_text)


def own_role(system_text: str) -> str:
    """Return the persona's role in the system message ("a storyteller"), or ""."""
    return _first(_ROLE, system_text).strip()


def caller_name(system_text: str, user_texts: tuple[str, ...]) -> str:
    """Return the caller's name: the last one that the user gave, else the system message's, or ""."""
    for text in reversed(user_texts):
        if name := _first(_SAID_NAME, text):
            return name[:1].upper() + name[1:]
    return _first(_CALLER_NAME, system_text)


def caller_home(system_text: str) -> str:
    """Return the caller's home in the system message, or ""."""
    match = _HOME.search(system_text)
    return _tidy(match.group(1)) if match else ""


def caller_likes(system_text: str) -> str:
    match = _LIKES.search(_about_caller(system_text))
    return match.group(1).strip() if match else ""


def places(text: str) -> list[str]:
    """Return the places that a text names, in order: ["Paris", "Berlin"]; in lower case at most one."""
    return proper_places(text) or _lower_case_places(text)


def proper_places(text: str) -> list[str]:
    """Return the places that a text names with a capital letter, in order."""
    places: list[str] = []
    for match in _PLACE_AFTER.finditer(text):
        places.append(_tidy(match.group(1)))
        end = match.end()
        for _ in range(MORE_PLACES):
            if (more := _MORE_PLACES.match(text, end)) is None:
                break
            places.append(_tidy(more.group(1)))
            end = more.end()
    return [place for place in dict.fromkeys(places) if place and place not in _NOT_PROPER]


def _lower_case_places(text: str) -> list[str]:
    for match in _LOWER_PLACE_AFTER.finditer(text):
        if place := _tidy(_NOT_PLACES.sub("", match.group(1))):
            return [place.title() if place.islower() else place]
    return []


def _about_caller(system_text: str) -> str:
    """Return the system message from its first mention of the user on; the text before is about the persona."""
    at = re.search(r"\b(?:talking|speaking) (?:to|with)\b|\buser\b", system_text)
    return system_text[at.start() :] if at else ""


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> str:
    for pattern in patterns:
        if match := pattern.search(text):
            return match.group(1).rstrip("-'’")
    return ""


def _tidy(place: str) -> str:
    return place.strip().rstrip(".,'’-")
