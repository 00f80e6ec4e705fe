"""Tool calls are joined, one for each that the LLM made, however the server numbers, names and splits them."""

import json

import pytest

from tests.engine.answer.streams import called, chunk, decode, decode_pieces, event, stream
from tests.engine.answer.tool_call_streams import OSLO, ROME, calls_of, function


def test_a_whole_call_in_one_chunk() -> None:
    assert calls_of(called(index=0, id="a", function=function("f", OSLO))).calls == [("a", "f", OSLO)]


def test_fragments_are_joined_by_their_index_also_when_they_alternate() -> None:
    decoded = calls_of(
        chunk(
            tool_calls=[
                {"index": 0, "id": "a", "function": function("f")},
                {"index": 1, "id": "b", "function": function("g")},
            ]
        ),
        called(index=1, function=function(arguments=ROME[:5])),
        called(index=0, function=function(arguments=OSLO[:7])),
        called(index=0, function=function(arguments=OSLO[7:])),
        called(index=1, function=function(arguments=ROME[5:])),
    )

    assert decoded.calls == [("a", "f", OSLO), ("b", "g", ROME)]
    assert all(call.valid and not call.note for call in decoded.decoder.tool_calls)
    assert decoded.notes == []


def test_text_before_a_call_is_spoken_first() -> None:
    decoded = calls_of(chunk(content="One moment."), called(index=0, id="a", function=function("f", OSLO)))

    assert (decoded.sentences, decoded.calls) == (["One moment."], [("a", "f", OSLO)])


def test_a_call_in_the_old_way_is_taken_and_noted() -> None:
    decoded = decode(
        stream(
            chunk(function_call={"name": "f", "arguments": ""}),
            chunk(function_call={"arguments": OSLO[:4]}),
            chunk(function_call={"arguments": OSLO[4:]}),
            chunk("function_call"),
        )
    )

    assert decoded.calls == [("call_1", "f", OSLO)]
    assert sum("old way" in note for note in decoded.notes) == 1


def test_the_calls_of_one_json_are_read_too() -> None:
    message = {
        "content": None,
        "tool_calls": [{"id": "a", "type": "function", "function": function("f", OSLO)}],
    }
    body = {"choices": [{"message": message, "finish_reason": "tool_calls"}]}

    assert decode(json.dumps(body).encode()).calls == [("a", "f", OSLO)]


def test_calls_are_not_there_before_the_answer_has_ended() -> None:
    decoded = decode_pieces([event(called(index=0, id="a", function=function("f", OSLO)))])

    assert (decoded.calls, decoded.code) == ([], "truncated")


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "function_call", None])
def test_a_call_counts_whatever_the_finish_reason_says(reason: str | None) -> None:
    decoded = decode(stream(called(index=0, id="a", function=function("f", OSLO)), chunk(reason)))

    assert decoded.calls == [("a", "f", OSLO)]
    assert any("finish reason says otherwise" in note for note in decoded.notes) == (reason == "stop")


@pytest.mark.parametrize(
    "empty", [{"name": "f"}, function("f", ""), function("f", None), function("f", "  ")]
)
def test_no_arguments_are_an_empty_object(empty: dict[str, object]) -> None:
    decoded = calls_of(called(index=0, id="a", function=empty))

    assert decoded.calls == [("a", "f", "{}")]
    assert decoded.decoder.tool_calls[0].valid


@pytest.mark.parametrize("arguments", ["city: Oslo", '{"city": ', "5", '"Oslo"', "[1]", "null", "NaN"])
def test_arguments_that_are_no_object_are_handed_on_as_they_came_and_marked(arguments: str) -> None:
    decoded = calls_of(called(index=0, id="a", function=function("f", arguments)))

    assert decoded.calls == [("a", "f", arguments)]
    assert not decoded.decoder.tool_calls[0].valid
    assert decoded.notes == ["The arguments of f are not a JSON object."]
    assert decoded.decoder.tool_calls[0].note == decoded.notes[0]


def test_arguments_that_are_an_object_already_are_taken_and_noted() -> None:
    decoded = calls_of(called(index=0, id="a", function=function("f", {"city": "Zürich"})))

    assert decoded.calls == [("a", "f", '{"city": "Zürich"}')]
    assert decoded.decoder.tool_calls[0].valid
    assert len(decoded.notes) == 1


@pytest.mark.parametrize("index", [{}, {"index": None}])
def test_whole_calls_without_an_index_are_told_apart_by_their_ids(index: dict[str, None]) -> None:
    decoded = calls_of(
        called(**index, id="a", function=function("f", OSLO)),
        called(**index, id="b", function=function("f", ROME)),
    )

    assert decoded.calls == [("a", "f", OSLO), ("b", "f", ROME)]
    assert sum("without an index" in note for note in decoded.notes) == 1


def test_fragments_without_an_index_go_to_the_last_call() -> None:
    decoded = calls_of(
        called(id="a", function=function("f", OSLO[:3])),
        called(function=function(arguments=OSLO[3:])),
        called(id="b", function=function("g")),
        called(id="", function=function(arguments=ROME)),
    )

    assert decoded.calls == [("a", "f", OSLO), ("b", "g", ROME)]


def test_fragments_without_an_index_that_carry_their_id_go_to_that_call() -> None:
    decoded = calls_of(
        called(id="a", function=function("f")),
        called(id="b", function=function("g")),
        called(id="a", function=function(arguments=OSLO)),
        called(id="b", function=function(arguments=ROME)),
    )

    assert decoded.calls == [("a", "f", OSLO), ("b", "g", ROME)]


