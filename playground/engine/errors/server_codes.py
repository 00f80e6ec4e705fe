"""Maps an LLM server's error to our code, by its status and its words.

One table serves both refusals (an HTTP status and its body) and errors inside a stream, whose status is a number in
``code`` or ``status``, or unknown.
"""

from collections.abc import Container

from playground.engine.errors.bodies import ErrorBody
from playground.engine.errors.codes import Code

_ANY_STATUS = range(600)
_WITHOUT_STATUS = 0

_BY_PHRASE: tuple[tuple[Code, Container[int], tuple[str, ...]], ...] = (
    (
        Code.QUOTA,
        _ANY_STATUS,
        (
            "insufficient_quota", "exceeded your current quota", "billing", "credit balance", "insufficient credits",
            "insufficient balance", "payment required",
        ),
    ),
    (
        Code.AUTH_FAILED,
        {_WITHOUT_STATUS, 400},
        (
            "invalid_api_key", "api_key_invalid", "incorrect api key", "invalid api key", "api key not valid",
            "invalid authentication", "authentication_error",
        ),
    ),
    (
        Code.CONTEXT_TOO_LONG,
        _ANY_STATUS,
        (
            "context_length", "context length", "context window", "context size", "maximum context",
            "prompt is too long", "input is too long", "too many tokens", "input token count",
        ),
    ),
    (Code.CONTENT_FILTER, {_WITHOUT_STATUS, 400, 422}, ("content_filter",)),
)  # fmt: skip
"""Phrases in a message or a kind, and the statuses with which they decide."""
_BY_STATUS = {
    401: Code.AUTH_FAILED,
    402: Code.QUOTA,
    403: Code.FORBIDDEN,
    404: Code.NOT_FOUND,
    405: Code.NOT_FOUND,
    410: Code.NOT_FOUND,
    413: Code.CONTEXT_TOO_LONG,
    429: Code.RATE_LIMITED,
}
_BY_KIND = (
    ("rate_limit", Code.RATE_LIMITED),
    ("resource_exhausted", Code.RATE_LIMITED),
    ("authentication", Code.AUTH_FAILED),
    ("permission", Code.FORBIDDEN),
    ("not_found", Code.NOT_FOUND),
    ("server_error", Code.UPSTREAM_5XX),
    ("overloaded", Code.UPSTREAM_5XX),
    ("unavailable", Code.UPSTREAM_5XX),
    ("internal", Code.UPSTREAM_5XX),
    ("invalid_request", Code.BAD_REQUEST),
    ("validation", Code.BAD_REQUEST),
)
"""Words in a kind, for errors without a status; the first match counts."""


def code_of(error: ErrorBody, status: int | None) -> Code:
    """Return the code. ``status`` is an HTTP status, or None if unknown."""
    if status is not None and status >= 500:
        return Code.UPSTREAM_5XX
    for code, statuses, phrases in _BY_PHRASE:
        if (status or _WITHOUT_STATUS) in statuses and error.speaks_of(*phrases):
            return code
    if status is None:
        return next((code for word, code in _BY_KIND if word in error.kind), Code.BAD_RESPONSE)
    return _BY_STATUS.get(status, Code.BAD_REQUEST if status >= 400 else Code.BAD_RESPONSE)
