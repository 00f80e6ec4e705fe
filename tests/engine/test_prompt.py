"""The system message and the placeholders in it."""

from playground.engine.prompt import compose_system_message, fill_placeholders, placeholders


def test_parts_are_joined_by_blank_lines_each_as_it_stands() -> None:
    message = compose_system_message("You are Mert. ", "Stories", "To Maya")
    assert message.text == "You are Mert. \n\nStories\n\nTo Maya"


def test_an_empty_part_leaves_no_gap() -> None:
    message = compose_system_message("You are Mert.", "  ", "To Maya")
    assert message.text == "You are Mert.\n\nTo Maya"
    assert [origin.origin for origin in message.origins] == ["system_prompt", "conversational_context"]


def test_placeholders_are_named_once_in_order() -> None:
    text = "You are talking to {user_name}. They are {x} years old. {user_name} likes {genre} stories."
    assert placeholders(text) == ["user_name", "x", "genre"]


def test_what_is_no_identifier_is_no_placeholder() -> None:
    assert placeholders('{} {1a} {a b} {"json": 1}') == []


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    assert fill_placeholders("{a} and {b}", {"a": "{b}", "b": "two"}) == "{b} and two"


def test_a_placeholder_without_a_value_stays() -> None:
    assert fill_placeholders("{a} and {b}", {"a": "one"}) == "one and {b}"
