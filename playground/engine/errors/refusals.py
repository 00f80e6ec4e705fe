"""Reads responses with a status other than 2xx: the code, the sentence, the server's own message, when to retry."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from playground.engine.addresses.address import Address
from playground.engine.addresses.route import ROUTE, has_route, has_route_twice, without_route
from playground.engine.errors.bodies import ErrorBody, read_error_body
from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.errors.excerpts import Redact, excerpt
from playground.engine.errors.refused_answer import RefusedAnswer
from playground.engine.errors.server_codes import code_of
from playground.engine.errors.upstream import server
from playground.engine.errors.waits import span

RETRIED = frozenset({429, 502, 503, 504})
LONGEST_WAIT_MS = 7 * 24 * 3_600_000
"""A longer Retry-After is not credible and is treated as absent."""

_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_VERSION = re.compile(r"/v\d[a-z0-9]*+(/|$)", re.IGNORECASE)

_NO_MODEL = ("model_not_found", "unknown model", "model not found", "no such model", "invalid model")
_MODEL = re.compile(r"model\b", re.IGNORECASE)
_MISSING = re.compile(r"\b(not found|does not exist|not exist|not available|not supported)", re.IGNORECASE)


def refused(
    address: Address,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    redact: Redact = str,
    answer: RefusedAnswer | None = None,
    had_key: bool = True,
) -> UpstreamError:
    """Return a refusal's error. ``headers`` have lower-case names; ``now`` is aware; ``redact`` masks secrets.

    ``answer`` is the response for the record; ``had_key`` says whether a key was sent with the request.
    """
    error = read_error_body(body)
    retry_after_ms = retry_after(headers, now) if status in {429, 503} else None
    code = code_of(error, status)
    return UpstreamError(
        code,
        _sentence(code, address, status, error, retry_after_ms)
        if had_key or code is not Code.AUTH_FAILED
        else _no_key(address, status),
        excerpt=excerpt(error.message, redact),
        retry_after_ms=retry_after_ms,
        may_retry=status in RETRIED and code is not Code.QUOTA,
        answer=answer,
    )


def retry_after(headers: Mapping[str, str], now: datetime) -> int | None:
    """Return how long the server asks to wait, in ms; None without a plausible value."""
    wait_ms = asked_wait_ms(headers, now)
    return wait_ms if wait_ms is not None and 0 <= wait_ms <= LONGEST_WAIT_MS else None


def asked_wait_ms(headers: Mapping[str, str], now: datetime) -> int | None:
    """Return how long the server asks to wait, however long, in ms; below 0 for a past date, None without a value.

    RFC 9110, 10.2.3; ``retry-after-ms`` is OpenAI's.
    """
    exact = headers.get("retry-after-ms", "").strip()
    if _SECONDS.fullmatch(exact):
        return round(float(exact))
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return round(float(text) * 1000)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if at.tzinfo is None:
        return None
    return round((at - now).total_seconds() * 1000)


def _sentence(code: Code, address: Address, status: int, error: ErrorBody, retry_after_ms: int | None) -> str:
    who = server(address)
    match code:
        case Code.AUTH_FAILED:
            return f"{who} refused the key (HTTP {status}). Check the token secret and the headers of this persona."
        case Code.FORBIDDEN:
            return f"{who} does not allow this (HTTP 403). Check what the key may use, and the model's name."
        case Code.NOT_FOUND:
            return _not_found(address, status, error)
        case Code.CONTEXT_TOO_LONG:
            return (
                f"The conversation is too long for this model, says {who} (HTTP {status}). "
                "Start a new one, or shorten the prompt."
            )
        case Code.CONTENT_FILTER:
            return f"{who}'s content filter refused the request (HTTP {status}). Say it in another way."
        case Code.QUOTA:
            return f"The account at {who} has no credit left (HTTP {status}). Check its plan and billing."
        case Code.RATE_LIMITED:
            wait = "in a moment" if retry_after_ms is None else f"in {span(retry_after_ms)}"
            return f"{who} gets too many requests (HTTP 429). Try again {wait}."
        case Code.UPSTREAM_5XX:
            wait = "" if retry_after_ms is None else f" in {span(retry_after_ms)}"
            return f"{who} failed (HTTP {status}). Look at the server's log, or try again{wait}."
        case Code.BAD_REQUEST:
            return (
                f"{who} did not accept the request (HTTP {status}). "
                "Compare the model, the parameters and the tools with what it supports."
            )
    return f"{who} answered with HTTP {status}, which is no LLM's answer. Check the address."


def _no_key(address: Address, status: int) -> str:
    return f"No key was sent, and {server(address)} wants one (HTTP {status}). Enter the key, or choose a token secret."


def _misses_model(message: str) -> bool:
    model = _MODEL.search(message)
    return model is not None and _MISSING.search(message, model.end()) is not None


def _not_found(address: Address, status: int, error: ErrorBody) -> str:
    who = server(address)
    if error.speaks_of(*_NO_MODEL) or _misses_model(error.message):
        return f"{who} has no such model (HTTP {status}). Check the model's name."
    if has_route_twice(address.path):
        return (
            f"{who} has no such address (HTTP {status}): {ROUTE} stands in it twice. "
            f"A base URL ends before it, as a rule in /v1."
        )
    if not has_route(address.path):
        return f"{who} has no such address (HTTP {status}). Check the url, which is called as it stands, and the model."
    base = without_route(address.path).rstrip("/")
    if not base:
        origin = "" if address.is_own else f"{address.scheme}://{address.netloc}"
        return f"{who} has no such address (HTTP {status}): it lacks /v1. Try {origin}/v1 as the base URL."
    if not _VERSION.search(base):
        return (
            f"{who} has no such address (HTTP {status}). {ROUTE} was added to the base URL's path {base}: check that "
            "the LLM answers there."
        )
    return f"{who} has no such address (HTTP {status}). Check the base URL, which ends in /v1 as a rule, and the model."
