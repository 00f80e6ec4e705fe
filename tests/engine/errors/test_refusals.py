"""The error of a status and its body: the code, the sentence, the excerpt, the wait."""

import json
from datetime import UTC, datetime

import pytest

from playground.engine.addresses.address import parse_address
from playground.engine.answer.redaction import redact
from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.errors.refusals import asked_wait_ms, refused, retry_after
from playground.engine.errors.waits import span
from tests.engine.errors.sentence import assert_for_a_person

ADDRESS = parse_address("https://llm.example.com/v1/chat/completions")
NUMERIC = "https://203.0.113.7/v1/chat/completions"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def refusal(
    status: int, body: object = None, headers: dict[str, str] | None = None, url: str = ADDRESS.raw
) -> UpstreamError:
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return refused(parse_address(url), status, headers or {}, encoded, now=NOW)


def openai(message: str, code: str | None = None, kind: str = "invalid_request_error") -> object:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


TOO_LONG = "This model's maximum context length is 8192 tokens."
NO_MODEL = openai("The model `x` does not exist or you do not have access to it.", "model_not_found")
NO_CREDIT = openai("You exceeded your current quota", "insufficient_quota")
DIRTY = b'{"error":{"message":"bad \\u0000\\u001b[31mred\\u001b[0m\\r\\nForged: line \\u202egnp \xff\\ud83d end"}}'


@pytest.mark.parametrize(
    ("status", "body", "code", "may_retry"),
    [
        (401, openai("Incorrect API key provided", "invalid_api_key"), Code.AUTH_FAILED, False),
        (401, b"\x1f\x8b\x08nonsense", Code.AUTH_FAILED, False),
        (400, [{"error": {"message": "API key not valid."}}], Code.AUTH_FAILED, False),
        (403, openai("No access", "model_not_allowed"), Code.FORBIDDEN, False),
        (404, {"detail": "Not Found"}, Code.NOT_FOUND, False),
        (404, NO_MODEL, Code.NOT_FOUND, False),
        (405, {"detail": "Method Not Allowed"}, Code.NOT_FOUND, False),
        (400, openai("Too long", "context_length_exceeded"), Code.CONTEXT_TOO_LONG, False),
        (400, openai(TOO_LONG), Code.CONTEXT_TOO_LONG, False),
        (413, b"", Code.CONTEXT_TOO_LONG, False),
        (422, {"detail": [{"loc": ["body"], "msg": "Field required"}]}, Code.BAD_REQUEST, False),
        (400, {"error": "invalid format"}, Code.BAD_REQUEST, False),
        (400, [{"error": {"message": 'Unknown name "tools"'}}], Code.BAD_REQUEST, False),
        (400, {"object": "error", "message": "top_p must be in (0, 1]"}, Code.BAD_REQUEST, False),
        (400, DIRTY, Code.BAD_REQUEST, False),
        (400, b"[" * 16_000, Code.BAD_REQUEST, False),
        (429, openai("Rate limit reached", "rate_limit_exceeded", "requests"), Code.RATE_LIMITED, True),
        (429, NO_CREDIT, Code.QUOTA, False),
        (402, openai("Insufficient credits"), Code.QUOTA, False),
        (500, openai("The server had an error"), Code.UPSTREAM_5XX, False),
        (503, openai("Overloaded"), Code.UPSTREAM_5XX, True),
        (502, b"<html><h1>502 Bad Gateway</h1></html>", Code.UPSTREAM_5XX, True),
        (504, b"", Code.UPSTREAM_5XX, True),
        (400, openai("The response was filtered", "content_filter"), Code.CONTENT_FILTER, False),
        (418, b"", Code.BAD_REQUEST, False),
        (199, b"", Code.BAD_RESPONSE, False),
    ],
)
def test_each_status_has_its_code(status: int, body: object, code: Code, may_retry: bool) -> None:
    error = refusal(status, body)
    assert (error.code, error.may_retry) == (code, may_retry)
    assert "llm.example.com:443" in error.message
    assert_for_a_person(refusal(status, body, url=NUMERIC).message)


@pytest.mark.parametrize(
    ("status", "body", "saying"),
    [
        (401, b"", "refused the key (HTTP 401). Check the token secret and the headers of this persona."),
        (403, b"", "does not allow this (HTTP 403)"),
        (404, b"404 page not found\n", "Check the base URL, which ends in /v1 as a rule, and the model."),
        (404, NO_MODEL, "has no such model (HTTP 404)"),
        (405, b"", "(HTTP 405)"),
        (400, openai(TOO_LONG), "Start a new one, or shorten the prompt."),
        (429, b"", "gets too many requests (HTTP 429)."),
        (429, NO_CREDIT, "has no credit left (HTTP 429)"),
        (500, b"", "failed (HTTP 500)"),
        (503, b"", "failed (HTTP 503)"),
        (502, b"<html><h1>502 Bad Gateway</h1></html>", "failed (HTTP 502)"),
    ],
)
def test_each_status_says_what_is_wrong_or_what_to_do(status: int, body: object, saying: str) -> None:
    assert saying in refusal(status, body).message


