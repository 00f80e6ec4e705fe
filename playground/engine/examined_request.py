"""A request as an endpoint received it: what is judged, compared and copied of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playground.engine.json_types import Json


@dataclass(frozen=True, slots=True)
class ExaminedRequest:
    method: str
    target: str
    """The path as it stood in the request line, with its query."""
    headers: tuple[tuple[str, str], ...]
    """In their order, repeated ones too; secrets masked or by their names."""
    text: str
    """The body; empty without one."""
    body: Any = None
    """The body's JSON; None if it is none."""
    has_whole_body: bool = True
    """Whether the text is all that was sent: nothing can be said of a body otherwise."""

    @property
    def document(self) -> Json | None:
        """The body if it is a JSON object."""
        return self.body if isinstance(self.body, dict) else None

    @property
    def model(self) -> str:
        """The model that the body names; empty without one."""
        model = (self.document or {}).get("model")
        return model if isinstance(model, str) else ""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def values(self, name: str) -> list[str]:
        """Return the values of the headers of this name, in any case."""
        return [value for known, value in self.headers if known.lower() == name]

    def messages(self) -> list[Any] | None:
        """Return the body's messages; None if it has no list of them."""
        messages = (self.document or {}).get("messages")
        return messages if isinstance(messages, list) else None


_NOT_COPIED = frozenset(
    {
        "accept-encoding", "connection", "content-encoding", "content-length", "cookie", "expect", "forwarded", "host",
        "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "via", "x-real-ip",
    }
)  # fmt: skip
_NOT_COPIED_PREFIXES = ("proxy-", "x-forwarded-")


@dataclass(frozen=True, slots=True)
class RequestCopy:
    """A received request, to be sent once more to ``url``."""

    received: ExaminedRequest
    url: str
    body: bytes | None = None
    """The decompressed body as it came; None: the text in UTF-8."""

    @property
    def method(self) -> str:
        return self.received.method

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers without those of the connection and of the way."""
        return tuple(
            (name, value)
            for name, value in self.received.headers
            if name.lower() not in _NOT_COPIED and not name.lower().startswith(_NOT_COPIED_PREFIXES)
        )

    def whole_url(self, site_url: str) -> str:
        """Return the URL, with the site's before this app's own address."""
        return site_url.rstrip("/") + self.url if self.url.startswith("/") else self.url

    def body_bytes(self) -> bytes:
        return self.received.text.encode("utf-8", "replace") if self.body is None else self.body


def system_message(messages: list[Any] | None) -> str:
    """Return the text of the system message that begins the messages; empty without one."""
    first = messages[0] if messages else None
    if not isinstance(first, dict) or first.get("role") not in ("system", "developer"):
        return ""
    return text_of(first.get("content"))


def text_of(content: object) -> str:
    """Return a message's text: its content, or that of its text parts, each a paragraph."""
    if isinstance(content, str):
        return content
    return "\n\n".join(_text_parts(content)) if isinstance(content, list) else ""


def _text_parts(parts: list[Any]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            yield part["text"]
