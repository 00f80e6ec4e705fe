"""The transcript that ``application.transcription_ready`` carries."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from playground.engine.json_types import Json
from playground.models import Callback, Completion, Conversation, Turn
from playground.storage import call_transcript
from playground.storage.call_transcript import transcript_body
from playground.storage.due_callbacks import claim_due
from tests.playground.callbacks.outboxes import TRANSCRIPT, Clock, ended
from tests.playground.rehearsals import DOCUMENT, make_conversation

pytestmark = pytest.mark.django_db


def turn_of(conversation: Conversation, position: int, **fields: Any) -> Turn:
    closed = {"status": Turn.Status.COMPLETED, "closed_at": timezone.now()}
    return Turn.objects.create(conversation=conversation, position=position, **(closed | fields))


def properties(conversation: Conversation) -> Json:
    body: Json = json.loads(transcript_body(conversation.pk, timezone.now()))
    about: Json = body["properties"]
    return about


def entries(conversation: Conversation) -> list[tuple[str, str]]:
    return [(entry["role"], entry["content"]) for entry in properties(conversation)["transcript"]]


def test_it_has_the_prompt_what_was_said_and_what_was_heard(user: User) -> None:
    conversation = make_conversation(
        user,
        DOCUMENT | {"context": "Favourite: The Ugly Duckling."},
        conversational_context="Maya is here.",
        initial_messages=[
            {"role": "user", "content": "Before"},
            {"role": "user", "content": [{"type": "image"}]},
        ],
    )
    turn_of(
        conversation,
        0,
        user_text="The weather?",
        timeline={"tool_calls": [{"id": "call_1"}]},
        tool_results={"call_1": {"output": "18 degrees", "status": "success"}},
    )
    turn_of(conversation, 1, kind="continuation", text="It is mild.", heard_text="It is mild.")
    turn_of(
        conversation,
        2,
        user_text="Stop",
        text="Once upon a time.",
        heard_text="Once upon",
        status="interrupted",
    )
    turn_of(conversation, 3, user_text="Now?", text="", heard_text="", status="failed")
    assert entries(conversation) == [
        ("system", "You are a storyteller.\n\nFavourite: The Ugly Duckling.\n\nMaya is here."),
        ("user", "Before"),
        ("user", "The weather?"),
        ("tool", "18 degrees"),
        ("assistant", "It is mild."),
        ("user", "Stop"),
        ("assistant", "Once upon"),
        ("user", "Now?"),
    ]


def test_an_answer_has_its_times_and_its_completion(user: User) -> None:
    conversation = make_conversation(user)
    segments = [
        {"kind": "filler", "starts_ms": 100, "ends_ms": 400},
        {"kind": "sentence", "starts_ms": 1_500, "ends_ms": 2_000},
        {"kind": "sentence", "starts_ms": 2_000, "ends_ms": 3_250},
    ]
    turn = turn_of(conversation, 0, user_text="Hi.", text="Hello. There.", timeline={"segments": segments})
    Completion.objects.create(turn=turn, attempt=1, request={})
    last = Completion.objects.create(turn=turn, attempt=2, request={})
    _system, user_entry, answer = properties(conversation)["transcript"]
    assert user_entry["timestamp"] == pytest.approx(turn.created_at.timestamp())
    assert answer["timestamp"] == pytest.approx(turn.created_at.timestamp() + 1.5)
    assert answer["seconds_from_start"] == pytest.approx(user_entry["seconds_from_start"] + 1.5)
    assert (answer["duration"], answer["inference_id"]) == (1.75, str(last.pk))


def test_an_answer_that_is_heard_from_its_turns_start_begins_there(user: User) -> None:
    conversation = make_conversation(user)
    segments = [
        {"kind": "sentence", "starts_ms": 0, "ends_ms": 500},
        {"kind": "sentence", "starts_ms": 500, "ends_ms": 900},
    ]
    turn = turn_of(conversation, 0, text="Hello. There.", timeline={"segments": segments})
    _system, answer = properties(conversation)["transcript"]
    assert answer["timestamp"] == pytest.approx(turn.created_at.timestamp())
    assert answer["duration"] == 0.9


def test_of_a_very_long_one_the_first_messages_are_left_out_and_counted(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_transcript, "TRANSCRIPT_CHARS", len("You are a storyteller.") + 10)
    conversation = make_conversation(user)
    for position, text in enumerate(("aaaaa", "bbbbb", "ccccc")):
        turn_of(conversation, position, text=text)
    assert entries(conversation) == [
        ("system", "You are a storyteller."),
        ("assistant", "bbbbb"),
        ("assistant", "ccccc"),
    ]
    assert properties(conversation)["entries_left_out"] == 1


def test_it_waits_for_the_turn_that_was_open_and_has_its_end(user: User, settings: Any) -> None:
    settings.CALLBACKS = True
    clock, conversation = Clock(), ended(user)
    Callback.objects.exclude(event_type=TRANSCRIPT).update(state="delivered", closed_at=timezone.now())
    turn = turn_of(conversation, 0, user_text="Go on", text="Once", status="streaming", closed_at=None)
    assert claim_due(clock(), most=5, most_of_owner=5, under_way={}) == []
    Turn.objects.filter(pk=turn.pk).update(status="interrupted", text="Once upon", heard_text="Once upon")
    (due,) = claim_due(clock(), most=5, most_of_owner=5, under_way={})
    assert json.loads(due.body)["properties"]["transcript"][-1]["content"] == "Once upon"
    assert Callback.objects.get(event_type=TRANSCRIPT).body.encode() == due.body
