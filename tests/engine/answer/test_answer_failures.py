"""Failing streams: errors in any shape, malformed events, JSON that is no chunk; the text before is kept."""

import json

import pytest

from tests.engine.answer.streams import DONE, answer, chunk, decode, event, stream

HELLO = chunk(content="Hello there. ")
BYE = chunk(content="Good bye.")
STOP = chunk("stop")


@pytest.mark.parametrize(
    "error",
    [
        event({"error": {"message": "boom", "type": "server_error"}}),
        event({"error": {"message": "boom", "code": 500}}),
        event({"error": {"message": "boom", "code": "500"}}),
        event({"error": "boom", "error_type": "internal"}),
        event({"object": "error", "message": "boom", "type": "InternalServerError"}),
        event([{"error": {"message": "boom", "status": "UNAVAILABLE"}}]),
        event(
            {"choices": [{"index": 0, "delta": {"content": ""}, "error": {"message": "boom", "code": 502}}]}
        ),
        b'event: error\ndata: {"message": "boom", "type": "server_error"}\n\n',
        b'error: {"message": "boom", "code": 500}\n\n',
        b'{"error": {"message": "boom", "type": "server_error"}}\n',
    ],
    ids=[
        "type",
        "status",
        "status as text",
        "text",
        "vLLM",
        "Gemini",
        "in the choice",
        "event",
        "field",
        "bare",
    ],
)
def test_an_error_in_the_stream_keeps_the_text_and_fails_the_turn(error: bytes) -> None:
    decoded = decode(event(HELLO) + error + event(BYE) + DONE)

    assert (decoded.text, decoded.code) == ("Hello there. ", "upstream_5xx")
    assert decoded.sentences == ["Hello there."]
    assert decoded.decoder.failure is not None and decoded.decoder.failure.excerpt == "boom"


def test_the_finish_reason_of_an_error_does_not_hide_its_words() -> None:
    decoded = decode(event(chunk("error") | {"error": {"message": "boom", "code": 429}}))

    assert decoded.decoder.failure is not None
    assert (decoded.code, decoded.decoder.failure.excerpt) == ("rate_limited", "boom")


def test_an_error_event_that_is_plain_text_is_quoted() -> None:
    decoded = decode(event(HELLO) + b"event: error\ndata: out of memory\n\n")

    assert decoded.decoder.failure is not None
    assert (decoded.code, decoded.decoder.failure.excerpt) == ("bad_response", "out of memory")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"message": "too long", "code": "context_length_exceeded"}, "context_too_long"),
        ({"message": "slow down", "type": "rate_limit_error"}, "rate_limited"),
        ({"message": "slow down", "code": 429}, "rate_limited"),
        ({"message": "no", "code": "invalid_api_key"}, "auth_failed"),
        ({"message": "no", "code": 401}, "auth_failed"),
        ({"message": "filtered", "code": "content_filter"}, "content_filter"),
        ({"message": "which?", "code": "model_not_found"}, "not_found"),
        ({"message": "no", "type": "invalid_request_error"}, "bad_request"),
        ({"message": "???"}, "bad_response"),
        (["???"], "bad_response"),
        (7, "bad_response"),
        ({"code": True, "message": None, "type": 3}, "bad_response"),
    ],
)
def test_an_error_gets_the_code_that_its_words_or_its_status_name(error: object, code: str) -> None:
    assert decode(event(HELLO) + event({"error": error})).code == code


def test_a_finish_reason_error_without_a_word_fails_the_turn() -> None:
    assert decode(stream(HELLO, chunk("error"))).code == "upstream_5xx"


def test_content_beside_an_error_is_kept() -> None:
    decoded = decode(event(chunk(content="last words") | {"error": {"message": "boom"}}))

    assert (decoded.text, decoded.code) == ("last words", "bad_response")


def test_the_servers_words_are_cleaned_and_short() -> None:
    decoded = decode(event({"error": {"message": "a\x00b\x1b[31mc\r\nd\u202e" + "x" * 999}}))

    assert decoded.decoder.failure is not None
    assert decoded.decoder.failure.excerpt.startswith("abc d")
    assert len(decoded.decoder.failure.excerpt) == 300


def test_a_malformed_event_is_a_bad_response_and_the_text_before_it_is_kept() -> None:
    decoded = decode(event(HELLO) + b"data: {nope\n\n" + event(BYE) + event(STOP) + DONE)

    assert (decoded.text, decoded.sentences, decoded.code) == (
        "Hello there. ",
        ["Hello there."],
        "bad_response",
    )
    assert decoded.decoder.failure is not None and decoded.decoder.failure.excerpt == "{nope"


