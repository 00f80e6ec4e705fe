"""A persona's request headers: which are valid."""

import pytest

from playground.engine.headers import HeaderError, check_header, check_headers, check_value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Api-Key MY_TOKEN"),
        ("x-folder-id", "b1g"),
        ("conversation_id", "c123"),
        ("X-Empty", ""),
        ("OpenAI-Beta", "a\tb"),
    ],
)
def test_ordinary_headers_can_be_set(name: str, value: str) -> None:
    check_header(name, value)


@pytest.mark.parametrize("name", ["", "X Y", "X:Y", "X\r\nY", "X\n", "Ключ", "X(1)", "x" * 65])
def test_a_name_that_is_no_token_is_refused(name: str) -> None:
    with pytest.raises(HeaderError):
        check_header(name, "value")


@pytest.mark.parametrize(
    "name",
    [
        "Host", "content-length", "Transfer-Encoding", "CONNECTION", "Cookie", "Proxy-Authorization", "X-Forwarded-For",
        "Upgrade", "TE", "Expect",
    ],
)  # fmt: skip
def test_headers_of_the_connection_are_refused(name: str) -> None:
    with pytest.raises(HeaderError, match="connection"):
        check_header(name, "value")


def test_headers_that_differ_in_case_alone_are_refused() -> None:
    with pytest.raises(HeaderError, match="twice"):
        check_headers([("X-A", "1"), ("x-a", "2")])


def test_more_than_32_headers_are_refused() -> None:
    check_headers([(f"X-{number}", "") for number in range(32)])
    with pytest.raises(HeaderError, match="32"):
        check_headers([(f"X-{number}", "") for number in range(33)])


def test_a_value_of_more_than_4096_characters_is_refused() -> None:
    check_header("X-A", "x" * 4_096)
    with pytest.raises(HeaderError):
        check_header("X-A", "x" * 4_097)


@pytest.mark.parametrize(
    "value", ["sk-canary\r\nX: 1", "sk-canary\n", "sk-canary\x00", "sk-canary-é", "sk-canary\x7f"]
)
def test_a_value_that_cannot_be_sent_is_refused_and_never_repeated(value: str) -> None:
    with pytest.raises(HeaderError) as raised:
        check_value("Authorization", value)
    assert "canary" not in str(raised.value)
    assert "Authorization" in raised.value.message
