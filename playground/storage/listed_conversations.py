"""Lists a user's own conversations: filtered, sorted, a page at a time by keys, however many there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.utils import timezone

from playground.engine.json_text import json_bytes
from playground.models import Conversation, ConversationSummary, ConversationTag, DrawnWait, Turn
from playground.storage.conversation_labels import with_called
from playground.storage.find_words import NOTHING_FOUND, FoundConversations, excerpts_of, find_words
from playground.storage.persona_health import DAY, WEEK

ON_A_PAGE = 30


class Sort(NamedTuple):
    """An order of the list: by the field, and by the ids of those that are alike."""

    name: str
    label: str
    field: str
    is_descending: bool = True


SORTS = (
    Sort("newest", "Newest first", "created_at"),
    Sort("oldest", "Oldest first", "created_at", is_descending=False),
    Sort("turns", "Most turns", "turns"),
    Sort("first-audio", "Slowest first audio", "first_audio_ms"),
    Sort("dead-air", "Most dead air", "dead_air_ms"),
    Sort("silence", "Longest silence", "longest_silence_ms"),
    Sort("errors", "Most errors", "failed"),
)
NEWEST = SORTS[0]


class Recent(NamedTuple):
    """A time until now in which a conversation's last turn began."""

    name: str
    label: str
    length: timedelta


