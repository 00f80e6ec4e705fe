"""The first words of a refusal's body: short, masked before they are cut, of a web page what a reader sees."""

import pytest

from playground.engine.answer.redaction import redactor_of
from playground.engine.errors.refused_answer import first_words, refused_answer
from playground.engine.limits import DEFAULT_LIMITS

KEY = "sk-live-0123456789abcdef"
MOST = DEFAULT_LIMITS.refused_body_chars
PAGE = (
    "<!doctype html><html><head><title>404 Not Found</title><style>p {color: red}</style></head>"
    "<body><h1>Page not found</h1><script>steal()</script><p>at /v1/chat &amp; more</p></body></html>"
)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"detail":\n "Not Found"}', '{"detail": "Not Found"}'),
        (PAGE.encode(), "404 Not Found Page not found at /v1/chat & more"),
        (b"<script>never closed", ""),
        (b"\x89PNG\0\0", ""),
        (b"", ""),
        ("caf\u00e9 \u202e\x1b[31mred".encode(), "caf\u00e9 red"),
    ],
)
def test_they_are_text_on_one_line(body: bytes, words: str) -> None:
    assert first_words(body, str) == words


@pytest.mark.parametrize("before", [MOST - 10, MOST - len(KEY), 0])
def test_a_key_is_masked_before_the_cut(before: int) -> None:
    body = f"{'x' * before}{KEY}{'y' * 900}".encode()
    words = first_words(body, redactor_of([KEY]).redact)
    assert len(words) <= MOST
    assert KEY[:8] not in words


@pytest.mark.parametrize(
    "echoed",
    [
        r'{"k": "Ab\u002Bcd\u002fefGH12345\u002Bxx=="}',
        "Ab&#43;cd/efGH12345&#x2b;xx==",
        r"\ud83d Ab\u002bcd/ef",
    ],
)
def test_a_key_that_an_encoder_escaped_is_masked(echoed: str) -> None:
    key = "Ab+cd/efGH12345+xx=="
    assert "efGH" not in first_words(echoed.encode(), redactor_of([key]).redact)


def test_a_key_that_tags_tear_apart_is_masked() -> None:
    torn = f"<p>{KEY[:10]}\u200b{KEY[10:]}</p>"
    assert KEY[10:] not in first_words(torn.encode(), redactor_of([KEY]).redact)


def test_a_key_in_a_header_is_masked() -> None:
    answer = refused_answer(
        401, [(b"X-Echo", f"Bearer {KEY}".encode())], b"", redact=redactor_of([KEY]).redact
    )
    assert answer.headers == (("X-Echo", "Bearer [secret]"),)
