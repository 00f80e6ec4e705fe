"""Archives, keeps and deletes personas, and says which are due to be purged: deleted ones and unused trials."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from personas.models import Persona, PersonaVersion

UNDO = timedelta(seconds=10)
"""How long a deletion can be undone, that of a conversation too."""
TRIAL_KEPT_DAYS = 7
"""How long a trial is kept after its last use or change."""
PERSONAS_AT_ONCE = 100


def deleted_personas(now: datetime) -> QuerySet[Persona]:
    """Return the personas whose deletion can't be undone any more: those due to be purged."""
    return Persona.including_deleted.filter(deleted_at__lte=now - UNDO)


def unused_trials(now: datetime) -> QuerySet[Persona]:
    """Return the trials that nobody kept, changed or talked to within TRIAL_KEPT_DAYS."""
    since = now - timedelta(days=TRIAL_KEPT_DAYS)
    talked_to = PersonaVersion.objects.filter(persona=OuterRef("pk"), conversations__updated_at__gt=since)
    return Persona.including_deleted.filter(
        ~Exists(talked_to),
        Q(last_used_at=None) | Q(last_used_at__lte=since),
        is_trial=True,
        updated_at__lte=since,
    )


def kept_until(persona: Persona) -> datetime:
    """Return when a trial is due to be purged unless it is used again, as far as its own row tells."""
    last = max(filter(None, (persona.last_used_at, persona.updated_at)))
    return last + timedelta(days=TRIAL_KEPT_DAYS)


def keep(persona: Persona) -> None:
    """Make a trial an ordinary persona; its versions stay as they are."""
    Persona.objects.filter(pk=persona.pk).update(is_trial=False)


def archive(persona: Persona, now: datetime) -> None:
    """Hide the persona from lists and start forms, for good or until `bring_back`. An archived trial is kept."""
    Persona.objects.filter(pk=persona.pk).update(archived_at=now, is_trial=False)


def bring_back(persona: Persona) -> None:
    Persona.objects.filter(pk=persona.pk).update(archived_at=None)


def purge_deleted(now: datetime) -> None:
    """Delete the rows of ordinary personas whose deletion can't be undone, PERSONAS_AT_ONCE at most.

    Their versions and conversations stay; `playground.storage.purge` purges trials with theirs.
    """
    due = deleted_personas(now).filter(is_trial=False)
    oldest = list(due.order_by("deleted_at").values_list("pk", flat=True)[:PERSONAS_AT_ONCE])
    due.filter(pk__in=oldest).delete()


def delete_soon(persona: Persona, now: datetime) -> None:
    """Hide the persona from everything at once; it is purged once UNDO is over."""
    Persona.objects.filter(pk=persona.pk).update(deleted_at=now)


def undoable_personas(now: datetime) -> QuerySet[Persona]:
    """Return the deleted personas that can come back, the last one first."""
    since = now - UNDO
    return Persona.including_deleted.filter(deleted_at__gt=since).order_by("-deleted_at")


def undo_delete(persona_id: str, now: datetime) -> bool:
    """Bring a deleted persona back; return False if it is too late."""
    return bool(undoable_personas(now).filter(pk=persona_id).order_by().update(deleted_at=None))