@pytest.mark.parametrize(
    ("status", "body", "excerpt"),
    [
        (401, openai("Bad key: sk-********cdef.", "invalid_api_key"), "Bad key: sk-********cdef."),
        (401, b"\x1f\x8b\x08nonsense", ""),
        (403, openai("No access to this model", "model_not_allowed"), "No access to this model"),
        (404, {"detail": "Not Found"}, "Not Found"),
        (404, b"404 page not found\n", ""),
        (404, NO_MODEL, "The model `x` does not exist or you do not have access to it."),
        (400, openai(TOO_LONG), TOO_LONG),
        (422, {"detail": [{"loc": ["body", "messages"], "msg": "Field required"}]}, "body.messages: Field required"),
        (400, {"error": "invalid message format"}, "invalid message format"),
        (400, [{"error": {"code": 400, "message": 'Unknown name "tools"'}}], 'Unknown name "tools"'),
        (400, {"object": "error", "message": "top_p must be in (0, 1]"}, "top_p must be in (0, 1]"),
        (400, DIRTY, "bad red Forged: line gnp \ufffd end"),
        (400, b"[" * 16_000, ""),
        (429, NO_CREDIT, "You exceeded your current quota"),
        (500, openai("The server had an error"), "The server had an error"),
        (503, openai("The engine is overloaded"), "The engine is overloaded"),
        (502, b"<html><h1>502 Bad Gateway</h1></html>", ""),
    ],
)  # fmt: skip
def test_the_excerpt_is_what_the_server_says_and_never_a_page(
    status: int, body: object, excerpt: str
) -> None:
    assert refusal(status, body).excerpt == excerpt


def test_a_base_url_without_v1_gets_the_advice_to_add_it() -> None:
    error = refusal(404, {"detail": "Not Found"}, url="http://127.0.0.1:8000/chat/completions")
    assert "Try http://127.0.0.1:8000/v1 as the base URL" in error.message


def test_a_base_url_that_ends_in_the_route_gets_advice() -> None:
    error = refusal(404, b"", url="http://x.com/v1/chat/completions/chat/completions")
    assert "twice" in error.message


@pytest.mark.parametrize("path", ["/api/chat", "/openai/deployments/gpt-4o", "/webhook/"])
def test_a_base_url_with_its_own_path_shows_the_added_route(path: str) -> None:
    message = refusal(404, b"", url=f"http://x.com{path.rstrip('/')}/chat/completions").message
    assert f"/chat/completions was added to the base URL's path {path.rstrip('/')}:" in message
    assert_for_a_person(message.replace("x.com:80", "203.0.113.7:80"))
    assert "/v1" not in message


def test_advice_on_a_whole_url_mentions_no_added_route() -> None:
    message = refusal(404, b"", url="https://x.com/foundationModels/completion").message
    assert "called as it stands" in message
    assert "/v1" not in message
    assert "was added" not in message


@pytest.mark.parametrize(
    "body",
    [
        NO_MODEL,
        {"error": {"message": 'model "x" not found, try pulling it first', "type": "api_error"}},
    ],
)
def test_a_missing_model_differs_from_a_missing_address(body: object) -> None:
    assert "has no such model" in refusal(404, body).message


def test_an_excerpt_is_at_most_300_characters() -> None:
    error = refusal(400, openai("x" * 1000))
    assert len(error.excerpt) == 300
    assert error.excerpt.endswith("…")


@pytest.mark.parametrize("padding", range(270, 300))
def test_a_key_that_the_cut_would_halve_is_masked_first(padding: int) -> None:
    key = "sk-canary-0123456789"
    body = json.dumps(openai("x" * padding + key)).encode()
    error = refused(ADDRESS, 401, {}, body, now=NOW, redact=lambda text: redact(text, [key]))
    assert "sk-" not in error.excerpt


def test_a_key_that_control_characters_hide_is_masked() -> None:
    body = json.dumps(openai("You sent sk-can\u0000ary-01234\u200b56789")).encode()
    error = refused(
        ADDRESS, 401, {}, body, now=NOW, redact=lambda text: redact(text, ["sk-canary-0123456789"])
    )
    assert error.excerpt == "You sent [secret]"


@pytest.mark.parametrize(
    ("header", "expected_ms"),
    [
        ("1", 1_000),
        ("0", 0),
        ("1.5", 1_500),
        ("3600", 3_600_000),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60_000),
        ("-5", None),
        ("99999999999", None),
        ("999999999", None),
        ("soon", None),
        ("", None),
        ("１２", None),
        ("Sun, 01 Mar 2026 11:00:00 GMT", None),
        ("Sun, 32 Mar 2026 12:01:00 GMT", None),
        ("nan", None),
        ("1e3", None),
    ],
)
def test_the_wait_is_read_or_treated_as_absent(header: str, expected_ms: int | None) -> None:
    assert retry_after({"retry-after": header}, NOW) == expected_ms


def test_openais_exact_wait_wins() -> None:
    assert retry_after({"retry-after": "2", "retry-after-ms": "1234.5"}, NOW) == 1_234


def test_a_date_in_years_is_still_a_wait_to_whoever_bounds_it() -> None:
    headers = {"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}
    assert retry_after(headers, NOW) is None
    assert (asked_wait_ms(headers, NOW) or 0) > 365 * 24 * 3_600_000


@pytest.mark.parametrize(
    ("header", "wait_ms", "saying"),
    [
        ("0.2", 200, "Try again in 1 s."),
        ("1", 1_000, "Try again in 1 s."),
        ("3600", 3_600_000, "Try again in 60 min."),
        ("-5", None, "Try again in a moment."),
        ("soon", None, "Try again in a moment."),
        ("99999999999", None, "Try again in a moment."),
    ],
)
def test_a_rate_limit_says_when_to_try_again(header: str, wait_ms: int | None, saying: str) -> None:
    error = refusal(429, b"", {"retry-after": header})
    assert (error.retry_after_ms, error.may_retry) == (wait_ms, True)
    assert error.message.endswith(saying)


@pytest.mark.parametrize(
    ("wait_ms", "words"),
    [
        (0, "0 s"),
        (1, "1 s"),
        (20_000, "20 s"),
        (119_000, "119 s"),
        (3_600_000, "60 min"),
        (86_400_000, "24 h"),
    ],
)
def test_a_wait_in_words(wait_ms: int, words: str) -> None:
    assert span(wait_ms) == words
