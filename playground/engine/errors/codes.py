"""The errors of a turn: a closed list of codes, each with one sentence for a person."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from playground.engine.errors.refused_answer import RefusedAnswer


class Code(StrEnum):
    """All codes of failed turns, commands and checks. No other value reaches a user, a row or a log."""

    DNS = "dns"
    CONNECT_REFUSED = "connect_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    TLS = "tls"
    BLOCKED_ADDRESS = "blocked_address"
    SECRET_NOT_ALLOWED = "secret_not_allowed"
    SECRET_MISSING = "secret_missing"
    REDIRECT = "redirect"
    AUTH_FAILED = "auth_failed"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    CONTEXT_TOO_LONG = "context_too_long"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    UPSTREAM_5XX = "upstream_5xx"
    BAD_RESPONSE = "bad_response"
    FIRST_CONTENT_TIMEOUT = "first_content_timeout"
    STALLED = "stalled"
    TURN_TIMEOUT = "turn_timeout"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    CONTENT_FILTER = "content_filter"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    ANSWER_TOO_LONG = "answer_too_long"
    BUSY = "busy"
    NOT_STORED = "not_stored"
    BAD_MESSAGE = "bad_message"
    BARGE_IN_DISABLED = "barge_in_disabled"
    INTERNAL = "internal"


PERSONA_FIELDS: dict[str, str] = {
    Code.BLOCKED_ADDRESS: "address",
    Code.SECRET_NOT_ALLOWED: "token_secret",
    Code.SECRET_MISSING: "token_secret",
    Code.AUTH_FAILED: "token_secret",
    Code.NOT_FOUND: "address",
    Code.BAD_REQUEST: "model",
    Code.ANSWER_TOO_LONG: "max_answer_s",
}
"""Errors to fix in the persona, and the field of it to look at first."""


TURN_FAILED = "Greenroom itself failed in this turn. Try again."
"""The sentence of a turn that ends as ``internal``."""


@dataclass(eq=False)
class GreenroomError(Exception):
    """The root of the tree.

    GreenroomError
    ├── NotReadyError    nothing was sent: the persona, its secret or its address can't be used
    ├── UpstreamError    the LLM's server could not be reached, refused, or answered badly
    └── CommandError     a viewer's command can't be carried out now

    ``message`` is one sentence for a person: what happened, why, what to do. It never holds a secret, nor the
    text of another exception. ``excerpt`` is the server's own error message: plain text, cleaned and redacted,
    at most 300 characters, or empty.
    """

    code: Code
    message: str
    excerpt: str = ""
    retry_after_ms: int | None = None
    may_retry: bool = False
    """Whether the same request may be sent once more, if no part of an answer has arrived."""

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def as_json(self) -> dict[str, Any]:
        """Return the error as sent to clients and stored."""
        fields: dict[str, Any] = {"code": str(self.code), "message": self.message}
        if self.excerpt:
            fields["excerpt"] = self.excerpt
        return fields


@dataclass(eq=False)
class NotReadyError(GreenroomError):
    """The turn was not sent: blocked_address, secret_not_allowed, secret_missing, bad_request."""

    secret: str = ""
    """The name of the token secret to mend, if the error is about one."""

    def as_json(self) -> dict[str, Any]:
        return super().as_json() | ({"secret": self.secret} if self.secret else {})


@dataclass(eq=False)
class UpstreamError(GreenroomError):
    """The LLM's server could not be reached, refused the request, or answered badly."""

    answer: RefusedAnswer | None = None
    """The response, if it is the response itself that refuses."""


class CommandError(GreenroomError):
    """A command was refused: busy, not_stored, bad_message, barge_in_disabled."""
