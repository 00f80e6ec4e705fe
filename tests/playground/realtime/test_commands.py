"""A viewer's message as a command, or as a bad one."""

import json

import pytest

from playground.engine.errors.codes import Code, CommandError
from playground.realtime.commands import MESSAGE_BYTES, OUTPUT_DEPTH, ToolResult, parse_command


def result_of(output: str) -> ToolResult:
    properties = f'{{"tool_call_id": "call_1", "output": {output}}}'
    command = parse_command(f'{{"event_type": "conversation.tool_result", "properties": {properties}}}')
    assert isinstance(command, ToolResult)
    return command


@pytest.mark.parametrize(
    "message",
    [
        "no json",
        "[]",
        "42",
        "null",
        "{}",
        '{"event_type": 1}',
        '{"event_type": "x"}',
        '{"event_type": "conversation.respond"}',
        '{"event_type": "conversation.respond", "properties": null}',
        '{"event_type": "conversation.respond", "properties": {"text": " "}}',
        '{"event_type": "conversation.respond", "properties": {"text": "a\\u0000b"}}',
        '{"event_type": "conversation.interrupt", "properties": {"at_offset": -1}}',
        "[" * 100,
    ],
)
def test_what_is_no_command_is_a_bad_message(message: str) -> None:
    with pytest.raises(CommandError) as refused:
        parse_command(message)
    assert refused.value.code is Code.BAD_MESSAGE


@pytest.mark.parametrize("output", ['{"a": [1, null, "é"]}', "1" + "0" * 20, "1e300", "[" * 60 + "]" * 60])
def test_a_result_of_any_json_is_written_as_json(output: str) -> None:
    assert json.loads(result_of(output).output) == json.loads(output)


@pytest.mark.parametrize("depth", [OUTPUT_DEPTH + 1, 300, 1_000])
def test_a_result_that_nests_too_deeply_is_refused(depth: int) -> None:
    with pytest.raises(CommandError) as refused:
        result_of("[" * depth + "]" * depth)
    assert refused.value.code is Code.BAD_MESSAGE
    assert "nest" in refused.value.message


def test_a_message_is_no_longer_than_the_wire_page_says_whatever_the_server_lets_through() -> None:
    with pytest.raises(CommandError) as refused:
        result_of(json.dumps("é" * (MESSAGE_BYTES // 2), ensure_ascii=False))
    assert "longer than 64 KiB" in refused.value.message
