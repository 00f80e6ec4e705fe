"""The meaning of servers' finish reasons."""

import pytest

from playground.engine.answer.finish_reasons import (
    FinishKind,
    finish_error,
    is_complete,
    kind_of,
    note_on_finish,
)
from playground.engine.errors.codes import Code


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("stop", FinishKind.COMPLETE),
        ("STOP", FinishKind.COMPLETE),
        ("FinishReason.STOP", FinishKind.COMPLETE),
        ("FINISH_REASON_STOP", FinishKind.COMPLETE),
        ("eos", FinishKind.COMPLETE),
        ("eos_token", FinishKind.COMPLETE),
        ("stop-sequence", FinishKind.COMPLETE),
        ("end_turn", FinishKind.COMPLETE),
        ("tool_use", FinishKind.COMPLETE),
        ("COMPLETE", FinishKind.COMPLETE),
        ("length", FinishKind.LIMITED),
        ("Max Tokens", FinishKind.LIMITED),
        ("model_length", FinishKind.LIMITED),
        ("model_context_window_exceeded", FinishKind.LIMITED),
        ("content_filter", FinishKind.FILTERED),
        ("RECITATION", FinishKind.FILTERED),
        ("PROHIBITED_CONTENT", FinishKind.FILTERED),
        ("blacklist", FinishKind.FILTERED),
        ("refusal", FinishKind.FILTERED),
        ("insufficient_system_resource", FinishKind.CUT),
        ("abort", FinishKind.CUT),
        ("cancelled", FinishKind.CUT),
        ("MALFORMED_FUNCTION_CALL", FinishKind.FAILED_CALL),
        ("malformed_tool_use", FinishKind.FAILED_CALL),
        ("UNEXPECTED_TOOL_CALL", FinishKind.FAILED_CALL),
        ("function_call_filter: UNEXPECTED_TOOL_CALL", FinishKind.FAILED_CALL),
        ("error", FinishKind.FAILED),
        ("OTHER", FinishKind.UNKNOWN),
        ("FINISH_REASON_UNSPECIFIED", FinishKind.UNKNOWN),
        ("stopp", FinishKind.UNKNOWN),
        ("", FinishKind.UNKNOWN),
    ],
)
def test_a_finish_reason_is_of_a_kind_however_it_is_spelled(reason: str, kind: FinishKind) -> None:
    assert kind_of(reason) is kind


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "function_call"])
def test_openais_regular_finish_reasons_have_no_note(reason: str) -> None:
    assert (note_on_finish(reason), finish_error(reason), is_complete(reason)) == ("", None, True)


@pytest.mark.parametrize("reason", ["length", "content_filter", "SAFETY", "end_turn", "whatever"])
def test_other_words_are_named_as_the_server_wrote_them(reason: str) -> None:
    assert reason in note_on_finish(reason)
    assert finish_error(reason) is None


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("insufficient_system_resource", Code.TRUNCATED),
        ("MALFORMED_FUNCTION_CALL", Code.BAD_RESPONSE),
        ("ERROR", Code.UPSTREAM_5XX),
    ],
)
def test_an_answer_that_its_server_did_not_finish_has_failed(reason: str, code: Code) -> None:
    error = finish_error(reason)

    assert error is not None and error.code is code
    assert reason in error.message
    assert not is_complete(reason)
