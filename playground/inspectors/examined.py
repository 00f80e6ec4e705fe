"""Reads a stored inspected request as the engine judges, compares and copies it."""

from dataclasses import dataclass, replace
from typing import Any

from playground.engine.answer.redaction import MASK
from playground.engine.curl import as_curl
from playground.engine.examined_request import ExaminedRequest, RequestCopy
from playground.engine.header_secrets import HeaderSecrets
from playground.engine.user_json import UserJsonError, parse_user_json
from playground.inspectors.front_door import BODY_BYTES
from playground.models import InspectedRequest

READ_BYTES = BODY_BYTES
"""The longest body that is read as JSON; a longer one is shown as text."""
READ_DEPTH = 64
READ_VALUES = 200_000
KEY_VARIABLE = "LLM_KEY"
"""What stands in a command for a key that isn't a token secret's."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    received: ExaminedRequest
    problem: str
    """Why the body is no JSON, in a sentence; empty if it is, or if there is none."""


def read_request(row: InspectedRequest) -> ReadRequest:
    """Return the request that was received; bytes that are no UTF-8 are replaced."""
    text = bytes(row.body).decode("utf-8", "replace")
    body, problem = _parsed(text)
    target = f"{row.path}?{row.query}" if row.query else row.path
    headers = tuple((str(name), str(value)) for name, value in row.headers)
    is_whole = row.body_kept == InspectedRequest.Kept.WHOLE
    return ReadRequest(
        ExaminedRequest(row.method, target, headers, text, body, has_whole_body=is_whole), problem
    )


def _parsed(text: str) -> tuple[Any, str]:
    if not text.strip():
        return None, ""
    try:
        body = parse_user_json(text, limit_bytes=READ_BYTES, limit_depth=READ_DEPTH, limit_values=READ_VALUES)
    except UserJsonError as error:
        return None, error.message
    return body, ""


def curl_of(row: InspectedRequest, *, address: str) -> str:
    """Return the request as a ``curl`` command to the inspector at ``address``, with a variable in place of its key."""
    examined = read_request(row).received
    key = row.secret_name or KEY_VARIABLE
    headers = tuple((name, value.replace(MASK, key)) for name, value in examined.headers)
    masked = frozenset(name.lower() for name, value in examined.headers if MASK in value)
    copied = RequestCopy(replace(examined, headers=headers), address + examined.target, bytes(row.body))
    header_secrets = HeaderSecrets(frozenset({key}), masked, are_stored=bool(row.secret_name))
    return as_curl(copied, site_url="", header_secrets=header_secrets)
