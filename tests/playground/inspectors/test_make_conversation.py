"""A conversation made of inspected requests: it has their turns, and goes on from there."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from personas.models import Persona
from personas.saving import save_persona
from playground.engine.events import TurnKind
from playground.engine.json_types import Json
from playground.inspectors.answer_picture import answer_picture
from playground.inspectors.make_conversation import (
    OTHER_SYSTEM,
    UNANSWERED,
    NothingToCopyError,
    make_conversation,
)
from playground.models import InspectedRequest, Inspector, Turn
from playground.storage.invariants import INVARIANTS
from playground.storage.load_plan import load_plan
from playground.storage.open_turn import NewTurn, open_turn
from playground.storage.stored_streams import stored_streams
from playground.storage.stored_timeline import stored_timeline
from tests.personas.making import make_persona
from tests.playground.scripted_llm import DONE, STOP, TOOL_CALLS, call, text

PROMPT = "You are a storyteller."
SYSTEM: Json = {"role": "system", "content": f"{PROMPT}\n\nYou speak to Ada."}


@pytest.fixture
def persona(db: None) -> Persona:
    persona = make_persona(system_prompt=PROMPT, address="/demo/v1", model="demo")
    save_persona(persona, by=None)
    return persona


@pytest.fixture
def inspector(user: User) -> Inspector:
    return Inspector.objects.create(maker=user, name="Tavus", answer=Inspector.Answer.PASS_ON)


def user_says(words: str) -> Json:
    return {"role": "user", "content": words}


def voice_says(words: str) -> Json:
    return {"role": "assistant", "content": words}


def inspected(inspector: Inspector, messages: list[Json], *parts: bytes, **fields: Any) -> InspectedRequest:
    """Store a request that was answered with these parts, the first after 200 ms, 100 ms between them."""
    number = inspector.requests.count() + 1
    answer = {
        "answer_status": 200,
        "answer_headers": [["Content-Type", "text/event-stream"]],
        "answer_body": b"".join(parts),
        "answer_parts": [[200 + 100 * place, len(part)] for place, part in enumerate(parts)],
        "timings": {"body_ms": 5, "status_ms": 150, "total_ms": 200 + 100 * len(parts)},
        "ended": InspectedRequest.End.COMPLETE,
    }
    return InspectedRequest.objects.create(
        **{
            "inspector": inspector,
            "number": number,
            "arrived_at": timezone.now() + timedelta(seconds=number),
            "method": "POST",
            "path": "/chat/completions",
            "http_version": "1.1",
            "body": json.dumps({"model": "m", "messages": messages, "stream": True}).encode(),
            "conversation_id": "c0123456789",
        }
        | answer
        | fields
    )


def check_invariants() -> None:
    assert [broken for invariant in INVARIANTS for broken in invariant.violations()] == []


HELLO = [SYSTEM, user_says("Hello")]
GREETED = (text("Hello, "), text("Ada. "), text("What shall I tell?"), STOP + DONE)
ANSWER = "Hello, Ada. What shall I tell?"


def test_requests_become_turns_and_the_next_one_goes_on(
    inspector: Inspector, persona: Persona, user: User
) -> None:
    earlier = [SYSTEM, user_says("Are you there?"), voice_says("Yes.")]
    requests = [
        inspected(inspector, [*earlier, user_says("Hello")], *GREETED),
        inspected(
            inspector,
            [*earlier, user_says("Hello"), voice_says("Hello, Ada."), user_says("Of wolves.")],
            text("Once upon a time."),
            STOP + DONE,
        ),
    ]
    made = make_conversation(requests, persona, owner=user)
    assert made.losses == ()
    conversation = made.conversation
    assert conversation.conversational_context == "You speak to Ada."
    first, second = conversation.turns.order_by("position")
    assert (first.user_text, first.text, first.status) == ("Hello", ANSWER, "interrupted")
    assert first.heard_text == "Hello, Ada."
    assert (second.user_text, second.text, second.status) == ("Of wolves.", "Once upon a time.", "completed")
    assert first.timings["ttft"] == 200
    check_invariants()
    plan = load_plan(open_turn(conversation.pk, NewTurn(TurnKind.USER, "Go on")))
    assert plan.call is not None
    assert plan.call.shown["body"]["messages"] == [
        *earlier,
        user_says("Hello"),
        voice_says("Hello, Ada."),
        user_says("Of wolves."),
        voice_says("Once upon a time."),
        user_says("Go on"),
    ]


def test_a_prompt_in_several_text_parts_leaves_its_context(
    inspector: Inspector, persona: Persona, user: User
) -> None:
    parts = [{"type": "text", "text": PROMPT}, {"type": "text", "text": "You speak to Ada."}]
    request = inspected(
        inspector, [{"role": "system", "content": parts}, user_says("Hi")], text("Hello."), DONE
    )
    made = make_conversation([request], persona, owner=user)
    assert made.conversation.conversational_context == "You speak to Ada."
    assert made.losses == ()


def test_the_answer_is_kept_as_a_cassette_and_drawn_as_the_inspector_draws_it(
    inspector: Inspector, persona: Persona, user: User
) -> None:
    request = inspected(inspector, HELLO, *GREETED)
    picture = answer_picture(request)
    assert picture is not None
    turn: Turn = make_conversation([request], persona, owner=user).conversation.turns.get()
    (completion,) = stored_streams(turn)
    assert picture["completions"] == [completion]
    assert [payload["t_ms"] for payload in completion["payloads"]] == [200, 300, 400, 500, 500]
    assert picture["timeline"]["completions"] == stored_timeline(turn)["completions"]
    assert picture["turn"]["text"] == turn.text
    assert picture["turn"]["sentences"] == turn.timeline["sentences"]
    assert picture["turn"]["segments"] == turn.timeline["segments"]
    assert [segment["text"] for segment in turn.timeline["segments"]] == ["Hello, Ada.", "What shall I tell?"]


def test_the_results_of_calls_are_copied_with_their_turns(
    inspector: Inspector, persona: Persona, user: User
) -> None:
    called = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    asked = [SYSTEM, user_says("Hello")]
    results: list[Json] = [
        {"role": "assistant", "content": None, "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "a", "content": "42"},
    ]
    requests = [
        inspected(inspector, asked, call(0, id="a", name="f", arguments="{}"), TOOL_CALLS + DONE),
        inspected(inspector, [*asked, *results], text("It is 42."), STOP + DONE),
    ]
    first, second = make_conversation(requests, persona, owner=user).conversation.turns.order_by("position")
    assert first.tool_results == {"a": {"output": "42", "status": "success"}}
    assert (second.kind, second.continues, second.text) == ("continuation", first, "It is 42.")
    check_invariants()


def test_what_cannot_be_copied_is_said(inspector: Inspector, persona: Persona, user: User) -> None:
    other = [{"role": "system", "content": "Another."}, user_says("Hello")]
    request = inspected(inspector, other, answer_status=None, ended=InspectedRequest.End.CLIENT_LEFT)
    made = make_conversation([request], persona, owner=user)
    assert made.losses == (OTHER_SYSTEM, UNANSWERED)
    assert made.conversation.initial_messages == [user_says("Hello")]
    assert not made.conversation.turns.exists()
    assert answer_picture(request) is None


def test_what_asks_for_no_completion_is_no_conversation(
    inspector: Inspector, persona: Persona, user: User
) -> None:
    request = inspected(inspector, [], b"{}", body=b"not JSON")
    with pytest.raises(NothingToCopyError):
        make_conversation([request], persona, owner=user)
    assert answer_picture(request) is None


def test_odd_texts_are_stored(inspector: Inspector, persona: Persona, user: User) -> None:
    odd = [{"role": "user", "content": [{"type": "text", "text": "A\0B"}, {"type": "image_url"}]}]
    turn = make_conversation(
        [inspected(inspector, odd, *GREETED)], persona, owner=user
    ).conversation.turns.get()
    assert turn.user_text == "A\ufffdB"
    check_invariants()


def test_half_a_character_becomes_a_replacement_character(
    inspector: Inspector, persona: Persona, user: User
) -> None:
    """JSON may hold a lone surrogate, which no database stores."""
    system = {"role": "system", "content": f"{PROMPT}\n\nYou speak to \ud800."}
    request = inspected(
        inspector,
        [system, user_says("a"), voice_says("\udfff"), user_says("\ud83d")],
        text("Yes."),
        STOP,
        DONE,
    )
    conversation = make_conversation([request], persona, owner=user).conversation
    turn = conversation.turns.get()
    assert turn.user_text == "\ufffd"
    assert conversation.conversational_context == "You speak to \ufffd."
