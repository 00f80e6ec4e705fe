"""The sentences for servers that can't be reached or fail: the redirect's target, and the hints."""

import pytest

from playground.engine.addresses.address import parse_address
from playground.engine.answer.redaction import Redactor
from playground.engine.errors import upstream
from playground.engine.errors.codes import Code

SECRET = "sk-Live-0123456789abcdefghijklmnopqrstuv"
ADDRESS = parse_address("https://llm.example.com/v1/chat/completions")


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://other.example/v1/chat/completions?session=canary", "to https://other.example,"),
        ("http://llm.example.com/v1", "to http://llm.example.com,"),
        ("//other.example/v1", "to https://other.example,"),
        ("/v2/chat/completions?session=canary", "to its path /v2/chat/completions,"),
        ("https://llm.example.com/v2/", "to its path /v2/,"),
        ("http://169.254.169.254/latest/", "to http://169.254.169.254,"),
        ("file:///etc/passwd", "to an address that can't be called,"),
        ("https://user:canary@other.example/", "to an address that can't be called,"),
        ("http://[::1", "to an address that can't be called,"),
        ("\x00\x1b[31m", "to an address that can't be called,"),
        ("", "to an address that can't be called,"),
    ],
)
def test_a_redirect_names_the_new_host_or_the_new_path(location: str, shown: str) -> None:
    error = upstream.redirected(ADDRESS, location)
    assert error.code is Code.REDIRECT
    assert shown in error.message
    assert "canary" not in error.message


def test_a_long_path_of_a_redirect_is_cut() -> None:
    assert len(upstream.redirected(ADDRESS, "/" + "x" * 10_000).message) < 400


def test_an_http_address_is_asked_whether_it_should_be_https() -> None:
    http = upstream.not_http(parse_address("http://llm.example.com:8443/v1"))
    https = upstream.not_http(ADDRESS)
    assert "https://" in http.message
    assert "https://" not in https.message


def test_the_refusal_names_the_private_host_to_open() -> None:
    error = upstream.blocked(parse_address("http://ollama:11434/v1"))
    assert "ollama:11434 in OUTBOUND_PRIVATE_HOSTS" in error.message


def test_the_address_that_servers_print_when_they_listen_everywhere_is_explained() -> None:
    assert "Write 127.0.0.1:8000" in upstream.blocked(parse_address("http://0.0.0.0:8000/v1")).message


@pytest.mark.parametrize("encoding", ["gzip", " BR "])
def test_a_compressed_answer_names_its_encoding(encoding: str) -> None:
    assert f"({encoding.strip().lower()})" in upstream.compressed(ADDRESS, encoding).message


def test_an_encoding_that_is_no_word_is_not_repeated() -> None:
    assert "canary" not in upstream.compressed(ADDRESS, "gzip; canary=<b>").message


@pytest.mark.parametrize("word", ["sk-live-0123456789", "br-0123456789"])
def test_an_encoding_that_is_a_key_is_not_repeated(word: str) -> None:
    assert word not in upstream.compressed(ADDRESS, word).message


@pytest.mark.parametrize(
    "location",
    [
        "/" + "x" * 84 + SECRET,
        "/" + "x" * 84 + SECRET[:6] + "\t" + SECRET[6:],
        "https://llm.example.com/" + "x" * 70 + SECRET,
        f"https://{SECRET}.example.com/",
        f"//{SECRET}/",
    ],
)
def test_a_key_in_a_redirect_is_masked_before_anything_is_cut_or_changed(location: str) -> None:
    message = upstream.redirected(ADDRESS, location, redact=Redactor([SECRET]).redact).message
    assert SECRET[:4].lower() not in message.lower()
