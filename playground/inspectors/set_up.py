"""What to enter so that an inspector is sent something: on each platform, and in a shell."""

import json
import shlex
from dataclasses import dataclass

from playground.engine.addresses.route import with_route
from playground.engine.platforms.registry import platforms
from playground.inspectors.addresses import addresses_of
from playground.models import Inspector

QUESTION = "Hello, who are you?"


@dataclass(frozen=True, slots=True)
class Setting:
    """What to enter on a platform."""

    name: str
    value: str
    is_free: bool
    """Whether the value only says what to choose."""


def settings_by_platform(inspector: Inspector) -> list[tuple[str, list[Setting]]]:
    """Return each platform's label with its settings."""
    base_url = addresses_of(inspector).address
    return [
        (
            known.label,
            [
                Setting(name, value, value.startswith("<"))
                for name, value in known.endpoint_settings(base_url)
            ],
        )
        for known in platforms()
    ]


def curl_to_try(inspector: Inspector) -> str:
    """Return a command that sends the inspector a small streamed request."""
    addresses = addresses_of(inspector)
    body = {"model": "demo", "stream": True, "messages": [{"role": "user", "content": QUESTION}]}
    lines = [
        f"curl --no-buffer {shlex.quote(with_route(addresses.own_address or addresses.address))}",
        "--header 'Content-Type: application/json'",
        "--header 'Authorization: Bearer any-key'",
        "--header 'conversation_id: c0000001'",
        f"--data {shlex.quote(json.dumps(body))}",
    ]
    return " \\\n  ".join(lines)
