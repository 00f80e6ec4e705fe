"""What is stored for a callback_url, and with what: nothing of it is sent here."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from personas.models import Persona
from personas.saving import save_persona
from playground.engine.callback_events import NotDelivered, ShutdownReason
from playground.engine.events import TurnKind
from playground.models import Callback, Conversation
from playground.storage.conversation_edits import end_conversation
from playground.storage.open_turn import NewTurn, open_turn
from playground.storage.record_writer import _store
from playground.storage.start_conversation import ConversationOptions, start_conversation
from playground.storage.turn_rows import TurnRow
from tests.personas.making import CANARY, make_persona, make_secret
from tests.playground.callbacks.outboxes import JOINED, SHUTDOWN, TRANSCRIPT, URL, begun, ended, states
from tests.playground.rehearsals import make_conversation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("callbacks_are_on")]


@pytest.fixture
def persona(db: None) -> Persona:
    made = make_persona(default_replica_id="r1", token_secret=None)
    save_persona(made, by=None)
    return made


def start(persona: Persona, owner: User, **options: Any) -> Conversation:
    return start_conversation(persona, ConversationOptions(callback_url=URL, **options), owner=owner)


def test_a_start_and_an_end_are_stored_in_order(persona: Persona, user: User) -> None:
    conversation = start(persona, user)
    end_conversation(conversation.pk, ShutdownReason.PARTICIPANT_LEFT)
    rows = Callback.objects.filter(conversation=conversation)
    assert states([conversation]) == [(JOINED, "waiting"), (SHUTDOWN, "waiting"), (TRANSCRIPT, "waiting")]
    joined, shutdown, transcript = (row.body for row in rows)
    assert json.loads(joined)["properties"] == {"replica_id": "r1"}
    assert json.loads(shutdown)["properties"]["shutdown_reason"] == "participant_left_timeout reached"
    assert transcript == ""
    assert {row.url for row in rows} == {URL}
    assert len({row.webhook_id for row in rows}) == 3


def test_ending_it_twice_tells_it_once(user: User) -> None:
    conversation = ended(user)
    end_conversation(conversation.pk)
    assert len(states([conversation])) == 3


def test_what_is_rolled_back_is_not_told(user: User) -> None:
    conversation = begun(user)
    with transaction.atomic():
        end_conversation(conversation.pk)
        transaction.set_rollback(True)
    assert states([conversation]) == [(JOINED, "waiting")]


def test_without_the_operators_setting_nothing_is_stored(persona: Persona, user: User, settings: Any) -> None:
    settings.CALLBACKS = False
    conversation = start(persona, user)
    settings.CALLBACKS = True
    end_conversation(conversation.pk)
    assert not conversation.sends_callbacks
    assert states([conversation]) == []


def test_a_conversation_of_before_the_upgrade_tells_nothing(user: User) -> None:
    conversation = make_conversation(user, callback_url=URL)
    end_conversation(conversation.pk)
    assert states([conversation]) == []


def test_test_mode_tells_nothing_since_nobody_joins(persona: Persona, user: User) -> None:
    assert states([start(persona, user, status=Conversation.Status.ENDED)]) == []


def test_a_turns_calls_are_told_with_its_end(user: User) -> None:
    conversation = begun(user)
    turn = open_turn(conversation.pk, NewTurn(TurnKind.USER, "The weather?")).turn
    calls = [
        {"id": f"call_{n}", "name": "get_weather", "arguments": f'{{"n": {n}}}', "valid": True}
        for n in (1, 2)
    ]
    end = {"status": "completed", "timeline": {"tool_calls": calls}, "closed_at": timezone.now()}
    _store(TurnRow(turn.pk, conversation.pk, {"status": "streaming", "timeline": {"tool_calls": calls}}, 1))
    assert len(states([conversation])) == 1
    for _again in range(2):
        _store(TurnRow(turn.pk, conversation.pk, end | {"owner_process": "", "lease_until": None}, 2))
    told = [json.loads(row.body) for row in Callback.objects.filter(event_type="conversation.tool_call")]
    assert [each["properties"]["tool_call_id"] for each in told] == ["call_1", "call_2"]
    assert told[0]["properties"] == {
        "replica_id": "",
        "tool_call_id": "call_1",
        "name": "get_weather",
        "arguments": '{"n": 1}',
        "turn_idx": 0,
    }


def test_a_full_queue_takes_no_more_and_keeps_others_out_of_it(
    user: User, other_user: User, settings: Any
) -> None:
    settings.CALLBACKS_PER_USER = 2
    first, other = ended(user), begun(other_user)
    kept = Callback.objects.get(conversation=first, event_type=TRANSCRIPT)
    assert (kept.state, kept.problem) == (Callback.State.FAILED, NotDelivered.QUEUE_FULL)
    assert states([other]) == [(JOINED, "waiting")]


def test_no_secret_is_in_what_is_stored(user: User, settings: Any) -> None:
    """K21: a persona's key is in no callback, nor is its name replaced by its value."""
    make_secret("MY_TOKEN", value=CANARY, hosts=("llm.example.com",))
    persona = make_persona(
        headers=[["X-Key", "{{secret:MY_TOKEN}}"]], system_prompt="Use {{secret:MY_TOKEN}}."
    )
    save_persona(persona, by=None)
    conversation = start(persona, user)
    end_conversation(conversation.pk)
    assert all(CANARY not in row.body for row in Callback.objects.all())