def test_whole_calls_with_neither_index_nor_id_are_told_apart_by_being_whole() -> None:
    decoded = calls_of(chunk(tool_calls=[{"function": function("f", text)} for text in (OSLO, ROME, OSLO)]))

    assert decoded.calls == [("call_1", "f", OSLO), ("call_2", "f", ROME), ("call_3", "f", OSLO)]


def test_calls_of_two_functions_without_arguments_are_two() -> None:
    decoded = calls_of(chunk(tool_calls=[{"function": {"name": "f"}}, {"function": {"name": "g"}}]))

    assert [name for _, name, _ in decoded.calls] == ["f", "g"]


def test_parallel_calls_that_share_the_index_0_are_told_apart_by_their_ids() -> None:
    decoded = calls_of(
        called(index=0, id="a", function=function("f", OSLO)),
        called(index=0, id="b", function=function("f", ROME[:4])),
        called(index=0, function=function(arguments=ROME[4:])),
    )

    assert decoded.calls == [("a", "f", OSLO), ("b", "f", ROME)]
    assert decoded.notes == [
        "The LLM's server gave several tool calls the same index; their ids told them apart."
    ]


def test_an_id_and_a_name_that_every_fragment_repeats_are_taken_once() -> None:
    decoded = calls_of(
        *(called(index=0, id="a", function=function("f", part)) for part in ("", OSLO[:5], OSLO[5:], "", " "))
    )

    assert (decoded.calls, decoded.notes) == ([("a", "f", f"{OSLO} ")], [])


def test_what_follows_whole_arguments_under_the_same_index_and_id_belongs_to_them() -> None:
    decoded = calls_of(*(called(index=0, id="a", function=function("f", part)) for part in (OSLO, "\n")))

    assert decoded.calls == [("a", "f", f"{OSLO}\n")]


def test_a_name_that_every_fragment_repeats_without_an_id_is_taken_once() -> None:
    decoded = calls_of(
        *(called(index=0, function=function("f", part)) for part in (OSLO[:5], OSLO[5:9], OSLO[9:]))
    )

    assert [call[1:] for call in decoded.calls] == [("f", OSLO)]


def test_a_name_in_fragments_is_joined() -> None:
    decoded = calls_of(
        called(index=0, id="a", function={"name": "get_"}),
        called(index=0, function={"name": "weather"}),
        called(index=0, function=function(arguments=OSLO)),
    )

    assert decoded.calls == [("a", "get_weather", OSLO)]


def test_an_id_that_changes_in_every_fragment_is_one_call_and_noted() -> None:
    decoded = calls_of(
        called(index=0, id="a", function=function("f")),
        called(index=0, id="b", function=function(arguments=OSLO[:5])),
        called(index=0, id="c", function=function(arguments=OSLO[5:])),
    )

    assert decoded.calls == [("a", "f", OSLO)]
    assert decoded.notes == [
        "The LLM's server changed the id of a tool call while it arrived; the first id counts."
    ]


def test_an_id_that_comes_after_the_name_is_taken() -> None:
    decoded = calls_of(
        called(index=0, function=function("f")), called(index=0, id="a", function=function(arguments=OSLO))
    )

    assert decoded.calls == [("a", "f", OSLO)]


def test_a_call_without_an_id_gets_one_of_ours_and_a_note() -> None:
    decoded = calls_of(
        called(index=0, function=function("f", OSLO)), called(index=1, id="", function=function("g", ROME))
    )

    assert decoded.calls == [("call_1", "f", OSLO), ("call_2", "g", ROME)]
    assert decoded.notes == [
        "The call of f came without an id: Greenroom named it call_1.",
        "The call of g came without an id: Greenroom named it call_2.",
    ]


def test_a_second_call_with_the_same_id_gets_another_and_a_note() -> None:
    decoded = calls_of(
        called(index=0, id="x", function=function("f", OSLO)),
        called(index=1, id="x", function=function("g", ROME)),
    )

    assert decoded.calls == [("x", "f", OSLO), ("x_2", "g", ROME)]
    assert decoded.notes == ["Two tool calls came with the same id: Greenroom named the one of g x_2."]


NEXT_INDEX = "went on at the next index"


def test_arguments_that_go_on_at_the_next_index_are_joined_and_noted() -> None:
    decoded = calls_of(
        called(index=0, id="a", function=function("f", OSLO[:4])),
        called(index=1, function=function(arguments=OSLO[4:9])),
        called(index=1, function=function(arguments=OSLO[9:12])),
        called(index=2, function=function(arguments=OSLO[12:])),
    )

    assert decoded.calls == [("a", "f", OSLO)]
    assert len(decoded.notes) == 1 and NEXT_INDEX in decoded.notes[0]


def test_a_call_that_follows_the_joined_arguments_at_their_index_is_another() -> None:
    decoded = calls_of(
        called(index=0, id="a", function=function("f", OSLO[:4])),
        called(index=1, function=function(arguments=OSLO[4:])),
        called(index=1, id="b", function=function("g", ROME)),
    )

    assert decoded.calls == [("a", "f", OSLO), ("b", "g", ROME)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (function("f", OSLO), function(arguments=ROME)),
        (function("f", OSLO[:4]), function("g", ROME)),
        (function("f", ""), function(arguments=ROME)),
    ],
    ids=["the first is whole", "the second has a name", "the first has not begun"],
)
def test_what_is_no_rest_of_a_call_is_not_joined(first: dict[str, object], second: dict[str, object]) -> None:
    decoded = calls_of(called(index=0, id="a", function=first), called(index=1, function=second))

    assert not any(NEXT_INDEX in note for note in decoded.notes)
    assert decoded.calls[0][2] == (first["arguments"] or "{}")
