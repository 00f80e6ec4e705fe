"""What a turn's completions received, as its page asks for it."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from playground.models import Completion, Turn
from tests.playground.rehearsals import make_conversation

PAYLOADS = [
    [120, '{"choices": [{"index": 0, "delta": {"content": "Hello there."}}]}'],
    [140, '{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}'],
    [141, "[DONE]"],
]


@pytest.fixture
def turn(user: User) -> Turn:
    conversation = make_conversation(user)
    return Turn.objects.create(
        conversation=conversation,
        position=0,
        user_text="Hi",
        text="Hello there.",
        status=Turn.Status.COMPLETED,
    )


def completions(client: Client, turn: Turn) -> list[dict[str, object]]:
    response = client.get(reverse("playground:turn-stream", args=[turn.pk]))
    assert "no-store" in response.headers["Cache-Control"]
    stored: list[dict[str, object]] = response.json()["completions"]
    return stored


def test_each_attempt_has_its_payloads_and_what_they_became(user_client: Client, turn: Turn) -> None:
    Completion.objects.create(turn=turn, attempt=2, response_status=200, payloads=PAYLOADS, request={})
    Completion.objects.create(turn=turn, attempt=1, response_status=503, request={})
    first, second = completions(user_client, turn)
    assert (first["status"], first["payloads"], first["is_whole"]) == (503, [], False)
    assert second == {
        "attempt": 2,
        "status": 200,
        "headers": [],
        "body": "",
        "is_whole": True,
        "payloads": [
            {"t_ms": 120, "data": PAYLOADS[0][1], "became": [["delta", "Hello there."]]},
            {"t_ms": 140, "data": PAYLOADS[1][1], "became": [["finish", "stop"]]},
            {"t_ms": 141, "data": "[DONE]", "became": [["sentence", "Hello there."]]},
        ],
    }


def test_a_cassette_that_was_full_is_said_not_to_be_whole(user_client: Client, turn: Turn) -> None:
    turn.text = "Hello there. And more."
    turn.save()
    Completion.objects.create(turn=turn, payloads=PAYLOADS[:1], request={})
    (completion,) = completions(user_client, turn)
    assert completion["is_whole"] is False


def test_a_turn_that_bypassed_the_llm_has_none(user_client: Client, turn: Turn) -> None:
    assert completions(user_client, turn) == []
