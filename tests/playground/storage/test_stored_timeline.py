"""What the large timeline is given of a stored turn."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from playground.models import Completion, Turn
from tests.playground.rehearsals import DOCUMENT, make_conversation

DELTA = '{"choices": [{"index": 0, "delta": {"content": "%s"}}]}'
PAYLOADS = [[120, DELTA % "Hello "], [160, DELTA % "you."], [161, "[DONE]"]]
CALL = json.dumps(
    {
        "choices": [
            {
                "index": 0,
                "delta": {
                    "tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}]
                },
            }
        ]
    }
)
PHASES = [["started", 1], ["reused", 2], ["sent", 3], ["headers", 110]]
REQUEST = {
    "body": {
        "model": "m",
        "messages": [{"role": "system", "content": "Be é."}, {"role": "user", "content": None}],
    }
}


@pytest.fixture
def turn(user: User) -> Turn:
    document = DOCUMENT | {
        "rehearsal": {"max_answer_s": 9},
        "barge_in": {"bargeIn": "forced", "noInterruptTime": 1500},
    }
    conversation = make_conversation(user, document)
    return Turn.objects.create(conversation=conversation, position=0, text="Hello you.", status="completed")


def timeline(client: Client, turn: Turn) -> dict[str, Any]:
    response = client.get(reverse("playground:turn-timeline", args=[turn.pk]))
    assert "no-store" in response.headers["Cache-Control"]
    stored: dict[str, Any] = response.json()
    return stored


def test_each_delta_is_read_from_its_payload(user_client: Client, turn: Turn) -> None:
    merged = [[160, 10]]
    Completion.objects.create(turn=turn, payloads=PAYLOADS, deltas=merged, phases=PHASES, request=REQUEST)
    (completion,) = timeline(user_client, turn)["completions"]
    assert completion == {
        "attempt": 1,
        "phases": PHASES,
        "deltas": [[120, 6], [160, 4]],
        "is_whole": True,
        "calls": [],
        "prompt": {"messages": 2, "chars": 5, "bytes": completion["prompt"]["bytes"]},
    }


def test_without_all_payloads_the_text_still_has_its_times(user_client: Client, turn: Turn) -> None:
    arrivals = [[120, 6], [160, 4]]
    Completion.objects.create(turn=turn, payloads=PAYLOADS[:1], deltas=arrivals, request=REQUEST)
    (completion,) = timeline(user_client, turn)["completions"]
    assert (completion["deltas"], completion["is_whole"]) == (arrivals, False)


def test_the_fragments_of_a_call_have_their_times(user_client: Client, turn: Turn) -> None:
    Completion.objects.create(turn=turn, payloads=[[200, CALL], [240, "[DONE]"]], request={})
    (completion,) = timeline(user_client, turn)["completions"]
    assert (completion["calls"], completion["prompt"]) == ([200], None)


def test_an_open_turn_has_the_limits_that_would_end_it(user_client: Client, turn: Turn) -> None:
    Turn.objects.update(status=Turn.Status.STREAMING)
    stored = timeline(user_client, turn)
    assert stored["completions"] == []
    assert stored["limits"] | {"first_content_ms": 30_000, "max_answer_ms": 9_000} == stored["limits"]
    assert stored["speech"] | {"filler_delay_ms": None, "no_interrupt_ms": 1500} == stored["speech"]
