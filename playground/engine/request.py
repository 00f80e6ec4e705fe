"""A request to a custom LLM: method, URL, headers and body, with names in place of secrets."""

import json
from dataclasses import dataclass
from typing import Any

from playground.engine.json_types import Json


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
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()

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
