"""The one path by which rows are deleted for good that nothing else may delete.

Persona versions are immutable, and conversations, inspected requests and callbacks stay: only these functions delete
them, and whoever wants something to go calls one of them. Each is synchronous, deletes a bounded number of rows in a
transaction of its own, and may be called by several processes at once: what another has deleted is no work.

- `delete_soon` hides conversations of their owner's at once, `undo_delete` shows them again within UNDO, and
  `purge_if_due` deletes what is due. A turn that is open then has to be stopped first: `playground.housekeeping` does.
- `purge_conversation` deletes one with its turns, completions, tags and callbacks, whatever their state.
- `purge_persona` deletes a persona (a trial) with all its versions and everyone's conversations that used them. It
  deletes nothing while one of these conversations is kept (``Conversation.is_kept``) or has an open turn.
  `purge_trial_if_due` does so with a trial that `personas.tidying` says is due.
- `purge_old` deletes what has not changed since a time, except what is kept: the retention of the installation
  (``RETENTION_DAYS``). It leaves versions alone: a persona's history says what it was.
- `purge_callbacks` and `purge_requests_of_expired` delete from the outbox and from expired inspectors, but for what
  belongs to kept ones.

The persona's own rows refer to nothing that is purged here; its token secrets and filler config stay.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from personas.models import Persona, PersonaVersion
from personas.tidying import UNDO, deleted_personas, unused_trials
from playground.models import (
    Callback,
    Conversation,
    InspectedRequest,
    Inspector,
    PersonaCounts,
    Turn,
    UsedVersion,
)

CONVERSATIONS_AT_ONCE = 20
TRIALS_AT_ONCE = 20
REQUESTS_AT_ONCE = 100
"""Each may have megabytes, and others wait for the database."""
CALLBACKS_AT_ONCE = 1_000


def delete_soon(conversation_ids: Collection[str], owner_id: int) -> int:
    """Hide these conversations of the owner's at once, and have them purged after UNDO; return how many."""
    rows = Conversation.objects.filter(pk__in=conversation_ids, owner_id=owner_id, purge_at=None)
    count: int = rows.update(purge_at=timezone.now() + UNDO)
    return count


def undo_delete(conversation_ids: Collection[str], owner_id: int) -> int:
    """Show the deleted conversations again that aren't due yet; return how many."""
    rows = Conversation.objects.filter(
        pk__in=conversation_ids, owner_id=owner_id, purge_at__gt=timezone.now()
    )
    count: int = rows.update(purge_at=None)
    return count


def due_conversations(now: datetime) -> list[str]:
    """Return deleted conversations whose time is over, CONVERSATIONS_AT_ONCE at most."""
    due = Conversation.objects.filter(purge_at__lte=now).order_by("purge_at")
    return list(due.values_list("pk", flat=True)[:CONVERSATIONS_AT_ONCE])


@transaction.atomic
def purge_if_due(conversation_id: str, now: datetime) -> bool:
    """Purge the conversation unless its deletion was undone; return whether it was purged."""
    locked = Conversation.objects.select_for_update().filter(pk=conversation_id, purge_at__lte=now)
    if not list(locked.values_list("pk")):
        return False
    purge_conversation(conversation_id)
    return True


@transaction.atomic
def purge_conversation(conversation_id: str) -> None:
    """Delete the conversation with everything that belongs to it, pending callbacks too."""
    Conversation.objects.filter(pk=conversation_id).delete()


def due_trials(now: datetime) -> list[str]:
    """Return deleted and unused trials that `purge_persona` would delete, TRIALS_AT_ONCE at most."""
    return list(_due_trials(now).order_by("updated_at").values_list("pk", flat=True)[:TRIALS_AT_ONCE])


@transaction.atomic
def purge_trial_if_due(persona_id: str, now: datetime) -> bool:
    """Purge the trial unless it was kept or used since it was due; return whether it was purged."""
    # A conversation that begins writes this row too: it comes before, and the trial isn't due, or it fails.
    locked = _due_trials(now).filter(pk=persona_id).select_for_update()
    return bool(list(locked.values_list("pk"))) and purge_persona(persona_id)


