"""A secret's name in a header's value."""

import pytest

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
