"""Which payloads are errors: those that report one, with or without choices, not those that report success."""

import pytest

from playground.engine.answer.redaction import Redactor
from playground.engine.errors.in_stream import error_in, holds_error
from tests.engine.answer.streams import chunk

CHUNK = chunk(content="Hi.")


@pytest.mark.parametrize(
    "payload",
    [
        {"error": True, "message": "boom"},
        {"error_message": "boom"},
        {"errorMessage": "boom"},
        {"errors": ["boom"]},
        {"errors": [{"message": "boom"}]},
        {"statusCode": 401, "message": "boom"},
        {"title": "boom", "status": 503},
        {"status": "failed", "message": "boom"},
        {"ok": False, "description": "boom"},
        {"event": "error", "message": "boom"},
        {"fault": {"faultstring": "boom"}},
        {"detail": ["boom"]},
        {"choices": [], "code": 1001, "message": "boom"},
        CHUNK | {"status": "error", "message": "boom"},
        CHUNK | {"error_msg": "boom"},
        CHUNK | {"base_resp": {"status_code": 1002, "status_msg": "boom"}},
    ],
    ids=str,
)
def test_an_error_is_known_and_its_words_are_shown(payload: dict[str, object]) -> None:
    assert holds_error(payload)
    assert "boom" in error_in(payload, Redactor().redact).excerpt


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"usage": {"total_tokens": 3}},
        {"choices": [], "code": 0, "message": "Success"},
        CHUNK | {"code": "0", "message": "ok"},
        CHUNK | {"error": None, "errors": [], "detail": None, "success": True, "status": "in_progress"},
        CHUNK | {"base_resp": {"status_code": 0, "status_msg": ""}},
        CHUNK | {"status": 200, "type": "chat", "warning": "slow"},
        {"message": {"content": "Hi."}, "done": False},
    ],
    ids=str,
)
def test_a_report_of_success_is_no_error(payload: dict[str, object]) -> None:
    assert not holds_error(payload)
