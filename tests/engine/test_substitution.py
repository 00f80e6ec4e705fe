"""A secret's name in a header's value."""

import pytest

from playground.engine.curl import as_curl
from playground.engine.request import LLMRequest
from playground.engine.substitution import names_in, substitute

SECRETS = {"MY_TOKEN": "s3cret-value"}


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("Api-Key MY_TOKEN", "Api-Key s3cret-value"),
        ("MY_TOKEN", "s3cret-value"),
        ("MY_TOKEN:MY_TOKEN", "s3cret-value:s3cret-value"),
        ("Bearer {{secret:MY_TOKEN}}", "Bearer s3cret-value"),
        ("my_token", "my_token"),
    ],
)
def test_the_name_is_replaced_as_a_whole_word(value: str, sent: str) -> None:
    assert substitute(value, SECRETS) == sent


@pytest.mark.parametrize("value", ["MY_TOKEN_2", "XMY_TOKEN", "MY_TOKENS", "_MY_TOKEN"])
def test_a_longer_word_is_left_alone(value: str) -> None:
    assert substitute(value, SECRETS) == value


def test_a_value_is_not_read_again() -> None:
    secrets = {"A_KEY": "B_KEY and A_KEY", "B_KEY": "never"}
    assert substitute("A_KEY", secrets) == "B_KEY and A_KEY"


def test_names_in_finds_both_spellings() -> None:
    assert names_in("Api-Key {{secret:ONE}} TWO") == {"Api", "Key", "ONE", "TWO"}


def test_curl_puts_a_shell_variable_where_the_secret_stands() -> None:
    request = LLMRequest(
        "POST", "/demo/v1/chat/completions", (("Authorization", "Bearer MY_TOKEN"),), {"a": "it's"}
    )
    command = as_curl(request, site_url="http://127.0.0.1:8765/", secret_names=frozenset({"MY_TOKEN"}))
    assert command == (
        "curl --no-buffer --request POST http://127.0.0.1:8765/demo/v1/chat/completions \\\n"
        "  --header 'Authorization: Bearer '\"${MY_TOKEN}\"'' \\\n"
        '  --data-raw \'{"a":"it\'"\'"\'s"}\''
    )
