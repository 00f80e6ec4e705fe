"""A client written from the wire page alone. Over a real socket: it uses the standard and a WebSocket library."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from playground.engine.json_types import Json
from tests.browser.site import Site

DEADLINE_S = 20.0
CLOSED = tuple(f"playground.turn.{end}" for end in ("completed", "interrupted", "failed"))


class Script:
    """What anyone would write who has the site's address and a key."""

    def __init__(self, site_url: str, key: str) -> None:
        self._site_url, self._key = site_url, key

    def ask(self, path: str, body: Json | None = None) -> Json:
        request = urllib.request.Request(
            self._site_url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"x-api-key": self._key, "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
            answer_json: Json = json.load(answer)
            return answer_json

    def start(self, persona_name: str, speech: str) -> Json:
        personas = self.ask("/v2/personas?limit=100")["data"]
        persona_id = next(
            persona["persona_id"] for persona in personas if persona["persona_name"] == persona_name
        )
        properties = {"simulated_speech": speech}
        return self.ask("/v2/conversations", {"persona_id": persona_id, "properties": properties})

    @contextmanager
    def open(self, conversation: Json) -> Iterator["Socket"]:
        headers = {"x-api-key": self._key}
        with connect(conversation["ws_url"], additional_headers=headers) as connection:
            yield Socket(connection)


class Socket:
    """One connection: ``tell`` a command, read ``until`` an event."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._events = self._read()

    def tell(self, event_type: str, **properties: Any) -> None:
        message_type = event_type.partition(".")[0]
        message = {"message_type": message_type, "event_type": event_type, "properties": properties}
        self._connection.send(json.dumps(message))

    def until(self, *event_types: str) -> Json:
        return self.story(*event_types)[-1]

    def story(self, *event_types: str) -> list[Json]:
        """Return all events up to the first of these types."""
        story: list[Json] = []
        for event in self._events:
            story.append(event)
            if event["event_type"] in event_types:
                return story
        raise AssertionError("The connection ended.")

    def _read(self) -> Iterator[Json]:
        while True:
            frame = json.loads(self._connection.recv(timeout=DEADLINE_S))
            yield from frame if isinstance(frame, list) else [frame]


@pytest.fixture
def script(served_site: Site, key: str) -> Script:
    return Script(served_site.url, key)


def test_a_conversation_with_a_tool_call_a_result_and_an_interrupt(script: Script) -> None:
    conversation = script.start("Weather Assistant", "instant")
    with script.open(conversation) as socket:
        assert socket.until("playground.snapshot")["properties"]["turns"] == []

        socket.tell("conversation.respond", text="What is the weather in Oslo?", client_msg_id="m-1")
        story = socket.story(*CLOSED)
        assert story[-1]["event_type"] == "playground.turn.completed"
        called = next(
            event["properties"] for event in story if event["event_type"] == "conversation.tool_call"
        )
        assert json.loads(called["arguments"])

        socket.tell(
            "conversation.tool_result",
            tool_call_id=called["tool_call_id"],
            output={"temperature": 21, "conditions": "sunny"},
            status="success",
        )
        story = socket.story(*CLOSED)
        started = next(
            event["properties"] for event in story if event["event_type"] == "playground.turn.started"
        )
        assert started["kind"] == "continuation"
        assert story[-1]["event_type"] == "playground.turn.completed"
        assert "21" in story[-1]["properties"]["text"]

        socket.tell("conversation.append_llm_context", context="The caller's name is Ada.")
        context = socket.until("playground.context")["properties"]["conversational_context"]
        assert "Ada" in context

    with script.open(conversation) as again:
        turns = again.until("playground.snapshot")["properties"]["turns"]
        assert [turn["kind"] for turn in turns] == ["user", "continuation"]


def test_an_interrupt_cuts_the_voice_and_the_next_turn_begins(script: Script) -> None:
    conversation = script.start("Mert the Storyteller", "realtime")
    with script.open(conversation) as socket:
        socket.tell("conversation.respond", text="Tell me about the wolf.", client_msg_id="m-1")
        socket.until("conversation.started_speaking")
        socket.tell("conversation.interrupt")
        closed = socket.until(*CLOSED)
        assert closed["event_type"] == "playground.turn.interrupted"
        closing = closed["properties"]
        assert closing["text"].startswith(closing["heard_text"])
        assert len(closing["heard_text"]) < len(closing["text"])

        socket.tell("conversation.echo", modality="text", text="Sorry.", client_msg_id="m-2")
        assert socket.until(*CLOSED)["properties"]["text"] == "Sorry."


def test_a_command_that_cannot_be_carried_out_is_answered_with_its_id(script: Script) -> None:
    with script.open(script.start("Mert the Storyteller", "realtime")) as socket:
        socket.tell("conversation.respond", text="Tell me about the wolf.", client_msg_id="m-1")
        socket.until("playground.delta")
        socket.tell("conversation.respond", text="And the fox?", client_msg_id="m-2")
        refused = socket.until("playground.error")["properties"]
        assert (refused["code"], refused["client_msg_id"]) == ("busy", "m-2")
        socket.tell("conversation.interrupt")
        socket.until(*CLOSED)
