"""A request to a custom LLM: method, URL, headers and body, with names in place of secrets."""

import json
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson

from playground.engine.json_types import Json

_as_client = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
"""Writes any value as the OpenAI client does."""
_WRITTEN_ALIKE = frozenset({str, type(None)})
"""Types whose values orjson writes alike, many times faster. It writes floats in another form."""


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
        members = [b"%b:%b" % (_json_of(name), _json_of(value)) for name, value in self.body.items()]
        return b"{%b}" % b",".join(members)

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


def _json_of(value: Any) -> bytes:
    if isinstance(value, list) and {type(each) for each in value} == {dict}:
        with suppress(TypeError):  # half a character, which the client refuses in its own way
            return _json_of_messages(value)
    return _as_client(value).encode()


def _json_of_messages(messages: list[Json]) -> bytes:
    """Return their JSON, written run by run: a long history has hardly anything but texts."""
    runs = [
        orjson.dumps(list(run)) if are_texts else _as_client(list(run)).encode()
        for are_texts, run in groupby(messages, _is_text_alone)
    ]
    return b"[%b]" % b",".join([run[1:-1] for run in runs])


def _is_text_alone(message: Json) -> bool:
    return _WRITTEN_ALIKE.issuperset(map(type, message.values()))
