"""The served API with only the standard library. Over a real socket: events must arrive while the turn goes on."""

import json
from collections.abc import Iterator
from typing import Any

from playground.engine.json_types import Json
from tests.browser.site import Site
from tests.personas import examples
from tests.playground.served_api import answer, ask


def events(response: Any) -> Iterator[Json]:
    for line in response:
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


def conversation(site: Site, key: str, speech: str) -> str:
    """Send the seed's two requests; return the conversation's id."""
    persona = answer(site, key, "POST", "/v2/personas", examples.STORYTELLER)
    request = json.loads(examples.CONVERSATION) | {"persona_id": persona["persona_id"]}
    request["properties"] = {"simulated_speech": speech}
    return str(answer(site, key, "POST", "/v2/conversations", json.dumps(request))["conversation_id"])


def test_the_seeds_requests_lead_to_an_answer_that_is_heard(served_site: Site, key: str) -> None:
    conversation_id = conversation(served_site, key, "instant")
    path = f"/v2/greenroom/conversations/{conversation_id}/respond"
    with ask(served_site, key, "POST", path, '{"text": "Tell me a story."}') as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        turn_events = list(events(response))
    assert turn_events[0]["event_type"] == "playground.turn.started"
    assert turn_events[-1]["event_type"] == "playground.turn.completed"
    assert turn_events[-1]["properties"]["heard_text"] == turn_events[-1]["properties"]["text"] != ""
    sent = next(event for event in turn_events if event["event_type"] == "playground.request")
    system = sent["properties"]["request"]["body"]["messages"][0]["content"]
    assert system.startswith("You are a storyteller.")
    assert system.endswith("her favorite author is Agatha Christie.")
    ended = answer(served_site, key, "POST", f"/v2/conversations/{conversation_id}/end")
    assert ended["status"] == "ended"
    verbose_json = answer(served_site, key, "GET", f"/v2/conversations/{conversation_id}?verbose=true")
    assert verbose_json["events"][-1]["event_type"] == "system.shutdown"


def test_the_first_event_comes_while_the_turn_goes_on(served_site: Site, key: str) -> None:
    conversation_id = conversation(served_site, key, "realtime")
    path = f"/v2/greenroom/conversations/{conversation_id}/respond"
    with ask(served_site, key, "POST", path, '{"text": "Tell me a story."}') as response:
        assert next(events(response))["event_type"] == "playground.turn.started"
    # The client has left; the turn has not: it closes when the conversation is ended.
    answer(served_site, key, "POST", f"/v2/conversations/{conversation_id}/end")
    verbose_json = answer(served_site, key, "GET", f"/v2/conversations/{conversation_id}?verbose=true")
    closed = [event["event_type"] for event in verbose_json["events"]][-2]
    assert closed == "playground.turn.interrupted"