def test_a_last_event_without_its_blank_line_counts_if_it_is_whole() -> None:
    decoded = decode(event(HELLO) + event(BYE).rstrip())

    assert (decoded.text, decoded.code) == ("Hello there. Good bye.", "truncated")


@pytest.mark.parametrize(
    "end", [b"data: [DONE]", b"data: [DONE]\n", b"data:[DONE] \n\n", b"data: [DONE]xyz\n\n"]
)
def test_done_counts_however_it_ends(end: bytes) -> None:
    decoded = decode(event(BYE) + end)

    assert decoded.decoder.ended
    assert decoded.code == ""


@pytest.mark.parametrize(
    "odd",
    [
        {}, {"type": "ping"}, {"event": "heartbeat", "at": 7},
        {"choices": [7, None, "x", []]},
        {"choices": [{"delta": 7}]}, {"choices": [{"delta": None}]}, {"choices": [{"delta": ["x"]}]}, {"choices": [{}]},
        {"choices": [{"index": [], "delta": {"content": 7}}]}, {"choices": [{"delta": {"content": {"a": 1}}}]},
        {"choices": [{"delta": {"content": [7, None, {"type": "image"}]}}]},
        {"choices": [{"delta": {"content": True}}]},
        {"choices": [{"delta": {"tool_calls": 7, "function_call": "x", "reasoning": {}, "refusal": []}}]},
        {"choices": [{"delta": {"tool_calls": [7, None, "x", [], {}, {"function": []}]}}]},
        {"choices": [{"delta": {"reasoning_details": [7, {"text": 7}]}, "finish_reason": {}}]},
        {"choices": [{"finish_reason": 7}], "usage": "many"}, {"choices": [], "usage": [1]},
            {"usage": {"a": "b", "c": {"d": []}}},
        {"choices": [], "error": None}, {"choices": [], "error": ""}, {"choices": [], "error": {}},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_a_payload_of_wrong_types_is_skipped_and_the_rest_is_shown(odd: object) -> None:
    decoded = decode(event(HELLO) + event(odd) + answer("Good bye."), secrets=["a-secret-of-the-turn"])

    assert (decoded.text, decoded.code) == ("Hello there. Good bye.", "")
    assert decoded.sentences == ["Hello there.", "Good bye."]


@pytest.mark.parametrize(
    "odd",
    [
        42,
        None,
        [],
        "text",
        True,
        [[]],
        {"object": 7, "id": {}},
        {"error": ""},
        {"error": {}, "id": 1},
        {"hook": [1]},
    ],
    ids=json.dumps,
)
def test_json_that_is_no_chunk_fails_the_turn(odd: object) -> None:
    decoded = decode(event(HELLO) + event(odd) + answer("Good bye."))

    assert (decoded.text, decoded.code) == ("Hello there. ", "bad_response")
    assert decoded.decoder.failure is not None
    assert "not with a chat completion: an event holds" in decoded.decoder.failure.message


@pytest.mark.parametrize(
    "payload",
    [b"[" * 100_000 + b"]" * 100_000, b'{"choices": [], "created": ' + b"9" * 5000 + b"}"],
    ids=["deep", "5000 digits"],
)
def test_what_brings_the_official_client_down_fails_the_turn(payload: bytes) -> None:
    decoded = decode(event(HELLO) + b"data: " + payload + b"\n\n" + answer("Good bye."))

    assert (decoded.text, decoded.code) == ("Hello there. ", "bad_response")


@pytest.mark.parametrize(
    "payload",
    [
        b'{"choices": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"choices": [{"delta": {"content": "x"}}], "created": ' + b"9" * 4000 + b"}",
        b'{"choices": [{"delta": {"content": "x"}, "logprobs": NaN}]}',
        b'{"choices": [{"delta": {"content": "x"}}], "usage": {"total_tokens": 1e999, "b": -Infinity}}',
    ],
    ids=["rather deep", "4000 digits", "NaN", "infinity"],
)
def test_numbers_and_depths_that_bring_parsers_down_cost_at_most_their_event(payload: bytes) -> None:
    decoded = decode(
        event(HELLO) + b"data: " + payload + b"\n\n" + answer("Good bye."), secrets=["secret-value-1"]
    )

    assert decoded.text.replace("x", "") == "Hello there. Good bye."
    assert (decoded.code, decoded.decoder.usage) == ("", {})
