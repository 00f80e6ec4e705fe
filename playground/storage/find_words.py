"""Finds a user's own conversations by words that either side said, an id, an error code, or a name. Bounded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from playground.engine.excerpt import Part, excerpt_of
from playground.models import CallersWait, Conversation, Turn
from playground.storage.text_index import INDEX, has_text_index

SEARCH_CHARS = 200
TRIGRAM = 3
"""The index finds no fewer characters."""
MOST_FOUND = 1_000
"""How many of the newest waits with the words are looked at."""
MOST_MATCHES = 20_000
"""How many of the newest that anyone said: FTS5 knows no owners."""
SEARCHED_WITHOUT_INDEX = 5_000
"""How many of the user's newest waits are read where no index helps."""
MOST_NAMED = 200
MOST_OPEN = 1_000
"""How many of the user's open turns are read; no index has their words yet."""

_MATCHES = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s ORDER BY rowid DESC LIMIT %s"


@dataclass(frozen=True, slots=True)
class FoundConversations:
    """Their ids, and what was not searched, in one sentence; empty if everything was."""

    ids: frozenset[str]
    waits: Mapping[str, int]
    """The newest wait in which the words were said, by conversation."""
    open_texts: Mapping[str, str]
    """What either side has said so far in an open turn with the words, by conversation."""
    left_out: str


NOTHING_FOUND = FoundConversations(frozenset(), {}, {}, "")


def find_words(user: User, words: str) -> FoundConversations:
    """Return the conversations in which the words were said, or that they identify."""
    by_text, left_out = _search_texts(user, words)
    open_texts = _open_texts(user, words)
    ids = {
        *by_text,
        *open_texts,
        *_with_id(user, words),
        *_with_error_code(user, words),
        *_with_name(user, words),
    }
    return FoundConversations(frozenset(ids), by_text, open_texts, left_out)


def excerpts_of(
    matches: FoundConversations, conversation_ids: Sequence[str], words: str
) -> dict[str, tuple[Part, ...]]:
    """Return by conversation what was said last around the words, of these that have them. One query."""
    waits = [matches.waits[pk] for pk in conversation_ids if pk in matches.waits]
    closed = CallersWait.objects.filter(pk__in=waits).values_list("conversation", "text")
    texts = {**dict(closed), **matches.open_texts}
    excerpts = ((pk, excerpt_of(texts[pk], words)) for pk in conversation_ids if pk in texts)
    return {pk: excerpt for pk, excerpt in excerpts if excerpt}


def _search_texts(user: User, words: str) -> tuple[Mapping[str, int], str]:
    if len(words) < TRIGRAM or not has_text_index(connection.vendor):
        return _search_newest(user, words)
    own = CallersWait.objects.filter(owner=user)
    if connection.vendor == "sqlite":
        rows, is_cut = _matching_with_fts5(own, words)
    else:
        newest = own.filter(text__icontains=words).order_by("-pk")[:MOST_FOUND]
        rows = list(newest.values_list("conversation", "pk"))
        is_cut = len(rows) == MOST_FOUND
    return (
        _newest_of_each(rows),
        f"More was said with these words: only the newest {MOST_FOUND:,} are searched." if is_cut else "",
    )


def _newest_of_each(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the newest wait by conversation."""
    newest: dict[str, int] = {}
    for conversation_id, pk in rows:
        newest[conversation_id] = max(pk, newest.get(conversation_id, 0))
    return newest


def _matching_with_fts5(own: QuerySet[CallersWait], words: str) -> tuple[list[tuple[str, int]], bool]:
    phrase = '"' + words.replace('"', '""') + '"'
    with connection.cursor() as cursor:
        cursor.execute(_MATCHES, [phrase, MOST_MATCHES])
        matching = [pk for (pk,) in cursor.fetchall()]
    rows: list[tuple[str, int]] = []
    for start in range(0, len(matching), MOST_FOUND):
        own_matching = own.filter(pk__in=matching[start : start + MOST_FOUND])
        rows += own_matching.values_list("conversation", "pk")
        if len(rows) >= MOST_FOUND:
            return rows, True
    return rows, len(matching) == MOST_MATCHES


def _search_newest(user: User, words: str) -> tuple[Mapping[str, int], str]:
    """Read the newest waits one by one, where no index helps."""
    newest = CallersWait.objects.filter(owner=user).order_by("-pk")[:SEARCHED_WITHOUT_INDEX]
    spoken = newest.values_list("conversation", "pk", "text")
    folded = words.casefold()
    searched = 0
    rows = []
    for conversation_id, pk, text in spoken.iterator():
        searched += 1
        if folded in text.casefold():
            rows.append((conversation_id, pk))
    why = (
        f"words of fewer than {TRIGRAM} characters"
        if len(words) < TRIGRAM
        else "this database, which has no index of what was said,"
    )
    is_cut = searched == SEARCHED_WITHOUT_INDEX
    return _newest_of_each(
        rows
    ), f"For {why} only your newest {searched:,} turns are searched." if is_cut else ""


def _open_texts(user: User, words: str) -> Mapping[str, str]:
    own = Conversation.objects.filter(pk=OuterRef("conversation"), owner=user)
    # In the order of the index that finds the few open ones: else all turns are gone through.
    turns = Turn.objects.filter(Exists(own), status__in=Turn.OPEN).order_by("status", "lease_until")
    rows = turns.values_list("conversation", "user_text", "text")[:MOST_OPEN]
    texts = {pk: "\n".join(filter(None, lines)) for pk, *lines in rows}
    folded = words.casefold()
    return {pk: text for pk, text in texts.items() if folded in text.casefold()}


def _with_id(user: User, words: str) -> Iterable[str]:
    """Return the conversation of this id, or of the turn of this id."""
    conversations = Conversation.of(user).filter(pk=words).order_by().values_list("pk", flat=True)
    turns = Turn.objects.filter(pk=words, conversation__owner=user).order_by()
    return conversations.union(turns.values_list("conversation", flat=True))


def _with_error_code(user: User, words: str) -> Iterable[str]:
    failed = CallersWait.objects.filter(owner=user, error_code=words.lower()).order_by("-pk")
    return failed.values_list("conversation", flat=True)[:MOST_FOUND]


def _with_name(user: User, words: str) -> Iterable[str]:
    # In no order: the index of names alone answers it.
    named = Conversation.objects.filter(owner=user, conversation_name__icontains=words).order_by()
    return named.values_list("pk", flat=True)[:MOST_NAMED]
