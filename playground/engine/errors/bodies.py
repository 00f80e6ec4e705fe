"""Reads the error message from the body of an LLM server's error response, in any known shape.

Known shapes: OpenAI ``{"error": {"message", "type", "code"}}``, Ollama and text-generation-inference
``{"error": "…"}``, Gemini a list of OpenAI's, FastAPI ``{"detail": "…" | [{"loc", "msg"}]}``, vLLM and Mistral
``{"message": "…"}``.
Only JSON is read: no sentence about an error holds a web page or another protocol's greeting.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

MESSAGE_KEYS = (
    "message", "error_message", "error_msg", "errorMessage", "Message", "msg", "status_msg", "detail", "error",
    "error_description", "title", "faultstring", "fault", "base_resp", "errors",
)  # fmt: skip
KIND_KEYS = ("code", "type", "status", "error_type", "error_code", "errorCode", "__type", "reason")
NESTED = 6

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]?|\][^\x07\x1b]*(\x07|\x1b\\)?|.)?", re.DOTALL)
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """``message`` is the server's own text, on one line; ``kind`` its types and codes, in lower case."""

    message: str = ""
    kind: str = ""

    def speaks_of(self, *phrases: str) -> bool:
        """Whether the kind or the message contains one of the phrases."""
        text = f"{self.kind} {self.message.lower()}"
        return any(phrase in text for phrase in phrases)


def read_error_body(body: bytes) -> ErrorBody:
    """Read a body. Never raises: if it isn't JSON, or was cut off, the result is an empty ErrorBody."""
    try:
        parsed: Any = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return ErrorBody()
    return ErrorBody(one_line(_message(parsed)), one_line(" ".join(_kinds(parsed))).lower())


def one_line(text: str) -> str:
    """Return the text on one line, without terminal escapes, control, direction and unassigned characters."""
    plain = _ESCAPES.sub("", text)
    printable = {ord(character): _printable(character) for character in set(plain)}
    return " ".join(plain.translate(printable).split())


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Zl", "Zp"} or character.isspace():
        return " "
    if category.startswith("C") and character not in _JOINERS:
        return ""
    return character


def _message(value: object, depth: int = 0) -> str:
    if isinstance(value, str):
        return value
    if depth > NESTED:
        return ""
    if isinstance(value, list):
        messages = (_message(item, depth + 1) for item in value[:5])
        return "; ".join(text for text in messages if text)
    if isinstance(value, dict):
        for key in MESSAGE_KEYS:
            if text := _message(value.get(key), depth + 1):
                return _place(value) + text
    return ""


def _place(value: dict[str, Any]) -> str:
    """Return the invalid field's path from FastAPI's ``loc``."""
    location = value.get("loc")
    if not isinstance(location, list):
        return ""
    return ".".join(str(part) for part in location if isinstance(part, str | int)) + ": "


def _kinds(value: object, depth: int = 0) -> list[str]:
    if depth > NESTED:
        return []
    if isinstance(value, list):
        return [kind for item in value[:5] for kind in _kinds(item, depth + 1)]
    if not isinstance(value, dict):
        return []
    own = [kind for key in KIND_KEYS if isinstance(kind := value.get(key), str)]
    inner = (value.get(key) for key in (*MESSAGE_KEYS, "details"))
    return own + [kind for item in inner for kind in _kinds(item, depth + 1)]
