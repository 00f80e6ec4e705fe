"""A request to a custom LLM: method, URL, headers and body, with names in place of secrets."""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from playground.engine.json_types import Json

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_TEXT = {str, type(None)}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The values that a request takes from the installation rather than the persona."""

    user_agent: str
    caila_base_url: str = ""
    """Where this installation calls Caila; empty: where it is."""


@dataclass(frozen=True, slots=True)
class LLMRequest:
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: Json

    def body_bytes(self) -> bytes:
        """Return compact UTF-8 JSON, as the OpenAI client writes it. Raises ValueError for a value without JSON."""
        members = [f"{_write(name)}:{_written(value)}" for name, value in self.body.items()]
        return f"{{{','.join(members)}}}".encode()

    def whole_url(self, site_url: str) -> str:
        """Return the URL, with the site's before this app's own address."""
        return site_url.rstrip("/") + self.url if self.url.startswith("/") else self.url

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "url": self.url,
            "headers": [list(header) for header in self.headers],
            "body": self.body,
        }


def _written(value: Any) -> str:
    if isinstance(value, list) and _are_messages_of_text(value):
        with suppress(TypeError):  # half a character, which the client refuses in its own way
            return orjson.dumps(value).decode()
    return _write(value)


def _are_messages_of_text(values: list[Any]) -> bool:
    """Whether orjson writes them as the client does, in a fiftieth of the time: all but floats are written alike."""
    if {type(each) for each in values} != {dict}:
        return False
    return {type(member) for message in values for member in message.values()} <= _TEXT
