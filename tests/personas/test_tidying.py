"""Which personas are due to be purged: a trial a week after its last use, a deleted one once it can't come back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from personas.models import Persona
from personas.tidying import TRIAL_KEPT_DAYS, UNDO, deleted_personas, purge_deleted, unused_trials
from playground.models import Conversation
from playground.storage.start_conversation import ConversationOptions, start_conversation
from tests.personas.persona_pages import stored

pytestmark = pytest.mark.django_db

NOW = datetime(2030, 1, 31, tzinfo=UTC)
WEEK = timedelta(days=TRIAL_KEPT_DAYS)
LONG_AGO = NOW - 2 * WEEK


def old_trial(**values: Any) -> Persona:
    """Return a trial that was made long ago."""
    persona = stored()
    defaults = {"is_trial": True, "updated_at": LONG_AGO, "created_at": LONG_AGO}
    Persona.objects.filter(pk=persona.pk).update(**(defaults | values))
    return persona


def test_a_trial_is_due_a_week_after_it_was_made_changed_or_used_last() -> None:
    trial = old_trial()
    used = old_trial(last_used_at=NOW - WEEK)
    old_trial(last_used_at=NOW - WEEK + timedelta(seconds=1))
    old_trial(updated_at=NOW - WEEK + timedelta(seconds=1))
    old_trial(is_trial=False)
    assert set(unused_trials(NOW)) == {trial, used}


def test_a_conversation_that_still_goes_on_keeps_its_trial(user: User) -> None:
    trial = old_trial()
    conversation = start_conversation(trial, ConversationOptions(), owner=user)
    Persona.objects.filter(pk=trial.pk).update(last_used_at=LONG_AGO)
    Conversation.objects.filter(pk=conversation.pk).update(updated_at=NOW - timedelta(days=1))
    assert not unused_trials(NOW).exists()
    Conversation.objects.filter(pk=conversation.pk).update(updated_at=LONG_AGO)
    assert unused_trials(NOW).get() == trial


def test_a_deleted_persona_is_due_once_its_deletion_cannot_be_undone() -> None:
    gone, undoable = (
        old_trial(is_trial=False, deleted_at=NOW - age) for age in (UNDO, UNDO - timedelta(seconds=1))
    )
    assert deleted_personas(NOW).get() == gone
    assert not Persona.objects.exists()
    purge_deleted(NOW)
    assert Persona.including_deleted.get() == undoable


def test_beginning_a_conversation_is_a_use(user: User) -> None:
    persona = stored()
    conversation = start_conversation(persona, ConversationOptions(), owner=user)
    persona.refresh_from_db()
    assert persona.last_used_at is not None
    assert abs(persona.last_used_at - conversation.created_at) < timedelta(seconds=1)
