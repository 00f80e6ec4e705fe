"""Detection of calls and template tokens in an answer's text, without false alarms."""

import pytest

from playground.engine.answer.leaked_calls import notes_on_leaks

OFFERED = {"get_weather"}


@pytest.mark.parametrize(
    "text",
    [
        "<tool_call>", "</tool_call>", "<function=get_weather>", "<function_calls>", '<invoke name="get_weather">',
        "<|python_tag|>get_weather", "[TOOL_CALLS]", "<|tool_call|>", "<|tool_calls_section_begin|>",
        "```tool_code\nx\n```",
        "<｜tool▁calls▁begin｜>", "<minimax:tool_call>", 'functools[{"name"',
    ],
)  # fmt: skip
def test_a_call_in_a_models_own_syntax_is_named(text: str) -> None:
    (note,) = notes_on_leaks(f"One moment. {text}", OFFERED)

    assert "tool call stands in the text" in note and "--tool-call-parser" in note


@pytest.mark.parametrize(
    "text",
    [
        "commentary to=functions.get_weather json{}",
        "<|channel|>final",
        "assistantfinal",
        "<|start|>assistant",
    ],
)
def test_channel_syntax_is_named(text: str) -> None:
    (note,) = notes_on_leaks(text, OFFERED)

    assert "Channel syntax" in note


@pytest.mark.parametrize(
    "text",
    [
        "Bye.<|eot_id|>", "Bye.<|im_end|>", "<|im_start|>assistant\nBye.", "Bye.<end_of_turn>", "[INST] Bye.",
        "Bye.</s>\n",
        "Bye.<｜end▁of▁sentence｜>", "<|start_header_id|>Bye.", "Bye.<|endoftext|>",
    ],
)  # fmt: skip
def test_a_token_of_the_chat_template_is_named(text: str) -> None:
    (note,) = notes_on_leaks(text, OFFERED)

    assert "chat template" in note


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "get_weather", "parameters": {}}',
        '[{"name":"get_weather","arguments":{}}]',
        '{"type": "function", "function": {"name": "get_weather", "arguments": "{}"}}',
        '{"tool": "get_weather", "tool_input": {}}',
        '{"name": "functions.get_weather", "args": {}}',
        'Let me see: {"name": "get_weather", "input": {}}',
        'get_weather(city="Oslo")',
        "[get_weather(city='Oslo')]",
        "print(default_api.get_weather(city='Oslo'))",
    ],
)
def test_a_call_of_an_offered_function_as_text_is_named(text: str) -> None:
    (note,) = notes_on_leaks(text, OFFERED)

    assert "a call of get_weather, not a tool call" in note
    assert notes_on_leaks(text, {"book_table"}) == notes_on_leaks(text, ()) == []


@pytest.mark.parametrize(
    "text",
    [
        "The weather is fine.", '{"name": "get_weather"}', '{"parameters": {"name": "Ann"}}',
        "I use get_weather() often.",
        "<b>bold</b> and <s>old</s>", "a < b | c > d", "[INSTALL]", "The <function> keyword", "5 <| 7", "tool_call",
        "Say </s> twice </s> now",
    ],
)  # fmt: skip
def test_ordinary_text_is_not_named(text: str) -> None:
    assert notes_on_leaks(text, OFFERED) == []


def test_what_was_left_is_shown_on_one_line_and_short() -> None:
    (note,) = notes_on_leaks('<invoke name="' + "x" * 70 + '">', OFFERED)

    assert "…)" in note
