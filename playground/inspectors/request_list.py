"""Lists an inspector's requests, the newest first: filtered, searched, and grouped by their conversations."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any

from django.db.models import Q, QuerySet, TextChoices

from playground.engine.answer.payloads import parse_payload
from playground.engine.answer.text_channel import storable
from playground.engine.examined_request import text_of
from playground.engine.limits import KIB, MIB
from playground.models import InspectedRequest, Inspector

REQUESTS_ON_A_PAGE = 50
SEARCHED_BYTES = 64 * MIB
"""How many bytes of bodies and answers one search reads, the newest first."""
SEARCHED_AT_ONCE = 20
SUMMARY_BYTES = 256 * KIB
"""A longer body is not read for what its row says."""
SUMMARY_CHARS = 160
UNSHOWN_OF_CHARS = 8
"""One of how many characters at most may be none that is shown, if a body is summed up by its beginning."""
SEARCH_CHARS = 200
USUAL_METHODS = ("GET", "POST")
METHODS_OFFERED = 20

Kept = InspectedRequest.Kept
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")

_LIGHT = (
    "inspector_id", "number", "arrived_at", "method", "path", "query", "conversation_id", "authentication",
    "secret_name", "answer", "answer_status", "timings", "ended", "error", "body_bytes", "answer_bytes", "body_kept",
)  # fmt: skip


class StatusFilter(TextChoices):
    """What a list may be filtered by: how requests were answered."""

    ANY = "", "Any status"
    SUCCESS = "2", "2xx"
    REDIRECT = "3", "3xx"
    CLIENT_ERROR = "4", "4xx"
    SERVER_ERROR = "5", "5xx"
    OPEN = "open", "Being answered"
    BROKEN_OFF = "failed", "Broken off"


_BROKEN_OFF = (
    InspectedRequest.End.CLIENT_LEFT,
    InspectedRequest.End.FAULT,
    InspectedRequest.End.UPSTREAM,
    InspectedRequest.End.TOO_LONG,
    InspectedRequest.End.STOPPED,
)


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """What a list is filtered by; an empty text filters nothing."""

    text: str = ""
    method: str = ""
    status: StatusFilter = StatusFilter.ANY
    conversation: str | None = None
    """The conversation's id; empty: those without one; None: any."""
    older_than: int | None = None
    """Only requests with a lower number."""

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.method or self.status or self.conversation is not None)


@dataclass(frozen=True, slots=True)
class ListedRequest:
    row: InspectedRequest
    summary: str
    """The last words of the user, or what else a body holds, in one line."""


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbours in the list that belong to one conversation."""

    conversation_id: str
    requests: list[ListedRequest]


@dataclass(frozen=True, slots=True)
class RequestPage:
    groups: list[Group] = field(default_factory=list)
    older_than: int | None = None
    """The number from which the next page goes on; None: there is none."""
    searched_all: bool = True

    @property
    def count(self) -> int:
        return sum(len(group.requests) for group in self.groups)


def requests_of(inspector: Inspector, filters: RequestFilter) -> RequestPage:
    """Return one page of the inspector's requests."""
    rows = _rows(inspector, filters)
    searched = _Search(filters.text)
    matching = list(islice(searched.matching(rows) if filters.text else rows, REQUESTS_ON_A_PAGE + 1))
    page = matching[:REQUESTS_ON_A_PAGE]
    bodies = _bodies(page)
    listed = [ListedRequest(row, summary_of(bodies.get(row.pk, b"")) or _unkept(row)) for row in page]
    groups = [
        Group(conversation, list(requests))
        for conversation, requests in groupby(listed, key=lambda each: each.row.conversation_id)
    ]
    has_more = len(matching) > REQUESTS_ON_A_PAGE or searched.stopped_at is not None
    last = page[-1].number if len(matching) > REQUESTS_ON_A_PAGE else searched.stopped_at
    return RequestPage(groups, last if has_more else None, searched.stopped_at is None)


def methods_of(inspector: Inspector) -> list[str]:
    """Return the methods to filter by: the usual ones, and those of the inspector's requests."""
    methods = InspectedRequest.objects.filter(inspector=inspector).order_by("method")
    return sorted({*USUAL_METHODS, *methods.values_list("method", flat=True).distinct()[:METHODS_OFFERED]})


