"""What always holds of stored conversations and turns, each as a function that yields what breaks it."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from operator import itemgetter

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q
from django.db.models.functions import Left, Length
from django.utils import timezone

from personas.invariants import ROWS_AT_ONCE, Invariant
from personas.models import PersonaVersion
from personas.secrets import SecretState, state_of
from playground.engine.errors.codes import Code
from playground.engine.json_types import Json
from playground.models import Callback, CallbackKey, Conversation, Turn
from playground.storage.leases import HEARTBEAT_S

ORPHAN_GRACE = timedelta(seconds=2 * HEARTBEAT_S)
"""How long after its lease a turn may still be open: another process closes it with its next heartbeat."""

_CLOSED_FOR_ITS_OWNER = frozenset({Code.CANCELLED, Code.INTERNAL})
"""The errors of turns that something else than their own end closed, and whose times nobody knows."""


def orphaned_turns() -> Iterator[str]:
    expired = Q(lease_until__lt=timezone.now() - ORPHAN_GRACE) | Q(lease_until=None)
    turns = Turn.objects.filter(expired, status__in=Turn.OPEN).order_by("pk")
    for turn_id, conversation_id in turns.values_list("pk", "conversation_id").iterator():
        yield f"Turn {turn_id} of conversation {conversation_id} is open, and no process owns it any more."


def conversations_with_several_open_turns() -> Iterator[str]:
    several = (
        Turn.objects.filter(status__in=Turn.OPEN)
        .order_by()
        .values("conversation_id")
        .annotate(turns=Count("pk"))
        .filter(turns__gt=1)
    )
    for row in several.iterator():
        yield f"Conversation {row['conversation_id']} has {row['turns']} open turns."


def open_turns_before_newer_ones() -> Iterator[str]:
    newer = Turn.objects.filter(conversation=OuterRef("conversation"), position__gt=OuterRef("position"))
    turns = Turn.objects.filter(Exists(newer), status__in=Turn.OPEN).order_by("pk")
    for turn_id, conversation_id in turns.values_list("pk", "conversation_id").iterator():
        yield f"Turn {turn_id} of conversation {conversation_id} is open, and a newer one has begun."


def gaps_between_positions() -> Iterator[str]:
    numbered = (
        Turn.objects.order_by()
        .values("conversation_id")
        .annotate(turns=Count("pk"), first=Min("position"), last=Max("position"))
        .exclude(last=F("turns") - 1)
    )
    for row in numbered.iterator():
        yield (
            f"Conversation {row['conversation_id']} has turns at the positions {row['first']} to {row['last']}, "
            f"{row['turns']} in all."
        )


def sequences_behind_their_events() -> Iterator[str]:
    """Compare each conversation's ``last_seq`` with the events that its closed turns must have had.

    No event is stored with its ``seq``, so gaps between events can't be seen here.
    """
    closed = (
        Turn.objects.exclude(timings={})
        .order_by("conversation_id")
        .annotate(chars=Length("text"))
        .values_list("conversation_id", "conversation__last_seq", "chars", "timeline")
        .iterator(chunk_size=ROWS_AT_ONCE)
    )
    for (conversation_id, last_seq), turns in groupby(closed, key=itemgetter(0, 1)):
        least = sum(_least_events(chars, timeline) for _, _, chars, timeline in turns)
        if last_seq < least:
            yield f"Conversation {conversation_id} is at seq {last_seq}, and its turns had {least} events or more."


def closed_turns_without_their_end() -> Iterator[str]:
    """Yield turns whose status is unknown, or which lack an end that their status has."""
    turns = Turn.objects.order_by("pk").values_list("pk", "status", "closed_at", "timings", "error")
    for turn_id, status, closed_at, timings, error in turns.iterator():
        lacks = _lacks(status, closed_at is not None, timings, error)
        if lacks:
            yield f"Turn {turn_id} is {status}, and {lacks}."


def heard_texts_that_were_not_said() -> Iterator[str]:
    """Compare heard texts: the beginning of the turn's text, and all of it when the turn was completed."""
    differs = ~Q(heard_text=Left("text", Length("heard_text")))
    unheard = Q(status=Turn.Status.COMPLETED) & ~Q(heard_text=F("text"))
    for turn_id in (
        Turn.objects.filter(differs | unheard).order_by("pk").values_list("pk", flat=True).iterator()
    ):
        yield f"The heard text of turn {turn_id} is not what its text and its status say."


def conversations_without_a_version() -> Iterator[str]:
    version = PersonaVersion.objects.filter(pk=OuterRef("persona_version_id"))
    for conversation_id in (
        Conversation.objects.filter(~Exists(version)).values_list("pk", flat=True).iterator()
    ):
        yield f"The persona version of conversation {conversation_id} is missing."


def conversations_without_a_summary() -> Iterator[str]:
    for conversation_id in Conversation.objects.filter(summary=None).values_list("pk", flat=True).iterator():
        yield f"Conversation {conversation_id} has no summary, so no list shows it."


def unreadable_callback_keys() -> Iterator[str]:
    for key in CallbackKey.objects.select_related("owner").order_by("pk").iterator():
        if state_of(key) is not SecretState.READY:
            yield f"The {key}, of {key.owner.get_username()}, cannot be decrypted with the keys in use."


def callbacks_without_their_end() -> Iterator[str]:
    """Yield closed callbacks without a closing time, and waiting ones that have one."""
    waits = Q(state=Callback.State.WAITING)
    rows = Callback.objects.filter((waits & Q(closed_at__isnull=False)) | (~waits & Q(closed_at=None)))
    for webhook_id, state in rows.order_by("pk").values_list("webhook_id", "state").iterator():
        yield f"Callback {webhook_id} is {state}, and its end doesn't fit that."


INVARIANTS = (
    Invariant("No turn is open without a process that owns it.", orphaned_turns),
    Invariant("No conversation has two open turns.", conversations_with_several_open_turns),
    Invariant("Only a conversation's newest turn is open.", open_turns_before_newer_ones),
    Invariant("The turns of a conversation are numbered from 0 without a gap.", gaps_between_positions),
    Invariant("No conversation is behind the events of its turns.", sequences_behind_their_events),
    Invariant("Every closed turn has its end.", closed_turns_without_their_end),
    Invariant("What was heard is what was said, up to where the turn ended.", heard_texts_that_were_not_said),
    Invariant("Every conversation has its persona version.", conversations_without_a_version),
    Invariant("Every conversation has its summary.", conversations_without_a_summary),
    Invariant("Every callback key can be decrypted.", unreadable_callback_keys),
    Invariant("A callback has an end, or waits.", callbacks_without_their_end),
)


def _least_events(chars: int, timeline: Json) -> int:
    """Return how many events a closed turn had at least: its closing, its utterance, sentences and tool calls."""
    return 1 + bool(chars) + len(timeline.get("sentences", ())) + len(timeline.get("tool_calls", ()))


def _lacks(status: str, has_ended: bool, timings: Json, error: Json | None) -> str:
    """Return what the turn lacks or has too much, as the end of a sentence; empty if nothing."""
    if status in Turn.OPEN:
        return "has the time of an end" if has_ended else ""
    if status not in Turn.Status.values:
        return "there is no such status"
    if not has_ended:
        return "has no time of its end"
    code = (error or {}).get("code", "")
    if status == Turn.Status.FAILED and not code:
        return "has no error"
    if status == Turn.Status.COMPLETED and code:
        return "has an error"
    if "total" not in timings and code not in _CLOSED_FOR_ITS_OWNER:
        return "has no times"
    return ""
