"""The record of one exchange before its secrets are masked; it doesn't outlive the storing."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from playground.engine.errors.codes import GreenroomError
from playground.engine.limits import KIB
from playground.inspectors.forwarding import RawHeaders
from playground.inspectors.lookup import OpenInspector
from playground.inspectors.request_body import RequestBody
from playground.inspectors.sent_answer import SentAnswer
from playground.models import InspectedRequest, Inspector

End = InspectedRequest.End
BASE_BYTES = 8 * KIB
"""About how many bytes an exchange takes in memory beside its contents."""
PART_BYTES = 128
"""About how many bytes the time and the size of a part take in memory."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request's line and headers, as sent."""

    arrived_at: datetime
    method: str
    path: bytes
    """What follows the inspector's address."""
    query: bytes
    http_version: str
    headers: RawHeaders = field(repr=False)
    headers_as_sent: bool
    server: str
    client_address: str

    @property
    def target(self) -> str:
        return (self.path + (b"?" + self.query if self.query else b"")).decode("latin-1")

    def header(self, name: bytes) -> bytes:
        """Return the header's first value; empty without one."""
        return next((value for header, value in self.headers if header.lower() == name), b"")


class ExchangeRecord:
    """A request with its answer. Once its parts have ended, they don't change any more."""

    def __init__(
        self, inspector: OpenInspector, head: RequestHead, body: RequestBody, answer: SentAnswer
    ) -> None:
        self.inspector = inspector
        self.head = head
        self.body = body
        self.answer = answer
        self.answered_by: Inspector.Answer | None = None
        self.ended = End.OPEN
        self.error: GreenroomError | None = None
        self.total_ms = 0
        self.has_ended = asyncio.Event()

    def end(self, ended: End, total_ms: int) -> None:
        """Set how the exchange ended; only the first call counts."""
        if self.has_ended.is_set():
            return
        self.ended, self.total_ms = ended, total_ms
        self.has_ended.set()

    def weigh(self) -> int:
        """Return how many bytes of memory it takes, about."""
        parts = len(self.body.parts) + len(self.answer.parts)
        headers = sum(len(name) + len(value) for name, value in (*self.head.headers, *self.answer.headers))
        line = len(self.head.path) + len(self.head.query)
        held = len(self.body.content) + sum(len(part) for _, part in self.answer.parts)
        return BASE_BYTES + PART_BYTES * parts + headers + line + held