RECENT = (Recent("day", "in the last 24 hours", DAY), Recent("week", "in the last 7 days", WEEK))
"""Those of the home page, whose numbers lead here."""


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """What the list is filtered by; empty values filter nothing."""

    words: str = ""
    persona: str = ""
    version: int | None = None
    platform: str = ""
    has_failed: bool = False
    has_interrupted: bool = False
    has_tool_calls: bool = False
    is_kept: bool = False
    slower_than_ms: int | None = None
    tag: str = ""
    since: date | None = None
    until: date | None = None
    last_turn: Recent | None = None
    sort: Sort = NEWEST

    @property
    def is_filtered(self) -> bool:
        values = (getattr(self, name) for name in self.__slots__ if name != "sort")
        return any(value not in ("", None, False) for value in values)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the sorted list: the sorted value and the id of a row."""

    value: Any
    conversation_id: str


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """A page; ``before`` and ``after`` are where the pages beside it begin, None without one."""

    conversations: list[Any]
    """Conversations with their ``summary``, names, tags, ``excerpt`` of what a search found, and ``drawn``: what their
    strip is drawn from, as JSON.
    """
    before: Cursor | None
    after: Cursor | None
    left_out: str
    """What a search did not look at, in one sentence; empty if it looked at everything."""


def list_conversations(
    user: User, filters: ConversationFilter, *, after: Cursor | None = None, before: Cursor | None = None
) -> ConversationPage:
    """Return the page behind ``after``, before ``before``, or the first one."""
    rows, matches = _filtered_rows(user, filters)
    sort = filters.sort
    is_backwards = before is not None
    descending = sort.is_descending != is_backwards
    cursor = before or after
    if cursor is not None:
        beyond = TupleLessThan if descending else TupleGreaterThan
        place = (F(sort.field), F("conversation")), (cursor.value, cursor.conversation_id)
        rows = rows.filter(beyond(*place))
    order = [f"-{sort.field}", "-conversation"] if descending else [sort.field, "conversation"]
    places = list(rows.order_by(*order).values_list(sort.field, "conversation")[: ON_A_PAGE + 1])
    has_more = len(places) > ON_A_PAGE
    page = [Cursor(*each) for each in places[:ON_A_PAGE]]
    if is_backwards:
        page.reverse()
    has_before, has_after = (has_more, True) if is_backwards else (after is not None, has_more)
    conversations = _rows_of([each.conversation_id for each in page])
    _add_excerpts(conversations, filters.words, matches)
    return ConversationPage(
        conversations=conversations,
        before=page[0] if page and has_before else None,
        after=page[-1] if page and has_after else None,
        left_out=matches.left_out,
    )


def _add_excerpts(conversations: Iterable[Any], words: str, matches: FoundConversations) -> None:
    """Give each conversation the ``excerpt`` in which the words were said: its parts, none without one."""
    excerpts = excerpts_of(matches, [each.pk for each in conversations], words) if matches.ids else {}
    for conversation in conversations:
        conversation.excerpt = excerpts.get(conversation.pk, ())


def _filtered_rows(
    user: User, filters: ConversationFilter
) -> tuple[QuerySet[ConversationSummary], FoundConversations]:
    deleted = Conversation.objects.filter(purge_at__isnull=False)  # by their own index
    rows = ConversationSummary.objects.filter(owner=user).exclude(conversation__in=deleted.values("pk"))
    matches = NOTHING_FOUND
    for name in ("has_failed", "has_interrupted", "has_tool_calls"):
        if getattr(filters, name):
            rows = rows.filter(**{name: True})
    if filters.persona:
        rows = rows.filter(persona_ref=filters.persona)
    if filters.version is not None:
        rows = rows.filter(persona_version__number=filters.version)
    if filters.platform:
        rows = rows.filter(platform=filters.platform)
    if filters.is_kept:
        kept = Conversation.objects.filter(owner=user, is_kept__in=(True,))  # by its own index: few are kept
        rows = rows.filter(conversation__in=kept.values("pk"))
    if filters.slower_than_ms is not None:
        rows = rows.filter(first_audio_ms__gte=filters.slower_than_ms)
    if filters.tag:
        tagged = ConversationTag.objects.filter(owner=user, name=filters.tag)
        rows = rows.filter(conversation__in=tagged.values("conversation"))
    if filters.since:
        rows = rows.filter(created_at__gte=_midnight(filters.since))
    if filters.until and filters.until < date.max:
        rows = rows.filter(created_at__lt=_midnight(filters.until + timedelta(days=1)))
    if filters.last_turn:
        rows = rows.filter(last_turn_at__gt=timezone.now() - filters.last_turn.length)
    if filters.words:
        matches = find_words(user, filters.words)
        rows = rows.filter(conversation__in=matches.ids)
    return rows, matches


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _rows_of(conversation_ids: Sequence[str]) -> list[Any]:
    """Return the conversations in the order of their ids here, each with the values of its row in the list.

    ``turns_begun`` are the closed turns of the summary and the open one.
    """
    rows = (
        with_called(Conversation.objects.filter(pk__in=conversation_ids))
        .select_related("persona_version", "summary")
        .only(
            "conversation_name",
            "status",
            "stand_in",
            "is_kept",
            "created_at",
            "callback_url",
            "sends_callbacks",
            "persona_version__number",
            "persona_version__note",
            "persona_version__persona",
            *(f"summary__{name}" for name in _SHOWN),
        )
        .annotate(
            has_open_turn=Exists(Turn.objects.filter(conversation=OuterRef("pk"), status__in=Turn.OPEN))
        )
    )
    by_id: Mapping[str, Any] = {conversation.pk: conversation for conversation in rows}
    conversations = [by_id[pk] for pk in conversation_ids if pk in by_id]
    drawn = dict(DrawnWait.objects.filter(pk__in=conversation_ids).values_list("pk", "turns"))
    tags = tags_of(conversation_ids)
    for conversation in conversations:
        turns = drawn.get(conversation.pk)
        conversation.drawn = json_bytes(turns).decode() if turns else ""
        conversation.tag_names = tags.get(conversation.pk, [])
        conversation.turns_begun = conversation.summary.turns + conversation.has_open_turn
    return conversations


_SHOWN = (
    "persona_ref",
    "turns",
    "waits",
    "first_audio_ms",
    "dead_air_ms",
    "longest_silence_ms",
    "failed",
    "interrupted",
    "has_tool_calls",
    "last_turn_at",
)


def tags_of(conversation_ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the names of tags by conversation."""
    tags: dict[str, list[str]] = {}
    rows = ConversationTag.objects.filter(conversation__in=list(conversation_ids)).order_by("name")
    for conversation_id, name in rows.values_list("conversation", "name"):
        tags.setdefault(conversation_id, []).append(name)
    return tags
