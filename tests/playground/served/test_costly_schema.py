"""A schema that takes too long to check. On a served site: the whole process must stay responsive."""

import json
from concurrent.futures import ThreadPoolExecutor

from playground.engine.json_types import Json
from tests.browser.site import Site
from tests.dashboard.attacks.attacking import bystander
from tests.playground.served.test_api import events
from tests.playground.served_api import answer, ask
from tests.schemas import doubling


def calling(site: Site, key: str, schema: Json) -> str:
    """Return a conversation with a persona whose LLM calls a function with this schema."""
    function = {"name": "get_current_weather", "description": "The weather", "parameters": schema}
    persona = {
        "persona_name": "Weather",
        "system_prompt": "You tell the weather.",
        "layers": {
            "llm": {
                "model": "demo-tools",
                "base_url": f"{site.url}/demo/v1",
                "api_key": "{{secret:DEMO_LLM_KEY}}",
                "tools": [{"type": "function", "function": function}],
            }
        },
    }
    made = answer(site, key, "POST", "/v2/personas", json.dumps(persona))
    request = {"persona_id": made["persona_id"], "properties": {"simulated_speech": "instant"}}
    return str(answer(site, key, "POST", "/v2/conversations", json.dumps(request))["conversation_id"])


def turn(site: Site, key: str, conversation_id: str) -> list[Json]:
    path = f"/v2/greenroom/conversations/{conversation_id}/respond"
    with ask(site, key, "POST", path, '{"text": "What is the weather in Dallas?"}') as response:
        return list(events(response))


def test_the_site_answers_while_arguments_are_checked_in_vain(served_site: Site, key: str) -> None:
    """A schema that doubles 20 times held the event loop for 87 s; this one, 40 times, holds a process for 500 ms."""
    schema = doubling(40)
    schema["properties"] |= {"location": {"type": "string"}}
    schema["required"] = ["location", "word"]
    conversations = [calling(served_site, key, schema) for _ in range(3)]
    with bystander(served_site) as watching, ThreadPoolExecutor() as callers:
        turns = [callers.submit(turn, served_site, key, conversation_id) for conversation_id in conversations]
    for each in turns:
        turn_events = each.result()
        notes = [
            event["properties"]["note"] for event in turn_events if event["event_type"] == "playground.note"
        ]
        assert any("could not be checked within 500 ms" in note for note in notes), turn_events
        assert turn_events[-1]["event_type"] == "playground.turn.completed"
        assert turn_events[-1]["properties"]["tool_calls"]
    watching.assert_served_in_time()
