"""A script's way to the API of the served site, with nothing but the standard library."""

import json
import urllib.request
from typing import Any

from playground.engine.json_types import Json
from tests.browser.site import API_KEY, Site

DEADLINE_S = 15.0


def prepared_key(site: Site) -> str:
    """Return the API key of the first admin that was made with the prepared folder of the site."""
    return (site.data / API_KEY).read_text()


def ask(site: Site, key: str, method: str, path: str, body: str = "") -> Any:
    """Return the open response, as `curl -X METHOD --data BODY` gets it."""
    request = urllib.request.Request(site.url + path, method=method, headers={"x-api-key": key})
    request.data = body.encode() if body else None
    return urllib.request.urlopen(request, timeout=DEADLINE_S)


def answer(site: Site, key: str, method: str, path: str, body: str = "") -> Json:
    with ask(site, key, method, path, body) as response:
        answer_json: Json = json.load(response)
    return answer_json


def new_conversation(
    site: Site, key: str, persona: str, *, speech: str = "instant", greeting: str = ""
) -> str:
    """Return the id of a new conversation with a persona of the demo data."""
    return start_conversation(site, key, persona_id(site, key, persona), speech=speech, greeting=greeting)


def persona_id(site: Site, key: str, name: str) -> str:
    """Return the id of a persona of the demo data."""
    stored = answer(site, key, "GET", "/v2/personas?limit=100")["data"]
    return next(str(row["persona_id"]) for row in stored if row["persona_name"] == name)


def start_conversation(
    site: Site, key: str, persona: str, *, speech: str = "instant", greeting: str = ""
) -> str:
    """Return the id of a new conversation with the persona of this id."""
    request = {"persona_id": persona, "properties": {"simulated_speech": speech}}
    if greeting:
        request["custom_greeting"] = greeting
    return str(answer(site, key, "POST", "/v2/conversations", json.dumps(request))["conversation_id"])