def _due_trials(now: datetime) -> QuerySet[Persona]:
    """Return the due trials without those that `purge_persona` leaves, which would come first in every round."""
    conversations = Conversation.objects.filter(persona_version__persona_ref=OuterRef("pk"))
    open_turns = Turn.objects.filter(
        conversation__persona_version__persona_ref=OuterRef("pk"), status__in=Turn.OPEN
    )
    due = unused_trials(now) | deleted_personas(now).filter(is_trial=True)
    return due.exclude(Exists(conversations.filter(is_kept=True)) | Exists(open_turns))


@transaction.atomic
def purge_persona(persona_id: str) -> bool:
    """Delete the persona with its versions and everyone's conversations with them; return whether it was deleted.

    Nothing goes, and False is returned, while one of these conversations is kept or has an open turn.
    """
    used = Conversation.objects.select_for_update().filter(persona_version__persona_ref=persona_id)
    conversations = list(used.order_by("pk").values_list("pk", "is_kept"))
    ids = [conversation_id for conversation_id, _ in conversations]
    has_open_turn = Turn.objects.filter(conversation__in=ids, status__in=Turn.OPEN).exists()
    if has_open_turn or any(is_kept for _, is_kept in conversations):
        return False
    used_by_others = UsedVersion.objects.filter(persona_version__persona_ref=persona_id)
    if used_by_others.exclude(conversation__in=ids).exists():
        return False
    for conversation_id in ids:
        purge_conversation(conversation_id)
    Persona.including_deleted.filter(pk=persona_id).delete()
    PersonaCounts.objects.filter(persona_ref=persona_id).delete()
    # Its own manager refuses: this is the place that may.
    PersonaVersion._base_manager.filter(persona_ref=persona_id).delete()
    return True


def purge_old(before: datetime) -> bool:
    """Delete some rows that have not changed since then and aren't kept; return whether there were any.

    Conversations without an open turn, callbacks that are delivered or given up, and inspected requests. A kept
    conversation's callbacks and a kept inspector's requests stay.
    """
    return any([_purge_old_conversations(before), purge_callbacks(before), _purge_old_requests(before)])


def _purge_old_conversations(before: datetime) -> bool:
    old = Conversation.objects.filter(is_kept=False, updated_at__lt=before).order_by("updated_at")
    doomed = list(old.values_list("pk", flat=True)[:CONVERSATIONS_AT_ONCE])
    purged = [_purge_if_old(conversation_id, before) for conversation_id in doomed]
    return any(purged)


@transaction.atomic
def _purge_if_old(conversation_id: str, before: datetime) -> bool:
    old = Conversation.objects.filter(pk=conversation_id, is_kept=False, updated_at__lt=before)
    locked = list(old.select_for_update().values_list("pk"))
    if not locked or Turn.objects.filter(conversation=conversation_id, status__in=Turn.OPEN).exists():
        return False
    purge_conversation(conversation_id)
    return True


def purge_callbacks(before: datetime) -> int:
    """Delete callbacks that were delivered or given up before, but for those of kept conversations."""
    old = Callback.objects.filter(closed_at__lt=before, conversation__is_kept=False).order_by()
    doomed = list(old.values_list("pk", flat=True)[:CALLBACKS_AT_ONCE])
    count, _by_model = Callback.objects.filter(pk__in=doomed).delete()
    return count


def purge_requests_of_expired(now: datetime) -> bool:
    """Delete some requests of expired inspectors that aren't kept; return whether there were any."""
    return _purge_requests(Q(inspector__in=Inspector.objects.filter(expires_at__lte=now, is_kept=False)))


def _purge_old_requests(before: datetime) -> bool:
    return _purge_requests(Q(arrived_at__lt=before, inspector__is_kept=False))


def _purge_requests(which: Q) -> bool:
    doomed = list(
        InspectedRequest.objects.filter(which).order_by().values_list("pk", flat=True)[:REQUESTS_AT_ONCE]
    )
    if doomed:
        InspectedRequest.objects.filter(which, pk__in=doomed).delete()  # it may have been kept meanwhile
    return bool(doomed)
