"""Stored requests of an inspector, and what its pages show of them."""

import json
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.models import InspectedRequest, Inspector
from tests.engine.personas import WEATHER_TOOL

BODY: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [
        {"role": "system", "content": "You are Ann."},
        {"role": "user", "content": "Tell me about the wolf"},
    ],
    "stream": True,
    "stream_options": {"include_usage": True},
    "tools": [WEATHER_TOOL],
}
HEADERS = [["Authorization", "Bearer [secret]"], ["Content-Type", "application/json"], ["X-Trace", "7"]]


def received(inspector: Inspector, body: object = BODY, **fields: Any) -> InspectedRequest:
    """Store a request that the inspector answered."""
    inspector.last_number += 1
    inspector.save()
    values: dict[str, Any] = {
        "inspector": inspector,
        "number": inspector.last_number,
        "arrived_at": timezone.now(),
        "method": "POST",
        "path": "/chat/completions",
        "http_version": "1.1",
        "headers": HEADERS,
        "body": body if isinstance(body, bytes) else json.dumps(body).encode(),
        "answer": Inspector.Answer.DEMO,
        "answer_status": 200,
        "ended": InspectedRequest.End.COMPLETE,
        "authentication": InspectedRequest.Authentication.UNKNOWN,
        "server": "Daphne",
    }
    values = values | fields
    return InspectedRequest.objects.create(**values | {"body_bytes": len(values["body"])})


def address(name: str, row: InspectedRequest) -> str:
    return reverse(f"inspectors:{name}", args=[row.inspector_id, row.number])


def shown(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def listed(client: Client, inspector: Inspector, **query: str) -> list[int]:
    """Return the numbers of the requests in the list, in its order."""
    answer = client.get(reverse("inspectors:detail", args=[inspector.pk]), query)
    return [each.row.number for group in answer.context["requests"].groups for each in group.requests]
