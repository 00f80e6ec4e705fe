"""Errors that an LLM's server sends inside its answer, with HTTP 200: their places, our codes, a sentence each.

OpenAI sends ``{"error": {"message", "type", "code"}}``; OpenRouter the same, also inside a choice, ``code`` being an
HTTP status; vLLM ``{"object": "error", "message"}``; Hugging Face ``{"error": "text", "error_type"}``; Gemini
``[{"error": {…}}]``; others name the event ``error``, or the field.
"""

import json
from collections.abc import Mapping

from playground.core.error_bodies import ErrorBody, clean, read_error_body
from playground.core.error_codes import code_of
from playground.core.errors import Code, UpstreamError
from playground.core.limits import DEFAULT_LIMITS
from playground.core.redaction import Redactor

_ADVICE = {
    Code.CONTEXT_TOO_LONG: "the conversation is too long for the model: start a new one, or shorten the prompt",
    Code.QUOTA: "the account behind the key has no credit left: top it up, or use another key",
    Code.RATE_LIMITED: "too many requests were sent: wait a little and try again",
    Code.CONTENT_FILTER: "its content filter refused the request or the answer: word it in another way",
    Code.AUTH_FAILED: "it doesn't accept the key: check the persona's token secret",
    Code.FORBIDDEN: "the key may not do this: check the rights of the key and the model's name",
    Code.NOT_FOUND: "it doesn't know what was asked for: check the model's name and the address",
    Code.UPSTREAM_5XX: "something failed on its side: try again, or look at the server's own log",
    Code.BAD_REQUEST: "it doesn't accept the request: check the model's name and the parameters",
    Code.BAD_RESPONSE: "it names no reason that is known: read its own words, or its log",
}
_MOST_CHARS = 16 * 1024
"""How much of a message is looked at; the excerpt is far shorter."""


def holds_error(found: object) -> bool:
    """Whether a payload is, or holds, an error."""
    if isinstance(found, list):
        return len(found) == 1 and holds_error(found[0])
    if not isinstance(found, dict):
        return False
    if found.get("error") or found.get("object") == "error":
        return True
    choices = found.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return isinstance(first, dict) and bool(first.get("error"))


def error_in(found: object, redactor: Redactor) -> UpstreamError:
    """The error in a payload. ``found`` is what the payload parses to, or its text where it isn't JSON."""
    fields = _innermost(found)
    said = _said(fields)
    message = said.message or (found if isinstance(found, str) else "")
    code = code_of(said, _status(fields))
    return UpstreamError(
        code,
        f"The LLM's server sent an error in place of its answer: {_ADVICE[code]}.",
        excerpt=excerpt(message, redactor),
    )


def ended_in_error() -> UpstreamError:
    """The finish reason ``error`` (OpenRouter), with no word about it."""
    code = Code.UPSTREAM_5XX
    return UpstreamError(code, f"The LLM's server ended its answer with an error: {_ADVICE[code]}.")


def excerpt(text: str, redactor: Redactor) -> str:
    """A server's own words, fit to be shown: redacted, on one line, without hidden characters, not long."""
    # Cleaning may join what hid a secret, and each cut may halve one: it is looked for before both cuts.
    text = redactor.redact(clean(redactor.redact(text)[:_MOST_CHARS]))
    limit = DEFAULT_LIMITS.error_excerpt_chars
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _said(fields: Mapping[str, object]) -> ErrorBody:
    try:
        return read_error_body(json.dumps(fields).encode())
    except RecursionError:
        return ErrorBody()


def _innermost(found: object) -> Mapping[str, object]:
    """The object that describes the error: the payload itself, its ``error``, or that of its first choice."""
    if isinstance(found, list) and found:
        found = found[0]
    if not isinstance(found, dict):
        return {}
    choices = found.get("choices")
    if not found.get("error") and isinstance(choices, list) and choices and isinstance(choices[0], dict):
        found = choices[0]
    error = found.get("error")
    return error if isinstance(error, dict) else found


def _status(fields: Mapping[str, object]) -> int | None:
    """The HTTP status that an error names: OpenRouter and Gemini as a number, others as text."""
    for name in ("code", "status", "status_code"):
        status = fields.get(name)
        if isinstance(status, str) and status.isascii() and status.isdigit() and len(status) == 3:
            status = int(status)
        if isinstance(status, int) and 400 <= status <= 599:
            return status
    return None
