"""Recognises errors that an LLM's server sends inside its answer, with HTTP 200, and gives them codes and sentences.

OpenAI sends ``{"error": {"message", "type", "code"}}``; OpenRouter the same, also inside a choice, ``code`` being an
HTTP status; vLLM ``{"object": "error", "message"}``; Hugging Face ``{"error": "text", "error_type"}``; Gemini
``[{"error": {…}}]``; proxies and frameworks ``{"error_type", "error_message"}``, ``{"code", "message"}``, ``{"status":
"error", …}``, ``{"detail": …}``, MiniMax ``{"base_resp": {"status_code", "status_msg"}}``; others name the event
``error``, or the field, or write plain text.
"""

import json
from collections.abc import Mapping

from playground.engine.errors.bodies import ErrorBody, read_error_body
from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.errors.excerpts import Redact, excerpt
from playground.engine.errors.server_codes import code_of

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
    Code.BAD_RESPONSE: "it gives no reason that Greenroom knows: read its message here, or its log",
}
_ERROR_FIELDS = (
    "error",
    "error_type",
    "error_message",
    "error_msg",
    "error_code",
    "errorMessage",
    "errors",
    "fault",
)
_MESSAGE_FIELDS = ("detail", "msg", "Message", "error_description")
"""Without choices beside them, these fields contain an error's message, and so does ``message`` if it is a text."""
_FINE = (None, 0, 200, "", "0", "200")
_FINE_WORDS = frozenset({"success", "succeeded", "successful", "ok", "none", "no error"})
_WHAT: Mapping[type, str] = {
    str: "a text in quotes, not an object (JSON that was encoded twice?)",
    list: "a list, not an object",
    int: "a number, not an object",
    float: "a number, not an object",
    bool: "true or false, not an object",
    type(None): "null, not an object",
}


def holds_error(payload: object) -> bool:
    """Whether a payload is, or contains, an error."""
    if isinstance(payload, list):
        return len(payload) == 1 and holds_error(payload[0])
    if not isinstance(payload, dict):
        return False
    if any(_tells_of_error(name, payload.get(name)) for name in _ERROR_FIELDS) or _names_error(payload):
        return True
    choices = payload.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if isinstance(first, dict):
        return bool(first.get("error"))
    if isinstance(choices, list):  # some servers report success in every chunk
        return bool(payload.get("message")) and payload.get("code") not in _FINE
    if _names_success(payload):
        return False
    message = payload.get("message")
    return (bool(message) and isinstance(message, str)) or any(
        _has_words(payload.get(name)) for name in _MESSAGE_FIELDS
    )


def _tells_of_error(name: str, value: object) -> bool:
    """Whether a field means an error: ``error`` always, since OpenAI's client raises; the others may mean success."""
    if name == "error" or not isinstance(value, str | int):
        return bool(value)
    return bool(value) and value not in _FINE and str(value).strip().lower() not in _FINE_WORDS


def _names_error(payload: Mapping[str, object]) -> bool:
    """Whether a field marks an error: ``status: error``, ``success: false``, a status of 400 or more."""
    if any(_is_error_word(payload.get(name)) for name in ("object", "type", "event", "status", "code")):
        return True
    if payload.get("success") is False or payload.get("ok") is False:
        return True
    base = payload.get("base_resp")
    return _status(payload) is not None or (isinstance(base, dict) and bool(base.get("status_code")))


def _names_success(payload: Mapping[str, object]) -> bool:
    """Whether a field marks success: a code of 0 or 200, ``status: ok``, ``success: true``."""
    if payload.get("success") is True or payload.get("ok") is True:
        return True
    values = [payload.get(name) for name in ("code", "status", "status_code", "statusCode")]
    return any(
        (bool(value) or value == 0) and (value in _FINE or str(value).lower() in {"ok", "success"})
        for value in values
    )


def _is_error_word(word: object) -> bool:
    return isinstance(word, str) and word.lower() in {"error", "failed", "failure", "fail", "exception"}


def _has_words(field: object) -> bool:
    """Whether the field has text. FastAPI's ``detail`` may also be a list of errors or an object."""
    return bool(field) and isinstance(field, str | list | dict)


def error_in(payload: object, redact: Redact) -> UpstreamError:
    """Return the error in a payload. ``payload`` is parsed JSON, or the text if it isn't JSON."""
    fields = _innermost(payload)
    words = _words(fields)
    code = code_of(words, _status(fields) or _status(_outermost(payload)))
    return UpstreamError(
        code,
        f"The LLM's server sent an error in place of its answer: {_ADVICE[code]}.",
        excerpt=excerpt(words.message or _as_text(payload), redact),
    )


def stray_error(line: str, redact: Redact) -> UpstreamError:
    """Return the error for a line written into the stream without ``data:`` before it."""
    is_markup = line.lstrip().startswith("<")
    return UpstreamError(
        Code.BAD_RESPONSE,
        "The LLM's server wrote an error into its stream as plain text, which most clients pass over without a word: "
        "look at the server's log.",
        excerpt="" if is_markup else excerpt(line, redact),
    )


def no_chunk(payload: object, redact: Redact) -> UpstreamError:
    """Return the error for JSON that is no chunk of a chat completion and of no known API."""
    what = _WHAT.get(type(payload), "an object without choices")
    return UpstreamError(
        Code.BAD_RESPONSE,
        f"The server answered, but not with a chat completion: an event holds {what}. Check that the address is that "
        "of an OpenAI-compatible API (it ends in /chat/completions).",
        excerpt=excerpt(_as_text(payload), redact),
    )


def _words(fields: Mapping[str, object]) -> ErrorBody:
    try:
        return read_error_body(json.dumps(fields).encode())
    except RecursionError:
        return ErrorBody()


def _as_text(payload: object) -> str:
    """Return the payload as readable text."""
    if isinstance(payload, str):
        return payload
    try:
        return json.dumps(payload, ensure_ascii=False)
    except RecursionError:
        return ""


def _outermost(payload: object) -> Mapping[str, object]:
    if isinstance(payload, list) and payload:
        payload = payload[0]
    return payload if isinstance(payload, dict) else {}


def _innermost(payload: object) -> Mapping[str, object]:
    """Return the object that describes the error: the payload, its ``error``, or that of its first choice."""
    fields = _outermost(payload)
    choices = fields.get("choices")
    if not fields.get("error") and isinstance(choices, list) and choices and isinstance(choices[0], dict):
        fields = choices[0] if choices[0].get("error") else fields
    error = fields.get("error")
    return error if isinstance(error, dict) else fields


def _status(fields: Mapping[str, object]) -> int | None:
    """Return the HTTP status in an error: OpenRouter and Gemini send a number, others text."""
    for name in ("code", "status", "status_code", "statusCode", "error_code", "errorCode"):
        status = fields.get(name)
        if isinstance(status, str) and status.isascii() and status.isdigit() and len(status) == 3:
            status = int(status)
        if isinstance(status, int) and 400 <= status <= 599:
            return status
    return None
