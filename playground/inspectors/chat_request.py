"""What a canned answer has to know of a request: whether it asks for a completion, and in which form."""

from dataclasses import dataclass

import orjson

from playground.engine.json_types import Json


@dataclass(frozen=True, slots=True)
class ChatRequest:
    body: Json
    """Empty if it could not be read."""

    @property
    def is_streamed(self) -> bool:
        return self.body.get("stream") is True

    @property
    def model(self) -> str:
        model = self.body.get("model")
        return model if isinstance(model, str) else ""


def chat_request(method: str, path: str, body: bytes) -> ChatRequest | None:
    """Return the request if it asks for a completion: by its path, or by its messages. Other requests are None."""
    if method != "POST":
        return None
    content = _object(body)
    is_chat = path.rstrip("/").endswith("/chat/completions") or isinstance(content.get("messages"), list)
    return ChatRequest(content) if is_chat else None


def asks_for_models(method: str, path: str) -> bool:
    return method == "GET" and path.rstrip("/").endswith("/models")


def _object(body: bytes) -> Json:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}
