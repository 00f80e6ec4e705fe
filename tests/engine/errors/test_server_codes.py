"""One table of codes for refusals and for errors inside a stream."""

import json

import pytest

from playground.engine.errors.bodies import ErrorBody
from playground.engine.errors.codes import Code
from playground.engine.errors.server_codes import code_of
from tests.engine.answer.streams import decode, event
from tests.engine.errors.test_refusals import refusal


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, {"message": "Your credit balance is too low"}, Code.QUOTA),
        (429, {"message": "slow down", "type": "insufficient_quota"}, Code.QUOTA),
        (429, {"message": "slow down"}, Code.RATE_LIMITED),
        (400, {"message": "Incorrect API key provided"}, Code.AUTH_FAILED),
        (401, {"message": "no"}, Code.AUTH_FAILED),
        (403, {"message": "no"}, Code.FORBIDDEN),
        (405, {"message": "no"}, Code.NOT_FOUND),
        (400, {"message": "the prompt is too long"}, Code.CONTEXT_TOO_LONG),
        (413, {"message": "no"}, Code.CONTEXT_TOO_LONG),
        (400, {"message": "no", "type": "content_filter"}, Code.CONTENT_FILTER),
        (422, {"message": "no"}, Code.BAD_REQUEST),
        (503, {"message": "no", "type": "rate_limit_error"}, Code.UPSTREAM_5XX),
    ],
)
def test_the_same_error_has_one_code_as_a_refusal_and_in_a_stream(
    status: int, error: dict[str, object], code: Code
) -> None:
    assert refusal(status, {"error": error}).code is code
    assert decode(event({"error": error | {"code": status}})).code == code


@pytest.mark.parametrize("kind", ["permission_denied", "not_found_error", "overloaded_error"])
def test_a_kind_counts_if_the_status_is_unknown(kind: str) -> None:
    error = ErrorBody(message="no", kind=kind)
    assert code_of(error, None) is not Code.BAD_RESPONSE
    assert code_of(error, 400) is Code.BAD_REQUEST


def test_a_number_that_is_no_status_is_none() -> None:
    decoded = decode(
        json.dumps({"error": {"message": "out of memory", "code": 8, "type": "server_error"}}).encode()
    )
    assert decoded.code == Code.UPSTREAM_5XX
