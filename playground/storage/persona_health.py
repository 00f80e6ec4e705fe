"""How a user's personas do: a day, a week and the week before, from the counts of slots, and the newest failures.

Slots are whole: a week is the slots that began within it. For the day, the waits of the slot in which it began are
looked at one by one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform

from playground.engine.slot_counts import SLOT_HOURS, Counts, Period, period_of, slot_of
from playground.models import CallersWait, PersonaCounts, Turn

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
KEPT_FOR = 2 * WEEK + DAY
"""Older slots are on no page."""
FAILURES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PersonaHealth:
    """The last 24 hours; the slots that began within the last 7 days, and within the 7 days before them."""

    day: Period
    week: Period
    week_before: Period


QUIET = PersonaHealth(*(3 * [period_of([])]))
"""The health of a persona without a turn in these weeks."""


@dataclass(frozen=True, slots=True)
class Failure:
    conversation_id: str
    turn_id: str
    persona_name: str
    code: str
    message: str
    began_at: datetime


def health_of(user: User, persona_ids: Iterable[str], now: datetime) -> dict[str, PersonaHealth]:
    """Return the health of each persona; a stand-in's turns don't count."""
    rows = PersonaCounts.objects.filter(
        owner=user, persona_ref__in=list(persona_ids), slot__gt=now - 2 * WEEK
    ).values_list("persona_ref", "slot", "counts")
    by_persona: dict[str, dict[datetime, Counts]] = defaultdict(dict)
    for persona_ref, slot, counts in rows:
        by_persona[persona_ref][slot] = counts
    first = _first_waits_of_the_day(user, by_persona, now)
    return {
        persona_ref: _health(slots, first.get(persona_ref, []), now)
        for persona_ref, slots in by_persona.items()
    }


def _first_waits_of_the_day(
    user: User, persona_refs: Iterable[str], now: datetime
) -> dict[str, list[Counts]]:
    """Return by persona what the waits of the last 24 hours counted that began in a slot from before them.

    Those of conversations that were purged since are missing.
    """
    since = now - DAY
    until = slot_of(since) + timedelta(hours=SLOT_HOURS)
    rows = CallersWait.objects.filter(
        owner=user,
        is_failed__in=(False, True),  # of the index by which times are found
        began_at__gt=since,
        began_at__lt=until,
        conversation__persona_version__persona_ref__in=list(persona_refs),
    ).order_by()
    counts_by_persona: dict[str, list[Counts]] = defaultdict(list)
    for persona_ref, counts in rows.values_list("conversation__persona_version__persona_ref", "counted"):
        counts_by_persona[persona_ref].append(counts)
    return counts_by_persona


def _health(slots: Mapping[datetime, Counts], first_of_day: list[Counts], now: datetime) -> PersonaHealth:
    def within(since: datetime, until: datetime) -> list[Counts]:
        return [counts for slot, counts in slots.items() if since < slot <= until]

    return PersonaHealth(
        day=period_of([*first_of_day, *within(now - DAY, now)]),
        week=period_of(within(now - WEEK, now)),
        week_before=period_of(within(now - 2 * WEEK, now - WEEK)),
    )


def newest_failures(user: User, now: datetime) -> list[Failure]:
    """Return the newest failed turns of the last 7 days, in conversations that aren't deleted."""
    failed_turn = Turn.objects.filter(pk=OuterRef("last_turn_id"))
    rows: Any = (
        CallersWait.objects.filter(owner=user, is_failed__in=(True,), began_at__gt=now - WEEK)  # by its index
        .filter(conversation__purge_at=None)
        .order_by("-began_at")
        .annotate(
            persona_name=KeyTextTransform("persona_name", "conversation__persona_version__document"),
            message=Subquery(failed_turn.values(message=KeyTextTransform("message", "error"))[:1]),
        )
        .values_list("conversation", "last_turn_id", "persona_name", "error_code", "message", "began_at")
    )
    return [
        Failure(conversation_id, turn_id, persona_name, code, message or "", began_at)
        for conversation_id, turn_id, persona_name, code, message, began_at in rows[:FAILURES_SHOWN]
    ]


def forget_old_counts(now: datetime) -> int:
    """Delete the counts that no page shows any more; return how many slots went."""
    count, _by_model = PersonaCounts.objects.filter(slot__lt=now - KEPT_FOR).delete()
    return count
