"""A person's callbacks for lists: the newest first, with what was sent and answered."""

import json
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.db.models.functions import Left, Length

from playground.engine.callback_events import NotDelivered
from playground.engine.json_types import Json
from playground.models import Callback

SHOWN_CHARS = 4_000
"""How much of a callback's body a page shows."""


@dataclass(frozen=True, slots=True)
class CallbackStates:
    """How the callbacks of one conversation are doing."""

    count: int
    failed: int
    is_gone: bool
    """Whether its receiver said that it is gone, so that it is told nothing more."""


def callbacks_of(user: User, *, conversation_id: str = "", state: str = "") -> QuerySet[Callback]:
    """Return the user's own, of one conversation and in one state if these are given."""
    filters = {"conversation_id": conversation_id, "state": state}
    return Callback.objects.filter(owner=user, **{name: value for name, value in filters.items() if value})


def shown_callbacks(pks: list[int]) -> list[Callback]:
    """Return the callbacks with ``shown_body``, their body or its beginning, and ``chars``, its length.

    One that is shown whole is indented.
    """
    rows: Any = Callback.objects.filter(pk__in=pks).select_related("conversation")
    own = (each.attname for each in Callback._meta.concrete_fields if each.name != "body")
    of_conversation = ("conversation__conversation_name", "conversation__sends_callbacks")
    shown = rows.only(*own, *of_conversation).annotate(
        shown_body=Left("body", SHOWN_CHARS), chars=Length("body")
    )
    callbacks: list[Any] = list(shown.order_by("-pk"))
    for callback in callbacks:
        callback.is_cut = callback.chars > SHOWN_CHARS
        if callback.shown_body and not callback.is_cut:
            callback.shown_body = json.dumps(json.loads(callback.shown_body), indent=2, ensure_ascii=False)
    return callbacks


def counts_of(user: User, *, conversation_id: str = "") -> Json:
    """Return how many of the user's callbacks are in each state that occurs."""
    rows = callbacks_of(user, conversation_id=conversation_id).order_by().values_list("state")
    return dict(rows.annotate(count=Count("pk")))


def callback_states(conversation_id: str) -> CallbackStates:
    """Return how the conversation's callbacks are doing."""
    counts = dict(
        Callback.objects.filter(conversation_id=conversation_id)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    is_gone = Callback.objects.filter(conversation_id=conversation_id, problem=NotDelivered.GONE).exists()
    return CallbackStates(sum(counts.values()), counts.get(Callback.State.FAILED, 0), is_gone)
