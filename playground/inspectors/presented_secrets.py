"""The keys that a request itself presents, masked where its body or its answer repeats them.

A stranger chooses them, so they are few, and each is looked for as it stands: in time linear in the text.
"""

import re
from collections.abc import Collection, Sequence
from itertools import chain, islice
from urllib.parse import unquote_to_bytes

from django.views.decorators.debug import sensitive_variables

from playground.engine.answer.redaction import MASK
from playground.inspectors.authentication import presented_keys
from playground.inspectors.forwarding import RawHeaders
from playground.inspectors.key_names import names_a_key

MOST_PRESENTED = 8
"""How many keys of a request are looked for; of one that presents more no value is kept."""
SHORTEST_PRESENTED_CHARS = 8
"""A shorter presented key is masked in its header only: elsewhere it may be an ordinary word."""
LONGEST_PRESENTED_CHARS = 4_096
FEWEST_DIFFERENT_CHARS = 4
"""The fewest different characters of a key: a row of dashes is none."""

TimedText = tuple[int, str]
"""``(t_ms, text)`` of a part of an answer."""


@sensitive_variables()
def presented_secrets(headers: RawHeaders, query: bytes) -> tuple[str, ...]:
    """Return the keys in the headers and the query that may be repeated elsewhere: `MOST_PRESENTED` and one at most."""
    texts = [spelling for each in presented_keys(headers) for spelling in each.spellings]
    cookies = (value for name, value in headers if name.lower() == b"cookie")
    texts += [
        value.strip().decode("latin-1")
        for name, _, value in (pair.partition(b"=") for each in cookies for pair in each.split(b";"))
        if names_a_key(name.decode("latin-1"))
    ]
    queries = (query, *(value.partition(b"?")[2] for name, value in headers if name.lower() == b"referer"))
    for pair in chain.from_iterable(re.split(rb"[&;]", each) for each in queries):
        name, _, value = pair.partition(b"=")
        if names_a_key(name.decode("latin-1")):
            texts.append(unquote_to_bytes(value).decode("latin-1"))
    ids = {value.decode("latin-1").strip() for name, value in headers if name.lower() == b"conversation_id"}
    telling = (text for text in texts if _is_telling(text) and text not in ids)
    return tuple(islice(dict.fromkeys(telling), MOST_PRESENTED + 1))


@sensitive_variables()
def without_presented(text: str, presented: Collection[str]) -> str:
    """Return the text with the presented keys masked."""
    for key in _longest_first(presented):
        text = text.replace(key, MASK)
    return text


@sensitive_variables()
def parts_without_presented(parts: Sequence[TimedText], presented: Collection[str]) -> list[TimedText]:
    """Return the parts with the presented keys masked, those too that lie across parts; as many parts as before."""
    masked = list(parts)
    for key in _longest_first(presented):
        masked = _parts_without(key, masked)
    return masked


def _longest_first(presented: Collection[str]) -> list[str]:
    return sorted(presented, key=len, reverse=True)


def _is_telling(text: str) -> bool:
    is_of_length = SHORTEST_PRESENTED_CHARS <= len(text) <= LONGEST_PRESENTED_CHARS
    return is_of_length and len(set(text)) >= FEWEST_DIFFERENT_CHARS


def _parts_without(key: str, parts: list[TimedText]) -> list[TimedText]:
    """Mask one key: the mask stands in the part in which the key begins."""
    pieces = "".join(text for _, text in parts).split(key)
    if len(pieces) == 1:
        return parts
    masked = []
    place, used = 0, 0  # the piece that is being dealt out, and how much of it and of the key behind it
    for t_ms, text in parts:
        shown = []
        left = len(text)
        while left:
            piece = pieces[place]
            if used < len(piece):
                taken = min(left, len(piece) - used)
                shown.append(piece[used : used + taken])
            else:
                if used == len(piece):
                    shown.append(MASK)
                taken = min(left, len(piece) + len(key) - used)
            used, left = used + taken, left - taken
            if used == len(piece) + len(key):
                place, used = place + 1, 0
        masked.append((t_ms, "".join(shown)))
    return masked
