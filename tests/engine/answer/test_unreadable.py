"""The invalid bytes are shown with the cause: redacted first, then shortened."""

import json

import pytest

from playground.engine.answer.redaction import Redactor
from playground.engine.answer.unreadable import unreadable
from playground.engine.limits import DEFAULT_LIMITS
from tests.engine.answer.streams import chunk, decode

SECRET = "sk-canary/0123+456789=abcdef"
REDACT = Redactor([SECRET]).redact
LONG = json.dumps(chunk(content="word " * 200))


def test_the_place_at_fault_is_shown_though_much_stands_before_it() -> None:
    error = unreadable((LONG + '{"second": 2}').encode(), REDACT)

    assert '}{"second": 2}' in error.excerpt
    assert error.excerpt.startswith("…")
    assert len(error.excerpt) <= DEFAULT_LIMITS.error_excerpt_chars


def test_the_place_at_fault_is_shown_though_much_stands_behind_it() -> None:
    error = unreadable(("data: " + LONG).encode(), REDACT)

    assert error.excerpt.startswith('data: {"id"')
    assert error.excerpt.endswith("…")
    assert len(error.excerpt) <= DEFAULT_LIMITS.error_excerpt_chars


@pytest.mark.parametrize("shift", range(0, 60, 7))
def test_a_secret_at_the_cut_is_masked_before_the_text_is_cut(shift: int) -> None:
    before = "x" * (DEFAULT_LIMITS.error_excerpt_chars - 20 - shift)

    excerpt = unreadable(f"{before} {SECRET} {SECRET} and more".encode(), REDACT).excerpt

    assert SECRET[:4] not in excerpt


def test_a_secret_in_an_event_that_cannot_be_read_is_masked_where_it_is_kept_too() -> None:
    decoded = decode(f"data: {{'key': '{SECRET}'}}\n\n".encode(), secrets=[SECRET])

    assert decoded.decoder.failure is not None
    assert decoded.decoder.failure.excerpt == "{'key': '[secret]'}"
    assert decoded.payloads == ["{'key': '[secret]'}"]


def test_the_bytes_are_shown_on_one_line_without_hidden_characters() -> None:
    assert unreadable(b"not\njson \x1b[31m\x00 at all", REDACT).excerpt == "not json at all"


@pytest.mark.parametrize(
    "data", [b"[" * 200_000, b'{"a":' * 100_000, b"{'" * 100_000, b"{ , " * 100_000, b"data: " * 9999]
)
def test_any_bytes_get_a_cause(data: bytes) -> None:
    assert unreadable(data, REDACT).message.startswith("An event of the stream ")
