"""A request to a custom LLM: method, URL, headers and body, with names in place of secrets."""

import json
from dataclasses import dataclass
from typing import Any

from playground.engine.json_types import Json


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The values that a request takes from the installation rather than the persona."""

    user_agent: str
    caila_base_url: str = "https://caila.io/api/adapters/openai"


@dataclass(frozen=True, slots=True)
class LLMRequest:
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: Json

    def body_bytes(self) -> bytes:
        """Return compact UTF-8 JSON, as the OpenAI client writes it. Raises ValueError for a value without JSON."""
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "url": self.url,
            "headers": [list(header) for header in self.headers],
            "body": self.body,
        }
