"""A conversation with Parley's agent: the real runner, the real client, and an LLM server in another process."""

import json
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.urls import reverse

from playground.engine.platforms.registry import platforms
from playground.models import Callback
from playground.storage.conversation_edits import end_conversation
from tests.conftest import signed_in
from tests.llm_server.openai_wire import TEXT, TOOL_CALL_ID
from tests.playground.rehearsals import make_conversation
from tests.playground.stage import CANARY, SAID, TOKEN, WEATHER, Stage

AGENT: dict[str, Any] = {"platform": "parley", "event_name": "called", "parameters": {"top_p": 0.9}}


async def test_the_server_gets_the_request_that_its_module_writes(stage: Stage) -> None:
    take = await stage.hear("ok", **AGENT)
    take.completes()
    (sent,) = stage.server.requests()
    body = {
        "session": take.turn.conversation_id,
        "stream": True,
        "model": "gpt-4o",
        "top_p": 0.9,
        "tools": [WEATHER],
        "messages": [{"role": "user", "content": SAID}],
    }
    assert sent["body"] == json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    headers = {name.lower(): value for name, value in sent["headers"]}
    assert headers["x-parley-key"] == CANARY
    assert "authorization" not in headers


async def test_a_call_fires_its_event(stage: Stage) -> None:
    take = await stage.hear("tool-call", **AGENT)
    (fired,) = take.of("playground.event_fired")
    assert (fired["event_name"], fired["tool_call_ids"]) == ("called", [TOOL_CALL_ID])


@pytest.mark.django_db
def test_its_callbacks_are_in_its_words(user: User, settings: Any) -> None:
    settings.CALLBACKS = True
    document = {"persona_name": "Agent", "llm": AGENT | {"address": "https://llm.example/", "model": "m"}}
    conversation = make_conversation(
        user, document, callback_url="https://hooks.example.com/", sends_callbacks=True
    )
    end_conversation(conversation.pk)
    told = json.loads(Callback.objects.get(event_type="system.shutdown").body)
    assert (told["session"], told["what"]) == (conversation.pk, "system.shutdown")


async def test_of_the_session_it_keeps_the_last_two_exchanges(stage: Stage) -> None:
    take = await stage.hear("ok", **AGENT)
    for _ in range(2):
        take = await stage.say(take.turn.conversation)
    messages = json.loads(stage.server.requests()[-1]["body"])["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[1]["content"] == TEXT


async def test_its_turn_is_shown_as_each_platform_would_send_it(stage: Stage) -> None:
    take = await stage.hear("ok", **AGENT)

    def shown() -> dict[str, dict[str, str]]:
        client = signed_in(stage.owner)
        page = client.get(f"/playground/{take.turn.conversation_id}/").content.decode()
        requests = {}
        for known in platforms():
            assert f'data-platform="{known.name}" aria-pressed="false">{known.label}<' in page
            path = reverse("playground:turn-request", args=[take.turn.pk])
            requests[known.name] = dict(
                client.get(path, {"platform": known.name}).json()["request"]["headers"]
            )
        return requests

    headers = await database_sync_to_async(shown)()
    assert headers["parley"]["X-Parley-Key"] == TOKEN
    assert headers["jaicp"]["Authorization"] == f"Bearer {TOKEN}"
    assert headers["tavus"]["conversation_id"] == take.turn.conversation_id
