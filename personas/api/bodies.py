"""Reads an untrusted request body as text, and as JSON that can be stored."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from ninja.parser import Parser

from personas.api.errors import ApiError, bad_request
from personas.api.limits import BODY_BYTES
from playground.engine.user_json import JsonValue, UserJsonError, parse_user_json


def body_text(request: HttpRequest) -> str:
    """Return the body, ignoring its Content-Type. Raises ApiError: 413 over 1 MiB, 400 if it isn't UTF-8."""
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large() from None
    if len(body) > BODY_BYTES:
        raise too_large()
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise bad_request("The body is not UTF-8.") from None


def too_large() -> ApiError:
    return ApiError(413, f"The body is too large: at most {BODY_BYTES:,} bytes are taken.")


def body_json(request: HttpRequest) -> JsonValue:
    """Return the body as JSON. Raises ApiError (413, or 400 with line and column)."""
    try:
        return parse_user_json(body_text(request), limit_bytes=BODY_BYTES)
    except UserJsonError as error:
        raise bad_request(error.message) from None


class BodyParser(Parser):
    """Reads JSON for ninja by the rules of `body_json`."""

    def parse_body(self, request: HttpRequest) -> JsonValue:  # type: ignore[override] # an array is refused later
        return body_json(request)
