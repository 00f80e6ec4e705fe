"""The server's own error message, from all known shapes."""

import json

import pytest

from playground.engine.errors.bodies import one_line, read_error_body


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "No such key", "type": "x", "param": None, "code": "y"}}, "No such key"),
        ({"error": "model 'x' not found"}, "model 'x' not found"),
        ({"error": {"message": {"detail": "inner"}}}, "inner"),
        ([{"error": {"code": 400, "message": "Unknown name", "status": "INVALID_ARGUMENT"}}], "Unknown name"),
        ({"detail": "Not Found"}, "Not Found"),
        (
            {"detail": [{"loc": ["body", "messages", 0], "msg": "Field required"}]},
            "body.messages.0: Field required",
        ),
        ({"detail": [{"loc": ["a"], "msg": "one"}, {"loc": ["b"], "msg": "two"}]}, "a: one; b: two"),
        ({"object": "error", "message": "top_p must be in (0, 1]"}, "top_p must be in (0, 1]"),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "Overloaded"),
        ({"error_description": "expired"}, "expired"),
        ({}, ""),
        ("text", "text"),
        (None, ""),
        ({"error": None, "message": 7}, ""),
    ],
)
def test_the_message_is_found_in_every_known_shape(body: object, message: str) -> None:
    assert read_error_body(json.dumps(body).encode()).message == message


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html><body>502 Bad Gateway</body></html>", b"404 page not found\n", b"SSH-2.0-OpenSSH_9.6\r\n",
        b'{"error":{"message":"cut o', b"[" * 16_000, b'{"a":' * 5_000, b"\xff\xfe\x00",
    ],
)  # fmt: skip
def test_what_is_no_json_has_no_message(body: bytes) -> None:
    assert read_error_body(body).message == ""


def test_the_kinds_of_an_error_are_searched_for_phrases() -> None:
    body = read_error_body(b'{"error":{"message":"Please check your plan","code":"insufficient_quota"}}')
    assert body.speaks_of("insufficient_quota")
    assert body.speaks_of("check your plan")
    assert not body.speaks_of("context_length")


def test_control_characters_and_terminal_escapes_are_taken_out() -> None:
    raw = (
        b'{"error":"bad \\u0000\\u001b[31mred\\u001b[0m\\r\\nForged: line \\u202egnp \xff\\ud83d \\u2028end"}'
    )
    assert read_error_body(raw).message == "bad red Forged: line gnp \ufffd end"


def test_letters_of_every_script_stay() -> None:
    assert one_line("ключ 無効 کلید\u200cها 👩\u200d🚀 naïve") == "ключ 無効 کلید\u200cها 👩\u200d🚀 naïve"
