"""Which values are kept readable of a request's headers and query."""

import base64

import pytest

from playground.engine.answer.redaction import MASK
from playground.inspectors.authentication import verdict_of
from playground.inspectors.masking import Masker
from playground.inspectors.presented_secrets import presented_secrets
from playground.storage.known_secrets import KnownSecrets

OWN = "unk-key-0123456789abcdef"
INSPECTORS = "gi_" + "Ab1-_" * 8 + "xyz"
PLAIN = Masker((), ())


@pytest.mark.parametrize(
    "name",
    [
        "X-Authorization",
        "X-Forwarded-Authorization",
        "X-CSRFToken",
        "X-ApiToken",
        "X-Amz-Signature",
        "X-Session-Id",
        "JWT",
        "X-Access-Keys",
        "X-Secret-Id",
        "X-Password-Hash",
        "api_key",
    ],
)
def test_a_header_that_sounds_like_a_key_is_masked(name: str) -> None:
    assert PLAIN.headers([(name.encode(), OWN.encode())]) == [[name, MASK]]


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Cookie", f"path={OWN}; {OWN}; a=b", f"path={MASK}; {MASK}; a={MASK}"),
        ("Set-Cookie", f"a={OWN}; Path=/; HttpOnly", f"a={MASK}; Path=/; HttpOnly"),
        ("Referer", f"https://h/?api_key={OWN}&v=1", f"https://h/?api_key={MASK}&v=1"),
        ("X-Api-Key", f"Bearer {OWN}", f"Bearer {MASK}"),
        ("conversation_id", "c1234567890", "c1234567890"),
        ("Accept-Encoding", "gzip", "gzip"),
        ("X-RateLimit-Remaining-Tokens", "1000", "1000"),
        ("Idempotency-Key", "k-1234567890", "k-1234567890"),
        ("Access-Control-Allow-Credentials", "true", "true"),
    ],
)
def test_the_rest_of_a_header_stays(name: str, value: str, shown: str) -> None:
    assert PLAIN.headers([(name.encode(), value.encode())]) == [[name, shown]]


@pytest.mark.parametrize(
    "name",
    [
        "api%5Fkey",
        "a=1;api_key",
        "key%5B%5D",
        "refresh_token",
        "id_token",
        "jwt",
        "passwd",
        "code",
        "session",
        "X-Amz-Signature",
        "openai_api_key",
    ],
)
def test_a_parameter_that_sounds_like_a_key_is_masked(name: str) -> None:
    query = f"{name}={OWN}&version=2".encode()
    assert PLAIN.query(query) == f"{name}={MASK}&version=2"
    assert presented_secrets((), query) == (OWN,)


def test_a_parameter_with_an_encoded_equals_sign_is_masked() -> None:
    assert PLAIN.query(f"api_key%3D{OWN}".encode()) == MASK


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Api-Key", f"Bearer {OWN}"),
        ("Authorization", f"Bearer\t{OWN}"),
        ("Authorization", f'Token token="{OWN}"'),
        ("Authorization", "Basic " + base64.b64encode(f"user:{OWN}".encode()).decode()),
        ("Authorization", f"Bearer sk-another-012345, Bearer {OWN}"),
        ("X-Authorization", f"Bearer {OWN}"),
    ],
)
def test_a_key_is_told_and_masked_in_any_spelling(name: str, value: str) -> None:
    headers = ((name.encode(), value.encode()),)
    assert verdict_of(headers, KnownSecrets({"MINE": OWN}, ""), "").secret_name == "MINE"
    masker = Masker((), presented_secrets(headers, b""))
    assert masker.body(f"Incorrect API key: {OWN}".encode()) == f"Incorrect API key: {MASK}".encode()


@pytest.mark.parametrize(
    "encoded",
    [
        INSPECTORS.replace("i_", "%69_"),
        base64.b64encode(f"user:{INSPECTORS}".encode()).decode(),
        INSPECTORS.replace("i_", "\\u0069_"),
    ],
    ids=["percent", "base64", "JSON"],
)
def test_a_line_that_encodes_a_key_is_masked_whole(encoded: str) -> None:
    assert PLAIN.raw(f"/v1/{encoded}/x".encode()) == MASK
    assert PLAIN.query(f"page={encoded}".encode()) == MASK
    assert PLAIN.headers([(b"X-Note", encoded.encode())]) == [["X-Note", MASK]]
