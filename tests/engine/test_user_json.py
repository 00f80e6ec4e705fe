"""JSON from people and clients: accepted values can be stored anywhere; errors have their position."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.engine.user_json import UserJsonError, parse_user_json


def refusal(text: str, **limits: int) -> UserJsonError:
    with pytest.raises(UserJsonError) as caught:
        parse_user_json(text, **limits)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "a value is missing"),
        ('{"a": 1,}', 1, 9, "a key in double quotes is expected"),
        ("{\n  'a': 1\n}", 2, 3, "a key in double quotes is expected"),
        ('{\n  "a" 1\n}', 2, 7, "a colon is missing"),
        ('{\n  "a": 1\n  "b": 2\n}', 3, 3, "a comma or a closing bracket is missing"),
        ('{"a": "b}', 1, 7, "no closing quote"),
        ('{"a": "b\nc"}', 1, 9, "line break"),
        ('{"a": "\\q"}', 1, 8, "backslash"),
        ('{"a": "\\u12"}', 1, 9, "four hexadecimal digits"),
        ("{} {}", 1, 4, "after the end"),
        ('{"a": yes}', 1, 7, "a value is missing"),
        ('{\n "a": NaN}', 2, 7, "NaN is no number"),
        ("[-Infinity]", 1, 2, "-Infinity is no number"),
        ("[1, 1e999]", 1, 5, "too large"),
        ("[9223372036854775808]", 1, 2, "too large"),
        ('{"a": "x\\u0000"}', 1, 9, "NUL"),
        ('["\\ud83d"]', 1, 3, "half of a character"),
        ('["\\ude00\\ud83d"]', 1, 3, "half of a character"),
        ('["\\ud83dx\\ude00"]', 1, 3, "half of a character"),
        ('["\ud83d"]', 1, 3, "half of a character"),
    ],
)
def test_invalid_json_is_refused_with_its_position(text: str, line: int, column: int, words: str) -> None:
    error = refusal(text)

    assert (error.line, error.column) == (line, column)
    assert words in error.message
    assert error.message.startswith(f"Line {line}, column {column}: ")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, -2.5, true, null, "é\\n"]}', {"a": [1, -2.5, True, None, "é\n"]}),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775807", -(2**63) + 1),
        ('"\\ud83d\\ude00"', "😀"),
        ('"\\\\u0000 and \\\\ud83d"', "\\u0000 and \\ud83d"),
        ('"NaN, Infinity, [[[{{{ 1e999"', "NaN, Infinity, [[[{{{ 1e999"),
        ("\ufeff{}", {}),
    ],
)
def test_accepted_json_is_unchanged(text: str, value: object) -> None:
    assert parse_user_json(text) == value


def test_nesting_is_bounded_before_anything_is_parsed() -> None:
    assert parse_user_json("[" * 32 + "]" * 32)
    error = refusal("[" * 33 + "]" * 33)

    assert (error.line, error.column) == (1, 33)
    assert "32" in error.message


@pytest.mark.parametrize(
    "text", ["[" * 20_000, '{"a":' * 10_000, "9" * 60_000, '"' + '\\"' * 30_000], ids=len
)
def test_input_that_breaks_parsers_is_refused_with_a_sentence(text: str) -> None:
    assert refusal(text).message.endswith(".")


def test_size_is_counted_in_bytes() -> None:
    assert parse_user_json('"éé"', limit_bytes=6) == "éé"
    assert "7 bytes" in refusal('"ééx"', limit_bytes=6).message


def test_the_limit_is_64_kib() -> None:
    assert parse_user_json(json.dumps("x" * (64 * 1024 - 2)))
    assert refusal(json.dumps("x" * (64 * 1024 - 1)))


def test_no_message_is_another_exceptions_text() -> None:
    assert "Expecting" not in refusal('{"a" 1}').message


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(value=_JSON, ascii_only=st.booleans())
def test_every_ordinary_value_comes_back_as_it_was(value: object, ascii_only: bool) -> None:
    assert parse_user_json(json.dumps(value, ensure_ascii=ascii_only)) == value


@given(text=st.text(st.sampled_from(list('{}[]":,\\u0d83e1-.NaInfty \n\ud83d')), max_size=60))
def test_any_text_is_parsed_or_refused_with_a_place_inside_it(text: str) -> None:
    try:
        value = parse_user_json(text)
    except UserJsonError as error:
        assert 1 <= error.line <= text.count("\n") + 1
        assert error.column >= 1
    else:
        json.dumps(value, allow_nan=False).encode("utf-8")


@pytest.mark.parametrize("text", ["[1, 2, 3]", "[[[]]]", '[{"a": {}}]', '{"a": 1, "b": 2, "c": 3}'])
def test_more_values_than_may_be_are_refused_before_they_are_read(text: str) -> None:
    assert "more than 2 values" in refusal(text, limit_values=2).message
    assert parse_user_json(text, limit_values=3) == json.loads(text)


def test_what_stands_in_a_text_is_no_value() -> None:
    assert parse_user_json('["1, 2, [{[{", ""]', limit_values=2) == ["1, 2, [{[{", ""]
