"""A secret's name in a header's value, replaced by the secret.

Just AI, llmRequest, ``headers``: "Instead of an API key in the headers, specify the name of the secret". Not
documented: how the name is found. Greenroom assumes a whole word, every occurrence, in values only, in one pass.
"""

import re
from collections.abc import Mapping, Set

_WORD = re.compile(r"\{\{secret:([A-Za-z0-9_]+)\}\}|[A-Za-z0-9_]+")


def substitute(value: str, secrets: Mapping[str, str]) -> str:
    """Replace each whole word that is a secret's name, and each ``{{secret:NAME}}``. What was put in is final."""
    return _WORD.sub(lambda found: secrets.get(found[1] or found[0], found[0]), value)


def renamed(value: str, names: Mapping[str, str], *, words: Set[str]) -> str:
    """The value with a new name in each ``{{secret:NAME}}``, and for those whole words that are among ``words``."""

    def new_name(found: re.Match[str]) -> str:
        if found[1]:
            return f"{{{{secret:{names.get(found[1], found[1])}}}}}"
        return names.get(found[0], found[0]) if found[0] in words else found[0]

    return _WORD.sub(new_name, value)


def names_in(value: str) -> set[str]:
    """Every word of a header's value that could be a secret's name."""
    return {found[1] or found[0] for found in _WORD.finditer(value)}


def explicit_names_in(value: str) -> set[str]:
    """The names that stand as ``{{secret:NAME}}``."""
    return {found[1] for found in _WORD.finditer(value) if found[1]}
