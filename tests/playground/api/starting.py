"""Conversations over the API, started and read as a client does."""

import json
from typing import Any

from django.test import Client

from personas.models import Persona
from playground.engine.json_types import Json
from tests.api import CONVERSATIONS


def start(client: Client, persona: Persona, **fields: Any) -> Json:
    body = json.dumps({"persona_id": persona.pk} | fields)
    response = client.post(CONVERSATIONS, body, content_type="application/json")
    assert response.status_code == 200, response.content
    answer: Json = response.json()
    return answer


def get(client: Client, conversation_id: str, **query: str) -> Json:
    response = client.get(f"{CONVERSATIONS}/{conversation_id}", query)
    assert response.status_code == 200, response.content
    conversation: Json = response.json()
    return conversation
