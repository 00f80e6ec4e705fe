"""Conversations: the call log, the transcript, the end of one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import replace_url

from personas.models import Persona
from playground.access import END, READ, may_edit_persona, own_conversation_or_404, permitted
from playground.engine.platforms.registry import platform_choices
from playground.models import Conversation, ConversationTag
from playground.models.conversation_tag import TAG_CHARS
from playground.runner import runner
from playground.storage.callback_list import callback_states
from playground.storage.exported_conversations import FORMATS
from playground.storage.find_words import SEARCH_CHARS
from playground.storage.latest_personas import versions_talked_to
from playground.storage.listed_conversations import (
    NEWEST,
    RECENT,
    SORTS,
    ConversationFilter,
    Cursor,
    Sort,
    list_conversations,
    tags_of,
)
from playground.storage.transcript import (
    changes_by_position,
    first_words_of,
    transcript_of,
    versions_by_position,
)
from playground.views.end_question import render_end_question

MOST_SELECTED = 100
"""How many deletions are undone at once."""
PERSONAS_OFFERED = 50
TAGS_OFFERED = 200
MOST_MS = 600_000
BROWSER_DATE = "%Y-%m-%d"


class FilterForm(forms.Form):
    """The call log's filters, as in its address; what can't be read filters nothing."""

    q = forms.CharField(required=False, max_length=SEARCH_CHARS)
    persona = forms.CharField(required=False, max_length=32)
    version = forms.IntegerField(required=False, min_value=1, max_value=1_000_000_000)
    platform = forms.CharField(required=False, max_length=16)
    failed = forms.BooleanField(required=False)
    interrupted = forms.BooleanField(required=False)
    tools = forms.BooleanField(required=False)
    kept = forms.BooleanField(required=False)
    slower = forms.IntegerField(required=False, min_value=1, max_value=MOST_MS)
    tag = forms.CharField(required=False, max_length=TAG_CHARS)
    since = forms.DateField(required=False, input_formats=[BROWSER_DATE])
    until = forms.DateField(required=False, input_formats=[BROWSER_DATE])
    talked = forms.ChoiceField(required=False, choices=[(each.name, each.label) for each in RECENT])

    def filters(self, sort: Sort) -> ConversationFilter:
        self.is_valid()
        values: Mapping[str, Any] = self.cleaned_data
        return ConversationFilter(
            words=(values.get("q") or "").replace("\0", ""),
            persona=values.get("persona") or "",
            version=values.get("version"),
            platform=values.get("platform") or "",
            has_failed=values.get("failed", False),
            has_interrupted=values.get("interrupted", False),
            has_tool_calls=values.get("tools", False),
            is_kept=values.get("kept", False),
            slower_than_ms=values.get("slower"),
            tag=values.get("tag") or "",
            since=values.get("since"),
            until=values.get("until"),
            last_turn=next((each for each in RECENT if each.name == values.get("talked")), None),
            sort=sort,
        )


@require_safe
@vary_on_headers("HX-Request")
def conversation_list(request: HttpRequest) -> HttpResponse:
    """A page of the call log; for htmx its table alone."""
    user = permitted(request, READ)
    sort = next((each for each in SORTS if each.name == request.GET.get("sort")), NEWEST)
    filters = FilterForm(request.GET).filters(sort)
    listed = list_conversations(
        user, filters, after=_cursor(request, "after", sort), before=_cursor(request, "before", sort)
    )
    context = {
        "listed": listed,
        "conversations": listed.conversations,
        "filters": filters,
        "is_first_page": not ({"after", "before"} & request.GET.keys()),
        "sort": sort,
        "sorts": SORTS,
        "newer": _page_of(request, before=listed.before),
        "older": _page_of(request, after=listed.after),
        "address": request.get_full_path(),
        "columns": {each.name.replace("-", "_"): _sorted_by(request, each) for each in SORTS},
    }
    if getattr(request, "htmx", False):
        address = f"{request.path}?{urlencode(_filters(request))}".removesuffix("?")
        return replace_url(
            render(request, "conversations/_log.html", context | {"address": address}), address
        )
    deleted = _deleted(user)
    context |= {
        "personas": _personas(user, filters.persona),
        "platforms": platform_choices(),
        "recent": RECENT,
        "tags": list(_tags(user)),
        "formats": [(each.name, each.label) for each in FORMATS],
        "deleted": deleted,
        "deleted_until": max(deleted.values(), default=None),
        "has_more_filters": any(
            request.GET.get(name)
            for name in ("slower", "platform", "version", "tag", "talked", "since", "until")
        ),
        "retention_days": settings.RETENTION_DAYS,
    }
    return render(request, "conversations/list.html", context)


def _cursor(request: HttpRequest, name: str, sort: Sort) -> Cursor | None:
    """Return the place in the address, ``value~id``; None if there is none, or it is of another order."""
    value, _, conversation_id = request.GET.get(name, "").partition("~")
    if not conversation_id or len(conversation_id) > 32 or "\0" in conversation_id:
        return None
    place = _moment(value) if sort.field == "created_at" else _number(value)
    return None if place is None else Cursor(place, conversation_id)


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None


def _number(text: str) -> int | None:
    digits = text.removeprefix("-")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 9
    return int(text) if is_number else None


def _page_of(request: HttpRequest, **cursors: Cursor | None) -> str:
    """Return the query of the page at the cursor; empty without one."""
    ((name, cursor),) = cursors.items()
    if cursor is None:
        return ""
    value = cursor.value.isoformat() if isinstance(cursor.value, datetime) else cursor.value
    return "?" + urlencode([*_filters(request), (name, f"{value}~{cursor.conversation_id}")])


def _sorted_by(request: HttpRequest, sort: Sort) -> str:
    """Return the query of the first page in this order, with the same filters."""
    filters = [(name, value) for name, value in _filters(request) if name != "sort"]
    return "?" + urlencode([*filters, ("sort", sort.name)])


def _filters(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if name not in ("after", "before") and value
    ]


def _personas(user: User, chosen: str) -> list[tuple[str, str]]:
    """Return the personas that the user talked to last, and the chosen one, as (id, name)."""
    ids = {*list(versions_talked_to(user, PERSONAS_OFFERED).values())[:PERSONAS_OFFERED], chosen}
    return list(Persona.objects.filter(pk__in=ids).order_by("persona_name").values_list("pk", "persona_name"))


def _tags(user: User) -> Any:
    own = ConversationTag.objects.filter(owner=user).order_by("name")
    return own.values_list("name", flat=True).distinct()[:TAGS_OFFERED]


def _deleted(user: User) -> dict[str, datetime]:
    """Return the deleted conversations that can come back, and until when, the last deleted last."""
    rows = Conversation.objects.filter(purge_at__gt=timezone.now(), owner=user).order_by("purge_at")
    return {pk: until for pk, until in rows.values_list("pk", "purge_at")[:MOST_SELECTED] if until}


@require_safe
def conversation_detail(request: HttpRequest, conversation_id: str) -> HttpResponse:
    conversation = own_conversation_or_404(request, conversation_id, READ)
    version = conversation.persona_version
    turns = transcript_of(conversation)
    context = {
        "conversation": conversation,
        "version": version,
        "turns": turns,
        "first_words": first_words_of(turns),
        "last_changes": changes_by_position(conversation).get(len(turns), ()),
        "last_version": versions_by_position(conversation).get(len(turns)),
        "may_edit": may_edit_persona(request, version),
        "callbacks": callback_states(conversation.pk),
        "tag_names": tags_of([conversation.pk]).get(conversation.pk, []),
        "formats": [(each.name, each.label) for each in FORMATS],
        "retention_days": settings.RETENTION_DAYS,
    }
    return render(request, "conversations/detail.html", context)


@require_POST
async def conversation_end(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Ask once, as an end tells the callback_url; then end it: an open turn stops at once."""
    conversation = await sync_to_async(own_conversation_or_404)(request, conversation_id, END)
    if conversation.sends_callbacks and "confirmed" not in request.POST:
        return await sync_to_async(render_end_question)(request, [conversation])
    await runner().end(conversation.pk)
    await sync_to_async(messages.success)(request, "The conversation has ended.")
    return redirect("conversations:detail", conversation.pk)
