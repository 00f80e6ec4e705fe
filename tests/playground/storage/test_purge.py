"""The purge path: what goes with what, what is exempt, and the undo."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from personas.models import Persona, PersonaVersion
from personas.models.persona_version import ImmutableVersionError
from personas.saving import save_persona
from personas.tidying import UNDO, keep
from playground.engine.callback_events import ReplicaJoined
from playground.housekeeping import purge_conversations, purge_personas
from playground.models import Callback, Conversation, InspectedRequest, Inspector, Turn
from playground.storage.database_thread import in_database_thread
from playground.storage.due_callbacks import claim_due
from playground.storage.purge import (
    delete_soon,
    due_conversations,
    due_trials,
    purge_if_due,
    purge_old,
    purge_persona,
    purge_trial_if_due,
    undo_delete,
)
from tests.conftest import signed_in
from tests.personas.making import make_persona
from tests.playground.rehearsals import make_conversation

LONG_AGO = timezone.now() - timedelta(days=40)
A_MONTH_AGO = timezone.now() - timedelta(days=30)


def make_callback(conversation: Conversation, **fields: object) -> Callback:
    now = timezone.now()
    return Callback.objects.create(
        **{
            "conversation": conversation,
            "owner": conversation.owner,
            "event_type": ReplicaJoined.event_type,
            "url": "https://receiver.example/",
            "body": "{}",
            "next_at": now,
            "created_at": now,
        }
        | fields
    )


def make_old(conversation: Conversation) -> Conversation:
    Conversation.objects.filter(pk=conversation.pk).update(updated_at=LONG_AGO)
    return conversation


def claimed() -> int:
    return len(claim_due(timezone.now(), most=9, most_of_owner=9, under_way={}))


def test_a_deleted_conversation_is_hidden_at_once_and_comes_back_by_undo(user: User) -> None:
    conversation = make_conversation(user)
    make_callback(conversation)
    client = signed_in(user)
    assert delete_soon([conversation.pk], user.pk) == 1
    assert client.get(f"/conversations/{conversation.pk}/").status_code == 404
    assert f"/conversations/{conversation.pk}/" not in client.get("/conversations/").content.decode()
    assert claimed() == 0, "its callbacks are held back"
    assert undo_delete([conversation.pk], user.pk) == 1
    assert client.get(f"/conversations/{conversation.pk}/").status_code == 200
    assert claimed() == 1


def test_another_users_conversation_is_neither_deleted_nor_brought_back(user: User, other_user: User) -> None:
    conversation = make_conversation(other_user)
    assert delete_soon([conversation.pk], user.pk) == 0
    delete_soon([conversation.pk], other_user.pk)
    assert undo_delete([conversation.pk], user.pk) == 0


def test_an_undo_before_the_purge_wins_and_one_after_its_time_does_not(user: User) -> None:
    conversation = make_conversation(user)
    delete_soon([conversation.pk], user.pk)
    later = timezone.now() + UNDO
    assert due_conversations(timezone.now()) == []
    assert due_conversations(later) == [conversation.pk]
    undo_delete([conversation.pk], user.pk)
    assert not purge_if_due(conversation.pk, later), "undone between the look and the purge"
    Conversation.objects.filter(pk=conversation.pk).update(purge_at=timezone.now() - timedelta(seconds=1))
    assert undo_delete([conversation.pk], user.pk) == 0
    assert purge_if_due(conversation.pk, timezone.now())
    assert not purge_if_due(conversation.pk, timezone.now()), "another process has purged it"


@pytest.mark.django_db(transaction=True)
async def test_the_purge_ends_an_active_conversation_and_nothing_of_it_is_left(user: User) -> None:
    def deleted() -> None:
        conversation = make_conversation(user, sends_callbacks=True, callback_url="https://receiver.example/")
        Turn.objects.create(conversation=conversation, position=0, status=Turn.Status.COMPLETED)
        make_callback(conversation)
        delete_soon([conversation.pk], user.pk)
        Conversation.objects.update(purge_at=timezone.now() - timedelta(seconds=1))

    def counts() -> list[int]:
        return [model.objects.count() for model in (Conversation, Turn, Callback)]

    await in_database_thread(deleted)()
    await purge_conversations()
    assert await in_database_thread(counts)() == [0, 0, 0]


def test_a_persona_goes_with_its_versions_and_everyones_conversations(user: User, other_user: User) -> None:
    trial, other = make_persona(persona_name="Trial"), make_persona(persona_name="Other")
    first = save_persona(trial, by=user)
    Conversation.objects.create(owner=user, persona_version=first)
    Conversation.objects.create(owner=other_user, persona_version=save_persona(trial, by=user))
    rest = Conversation.objects.create(owner=user, persona_version=save_persona(other, by=user))
    with pytest.raises(ImmutableVersionError):
        PersonaVersion.objects.filter(persona_ref=trial.pk).delete()
    assert purge_persona(trial.pk)
    assert list(Persona.objects.values_list("pk", flat=True)) == [other.pk]
    assert list(PersonaVersion.objects.values_list("persona_ref", flat=True)) == [other.pk]
    assert list(Conversation.objects.values_list("pk", flat=True)) == [rest.pk]


def test_a_deleted_trial_goes_with_its_row_which_is_hidden(user: User) -> None:
    trial = make_persona()
    save_persona(trial, by=user)
    Persona.objects.filter(pk=trial.pk).update(deleted_at=timezone.now())
    assert purge_persona(trial.pk)
    assert not Persona.including_deleted.exists()
    assert not PersonaVersion.objects.exists()


@pytest.mark.parametrize("reason", ["kept", "open turn"])
def test_a_persona_stays_whole_while_a_conversation_of_it_is_kept_or_talked_in(
    user: User, reason: str
) -> None:
    trial = make_persona()
    conversation = Conversation.objects.create(
        owner=user, persona_version=save_persona(trial, by=user), is_kept=reason == "kept"
    )
    if reason == "open turn":
        Turn.objects.create(conversation=conversation, position=0, status=Turn.Status.STREAMING)
    assert not purge_persona(trial.pk)
    assert Persona.objects.count() == PersonaVersion.objects.count() == Conversation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
async def test_deleted_personas_and_unused_trials_are_purged_but_for_those_in_use(user: User) -> None:
    def persona(name: str, **fields: object) -> Conversation:
        version = save_persona(make_persona(persona_name=name), by=None)
        Persona.objects.filter(persona_name=name).update(updated_at=LONG_AGO, **fields)
        conversation = Conversation.objects.create(owner=user, persona_version=version)
        return make_old(conversation)

    def stored() -> None:
        persona("unused trial", is_trial=True)
        persona("deleted trial", is_trial=True, deleted_at=LONG_AGO)
        persona("deleted", deleted_at=LONG_AGO)
        persona("ordinary")
        talking = persona("talking", is_trial=True, deleted_at=LONG_AGO)
        Turn.objects.create(conversation=talking, position=0, status=Turn.Status.STREAMING)
        kept = persona("kept conversation", is_trial=True)
        Conversation.objects.filter(pk=kept.pk).update(is_kept=True)

    def left() -> tuple[set[str], set[str]]:
        versions = PersonaVersion.objects.filter(conversations__owner=user)
        return (
            set(Persona.including_deleted.values_list("persona_name", flat=True)),
            {version.document["persona_name"] for version in versions},
        )

    await in_database_thread(stored)()
    await purge_personas()
    names = {"ordinary", "talking", "kept conversation"}
    assert await in_database_thread(left)() == (names, names | {"deleted"})


def test_a_trial_kept_between_the_look_and_the_purge_stays(user: User) -> None:
    trial = make_persona()
    save_persona(trial, by=user)
    Persona.objects.update(is_trial=True, updated_at=LONG_AGO)
    now = timezone.now()
    assert due_trials(now) == [trial.pk]
    keep(trial)
    assert not purge_trial_if_due(trial.pk, now)
    Persona.objects.update(is_trial=True)
    assert purge_trial_if_due(trial.pk, now)
    assert not purge_trial_if_due(trial.pk, now), "another process has purged it"


def test_retention_leaves_what_is_kept_new_or_open(user: User) -> None:
    for _ in range(2):
        make_old(make_conversation(user, conversation_name="old"))
    kept = make_old(make_conversation(user, is_kept=True, conversation_name="kept"))
    talking = make_old(make_conversation(user, conversation_name="talking"))
    Turn.objects.create(conversation=talking, position=0, status=Turn.Status.STREAMING)
    new = make_conversation(user, conversation_name="new")
    for conversation in (kept, new):
        make_callback(conversation, state=Callback.State.DELIVERED, closed_at=LONG_AGO)
    for name in ("Mine", "Kept"):
        inspector = Inspector.objects.create(maker=user, name=name, is_kept=name == "Kept")
        for number, arrived_at in enumerate([LONG_AGO, timezone.now()]):
            InspectedRequest.objects.create(inspector=inspector, number=number, arrived_at=arrived_at)
    assert purge_old(A_MONTH_AGO)
    assert not purge_old(A_MONTH_AGO), "the rest stays"
    names = set(Conversation.objects.values_list("conversation_name", flat=True))
    assert names == {"kept", "talking", "new"}
    assert list(Callback.objects.values_list("conversation", flat=True)) == [kept.pk]
    requests = set(InspectedRequest.objects.values_list("inspector__name", "number"))
    assert requests == {("Mine", 1), ("Kept", 0), ("Kept", 1)}