def _rows(inspector: Inspector, filters: RequestFilter) -> QuerySet[InspectedRequest]:
    rows = InspectedRequest.objects.filter(inspector=inspector).order_by("-number").only(*_LIGHT)
    if filters.older_than is not None:
        rows = rows.filter(number__lt=filters.older_than)
    if filters.method:
        rows = rows.filter(method=filters.method)
    if filters.conversation is not None:
        rows = rows.filter(conversation_id=filters.conversation)
    return rows.filter(_has_status(filters.status)) if filters.status else rows


def _has_status(status: StatusFilter) -> Q:
    match status:
        case StatusFilter.OPEN:
            return Q(ended=InspectedRequest.End.OPEN)
        case StatusFilter.BROKEN_OFF:
            return Q(ended__in=_BROKEN_OFF)
        case _:
            return Q(answer_status__gte=int(status) * 100, answer_status__lt=int(status) * 100 + 100)


class _Search:
    """Finds a text in paths, queries, headers and bodies, some requests at a time, up to SEARCHED_BYTES."""

    def __init__(self, text: str) -> None:
        self._text = text[:SEARCH_CHARS].lower()
        self.stopped_at: int | None = None
        """The number behind the first request that was not searched; None: all were."""

    def matching(self, rows: QuerySet[InspectedRequest]) -> Iterator[InspectedRequest]:
        read_bytes = 0
        searched = rows.only(*_LIGHT, "headers", "body", "answer_body")
        for row in searched.iterator(chunk_size=SEARCHED_AT_ONCE):
            if read_bytes > SEARCHED_BYTES:
                self.stopped_at = row.number + 1
                return
            read_bytes += len(row.body) + len(row.answer_body)
            if any(self._text in part for part in _texts_of(row)):
                yield row


def _texts_of(row: InspectedRequest) -> Iterator[str]:
    """Yield the texts of a request, in lower case."""
    line = f"{row.method} {row.path}?{row.query} {row.answer_status or ''} {row.conversation_id}"
    yield line.lower()
    yield "\n".join(f"{name}: {value}" for name, value in row.headers).lower()
    yield _unescaped(bytes(row.body)).lower()
    yield _unescaped(bytes(row.answer_body)).lower()


def _unescaped(body: bytes) -> str:
    """Return a body's text with JSON's escaped characters as themselves."""
    text = body.decode("utf-8", "replace")
    if "\\u" not in text:
        return text
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _bodies(rows: Iterable[InspectedRequest]) -> dict[Any, bytes]:
    """Return the bodies from which rows are summed up, by primary key."""
    short = [row.pk for row in rows if row.body_bytes <= SUMMARY_BYTES]
    bodies = InspectedRequest.objects.filter(pk__in=short).values_list("pk", "body")
    return {key: bytes(body) for key, body in bodies}


def summary_of(body: bytes) -> str:
    """Return the last words of the user in a request, or how its body begins, in one line."""
    if not body:
        return ""
    try:
        document = parse_payload(body)
    except ValueError:
        document = None
    text = _last_words(document) if isinstance(document, dict) else ""
    beginning = body[: SUMMARY_CHARS * 4].decode("utf-8", "replace")
    if not text and not _is_readable(beginning):
        return f"{len(body):,} bytes"
    line = " ".join(storable(text or beginning).split())
    return line if len(line) <= SUMMARY_CHARS else f"{line[:SUMMARY_CHARS]}…"


def _is_readable(beginning: str) -> bool:
    """Whether a person can read the beginning of a body: most of it is characters to be shown."""
    return sum(map(_is_unshown, beginning)) * UNSHOWN_OF_CHARS <= len(beginning)


def _is_unshown(char: str) -> bool:
    return char == "\ufffd" or (char < " " and not char.isspace())


def _unkept(row: InspectedRequest) -> str:
    is_unkept = row.body_kept in (Kept.UNSEARCHABLE, Kept.SPELT)
    return f"{row.body_bytes:,} bytes, not kept" if is_unkept else ""


def _last_words(document: dict[str, Any]) -> str:
    messages = document.get("messages")
    for message in reversed(messages if isinstance(messages, list) else []):
        if isinstance(message, dict) and message.get("role") == "user":
            return f"“{text_of(message.get('content'))}”"
    return str(document.get("event_type") or "")
