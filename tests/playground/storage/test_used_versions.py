"""The versions that a conversation used: those of its turns, and what another version changes of it."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User

from personas.models import Persona
from personas.saving import save_persona
from playground.engine.errors.codes import CommandError
from playground.models import Conversation, Turn, UsedVersion
from playground.storage.conversation_edits import end_conversation
from playground.storage.frozen_personas import persona_of_turn
from playground.storage.go_on import go_on_with_newest
from playground.storage.newer_versions import NewerVersion, with_difference
from playground.storage.snapshot import load_snapshot
from playground.storage.start_conversation import ConversationOptions, start_conversation
from playground.storage.used_versions import used_versions
from tests.personas.making import make_persona

pytestmark = pytest.mark.django_db
PART_BYTES = 100_000


@pytest.fixture
def conversation(user: User) -> Conversation:
    persona = make_persona(model="m1", default_replica_id="r1")
    save_persona(persona, by=None)
    return start_conversation(persona, ConversationOptions(), owner=user)


def spoken(conversation: Conversation, position: int) -> Turn:
    return Turn.objects.create(conversation=conversation, position=position, status=Turn.Status.COMPLETED)


def saved(note: str = "", **fields: Any) -> int:
    """Save the persona with these fields, and return the new version's number."""
    persona = Persona.objects.get()
    for name, value in fields.items():
        setattr(persona, name, value)
    return save_persona(persona, by=None, note=note).number


def test_turns_keep_their_version_when_the_conversation_goes_on_with_the_newest(
    conversation: Conversation,
) -> None:
    before = spoken(conversation, 0)
    saved(model="m2", default_replica_id="r2")
    saved("A faster model", model="m3", default_replica_id="r3")
    go_on_with_newest(conversation.pk)
    go_on_with_newest(conversation.pk)
    after = spoken(Conversation.objects.get(), 1)
    models = [persona_of_turn(Turn.objects.get(pk=turn.pk)).llm.model for turn in (before, after)]
    assert models == ["m1", "m3"]
    shown = load_snapshot(conversation.pk, part_bytes=PART_BYTES)
    assert shown.used_versions == [
        {"version": 1, "name": "1", "position": 0},
        {"version": 3, "name": "3 · A faster model", "position": 1},
    ]
    assert shown.conversation["persona"]["version_name"] == "3 · A faster model"
    assert (shown.conversation["persona"]["version"], shown.conversation["replica_id"]) == (3, "r3")
    assert shown.newer_version is None


def test_a_version_without_a_turn_is_replaced_by_the_next(conversation: Conversation) -> None:
    for model in ("m2", "m3"):
        saved(model=model)
        go_on_with_newest(conversation.pk)
    assert used_versions(conversation.pk) == [{"version": 3, "name": "3", "position": 0}]


def test_a_replica_of_its_own_stays_and_an_ended_conversation_keeps_its_version(
    conversation: Conversation,
) -> None:
    Conversation.objects.update(replica_id="own")
    saved(default_replica_id="r2")
    go_on_with_newest(conversation.pk)
    assert Conversation.objects.get().replica_id == "own"
    saved(model="m3")
    end_conversation(conversation.pk)
    with pytest.raises(CommandError, match="has ended"):
        go_on_with_newest(conversation.pk)
    assert used_versions(conversation.pk)[-1]["version"] == 2


@pytest.mark.parametrize(
    ("fields", "difference"),
    [
        ({"tool_mocks": {"look": "fog"}}, "Only its tool mocks differ."),
        ({"tool_mocks": {"look": "fog"}, "model": "m2"}, ""),
        ({"system_prompt": "Another one."}, ""),
        ({}, ""),
    ],
)
def test_a_newer_version_says_if_only_one_thing_differs(
    conversation: Conversation, fields: dict[str, Any], difference: str
) -> None:
    newest = saved(**fields)
    assert with_difference(conversation.pk, NewerVersion(newest, 1)).difference == difference


def test_a_newer_version_says_if_only_the_filler_config_differs(conversation: Conversation) -> None:
    filler = apps.get_model("personas", "FillerConfig").objects.create(name="Hm", filler_phrase="Hm")
    newest = saved(filler_config=filler)
    newer = with_difference(conversation.pk, NewerVersion(newest, 1))
    assert newer.difference == "Only its filler config differs."


def test_versions_of_conversations_that_a_saved_mock_brought_on_are_found_by_the_times(
    conversation: Conversation,
) -> None:
    first, second, third = (spoken(conversation, position) for position in range(3))
    saved(model="m2")
    saved(model="m3")
    versions = {version.number: version for version in Persona.objects.get().versions.all()}
    Conversation.objects.update(persona_version=versions[3])
    for turn, after in ((second, versions[2]), (third, versions[3])):
        Turn.objects.filter(pk=turn.pk).update(created_at=after.created_at + timedelta(microseconds=1))
    assert first.created_at < versions[2].created_at
    module = import_module("playground.migrations.0010_versions_left_by_saved_mocks")
    module.note_versions(apps, None)
    assert [(each["version"], each["position"]) for each in used_versions(conversation.pk)] == [
        (1, 0), (2, 1), (3, 2),
    ]  # fmt: skip
    assert UsedVersion.objects.count() == 3
