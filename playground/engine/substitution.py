"""Replaces a secret's name in a header's value by the secret.

Just AI, llmRequest, ``headers``: "Instead of an API key in the headers, specify the name of the secret". Not
documented: how the name is found. Greenroom assumes a whole word, every occurrence, in values only, in one pass.
"""

import re
from collections.abc import Mapping, Set

_WORD = re.compile(r"\{\{secret:([A-Za-z0-9_]+)\}\}|[A-Za-z0-9_]+")


def substitute(value: str, secrets: Mapping[str, str]) -> str:
    """Replace each whole word that is a secret's name, and each ``{{secret:NAME}}``, but not in inserted values."""
    return _WORD.sub(lambda match: secrets.get(match[1] or match[0], match[0]), value)


def variable(secret: str) -> str:
    """Return the name of a secret's environment variable, which may not begin with a digit in a shell."""
    return f"SECRET_{secret}" if secret[:1].isdigit() else secret


def parts_of(value: str, secrets: Set[str]) -> list[tuple[bool, str]]:
    """Return the value in parts: whether each is a secret, and its text or the secret's name."""
    parts: list[tuple[bool, str]] = []
    begin = 0
    for match in _WORD.finditer(value):
        name = match[1] or match[0]
        if name not in secrets:
            continue
        if begin < match.start():
            parts.append((False, value[begin : match.start()]))
        parts.append((True, name))
        begin = match.end()
    return parts + ([(False, value[begin:])] if begin < len(value) else [])


def renamed(value: str, names: Mapping[str, str], *, words: Set[str]) -> str:
    """Return the value with names replaced in each ``{{secret:NAME}}``, and in whole words that are in ``words``."""

    def new_name(match: re.Match[str]) -> str:
        if match[1]:
            return f"{{{{secret:{names.get(match[1], match[1])}}}}}"
        return names.get(match[0], match[0]) if match[0] in words else match[0]

    return _WORD.sub(new_name, value)


def names_in(value: str) -> set[str]:
    """Return the words of a header's value that could be secrets' names."""
    return {match[1] or match[0] for match in _WORD.finditer(value)}


def explicit_names_in(value: str) -> set[str]:
    """Return the names written as ``{{secret:NAME}}``."""
    return {match[1] for match in _WORD.finditer(value) if match[1]}
