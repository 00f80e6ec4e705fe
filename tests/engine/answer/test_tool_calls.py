"""Tool calls come out whole, one for each that the LLM made, however the server numbers, names and cuts them."""

import json

import pytest

from playground.engine.limits import Limits
from tests.engine.answer.streams import (
    DONE,
    Decoded,
    answer,
    called,
    chunk,
    decode,
    decode_pieces,
    event,
    stream,
)

OSLO, ROME = '{"city": "Oslo"}', '{"city": "Rome"}'
END = chunk("tool_calls")


def function(name: str = "", arguments: object = "") -> dict[str, object]:
    return {"name": name, "arguments": arguments} if name else {"arguments": arguments}


def calls_of(*payloads: object) -> Decoded:
    return decode(stream(*payloads, END))


def test_t1_a_whole_call_in_one_chunk() -> None:
    assert calls_of(called(index=0, id="a", function=function("f", OSLO))).calls == [("a", "f", OSLO)]


def test_t1_fragments_are_joined_by_their_index_also_when_they_alternate() -> None:
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


def test_t1_text_before_a_call_is_spoken_first() -> None:
    decoded = calls_of(chunk(content="One moment."), called(index=0, id="a", function=function("f", OSLO)))

    assert (decoded.sentences, decoded.calls) == (["One moment."], [("a", "f", OSLO)])


def test_t1_a_call_in_the_old_way_is_taken_and_noted() -> None:
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


def test_t1_the_calls_of_one_json_are_read_too() -> None:
    message = {
        "content": None,
        "tool_calls": [{"id": "a", "type": "function", "function": function("f", OSLO)}],
    }
    body = {"choices": [{"message": message, "finish_reason": "tool_calls"}]}

    assert decode(json.dumps(body).encode()).calls == [("a", "f", OSLO)]


def test_t1_calls_are_not_there_before_the_answer_has_ended() -> None:
    decoded = decode_pieces([event(called(index=0, id="a", function=function("f", OSLO)))])

    assert (decoded.calls, decoded.code) == ([], "truncated")


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "function_call", None])
def test_t2_a_call_counts_whatever_the_finish_reason_says(reason: str | None) -> None:
    decoded = decode(stream(called(index=0, id="a", function=function("f", OSLO)), chunk(reason)))

    assert decoded.calls == [("a", "f", OSLO)]
    assert any("finish reason says otherwise" in note for note in decoded.notes) == (reason == "stop")


@pytest.mark.parametrize(
    "empty", [{"name": "f"}, function("f", ""), function("f", None), function("f", "  ")]
)
def test_t2_no_arguments_are_an_empty_object(empty: dict[str, object]) -> None:
    decoded = calls_of(called(index=0, id="a", function=empty))

    assert decoded.calls == [("a", "f", "{}")]
    assert decoded.decoder.tool_calls[0].valid


@pytest.mark.parametrize("arguments", ["city: Oslo", '{"city": ', "5", '"Oslo"', "[1]", "null", "NaN"])
def test_t3_arguments_that_are_no_object_are_handed_on_as_they_came_and_marked(arguments: str) -> None:
    decoded = calls_of(called(index=0, id="a", function=function("f", arguments)))

    assert decoded.calls == [("a", "f", arguments)]
    assert not decoded.decoder.tool_calls[0].valid
    assert decoded.notes == ["The arguments of f are not a JSON object."]
    assert decoded.decoder.tool_calls[0].note == decoded.notes[0]


def test_t3_arguments_that_are_an_object_already_are_taken_and_noted() -> None:
    decoded = calls_of(called(index=0, id="a", function=function("f", {"city": "Zürich"})))

    assert decoded.calls == [("a", "f", '{"city": "Zürich"}')]
    assert decoded.decoder.tool_calls[0].valid
    assert len(decoded.notes) == 1


@pytest.mark.parametrize("index", [{}, {"index": None}])
def test_t4_whole_calls_without_an_index_are_told_apart_by_their_ids(index: dict[str, None]) -> None:
    decoded = calls_of(
        called(**index, id="a", function=function("f", OSLO)),
        called(**index, id="b", function=function("f", ROME)),
    )

    assert decoded.calls == [("a", "f", OSLO), ("b", "f", ROME)]
    assert sum("without an index" in note for note in decoded.notes) == 1


def test_t4_fragments_without_an_index_go_to_the_last_call() -> None:
    decoded = calls_of(
        called(id="a", function=function("f", OSLO[:3])),
        called(function=function(arguments=OSLO[3:])),
        called(id="b", function=function("g")),
        called(id="", function=function(arguments=ROME)),
    )

    assert decoded.calls == [("a", "f", OSLO), ("b", "g", ROME)]


def test_t4_fragments_without_an_index_that_carry_their_id_go_to_that_call() -> None:
    decoded = calls_of(
        called(id="a", function=function("f")),
        called(id="b", function=function("g")),
        called(id="a", function=function(arguments=OSLO)),
        called(id="b", function=function(arguments=ROME)),
    )

    assert decoded.calls == [("a", "f", OSLO), ("b", "g", ROME)]


def test_t4_whole_calls_with_neither_index_nor_id_are_told_apart_by_being_whole() -> None:
    decoded = calls_of(chunk(tool_calls=[{"function": function("f", text)} for text in (OSLO, ROME, OSLO)]))

    assert decoded.calls == [("call_1", "f", OSLO), ("call_2", "f", ROME), ("call_3", "f", OSLO)]


def test_t4_calls_of_two_functions_without_arguments_are_two() -> None:
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


def test_t5_a_call_without_an_id_gets_one_of_ours_and_a_note() -> None:
    decoded = calls_of(
        called(index=0, function=function("f", OSLO)), called(index=1, id="", function=function("g", ROME))
    )

    assert decoded.calls == [("call_1", "f", OSLO), ("call_2", "g", ROME)]
    assert decoded.notes == [
        "The call of f came without an id: Greenroom named it call_1.",
        "The call of g came without an id: Greenroom named it call_2.",
    ]


def test_t5_a_second_call_with_the_same_id_gets_another_and_a_note() -> None:
    decoded = calls_of(
        called(index=0, id="x", function=function("f", OSLO)),
        called(index=1, id="x", function=function("g", ROME)),
    )

    assert decoded.calls == [("x", "f", OSLO), ("x_2", "g", ROME)]
    assert decoded.notes == ["Two tool calls came with the same id: Greenroom named the one of g x_2."]


def test_t6_a_call_without_a_name_is_left_out_and_not_invented() -> None:
    decoded = calls_of(called(index=0, id="a", function=function(arguments=OSLO)))

    assert decoded.calls == []
    assert "A tool call without a function name was left out." in decoded.notes


@pytest.mark.parametrize("index", [999_999_999, -1, 10**18, 32])
def test_t8_an_impossible_index_is_ignored_and_costs_nothing(index: int) -> None:
    decoded = calls_of(
        called(index=index, id="a", function=function("f")),
        called(index=index, function=function(arguments=OSLO)),
    )

    assert decoded.calls == [("a", "f", OSLO)]
    assert decoded.notes == ["The LLM's server sent a tool call with an impossible index, which was ignored."]


def test_t8_an_index_that_is_a_text_is_read() -> None:
    decoded = calls_of(
        called(index="0", id="a", function=function("f")),
        called(index="1", id="b", function=function("g", ROME)),
        called(index="0", function=function(arguments=OSLO)),
    )

    assert (decoded.calls, decoded.notes) == ([("a", "f", OSLO), ("b", "g", ROME)], [])


@pytest.mark.parametrize(
    "odd", ["f()", None, 7, [], {"index": 0}, {"index": 0, "function": None}, {"function": "f"}]
)
def test_t9_what_is_no_call_is_left_out_and_the_others_are_kept(odd: object) -> None:
    decoded = calls_of(chunk(tool_calls=[odd]), called(index=1, id="a", function=function("f", OSLO)))

    assert (decoded.calls, decoded.code) == ([("a", "f", OSLO)], "")


def test_t9_a_dict_in_place_of_the_list_is_left_out() -> None:
    decoded = calls_of(chunk(content="Hi.", tool_calls={"index": 0, "function": function("f")}))

    assert (decoded.text, decoded.calls) == ("Hi.", [])


def test_t10_arguments_without_an_end_are_capped_and_marked() -> None:
    limits = Limits(tool_arguments_chars=1000)
    fragments = [called(index=0, function=function(arguments="x" * 300))] * 20

    decoded = decode(
        stream(called(index=0, id="a", function=function("f", '{"a": "')), *fragments, END), limits=limits
    )

    (call,) = decoded.decoder.tool_calls
    assert (len(call.arguments), call.valid) == (1000, False)
    assert "cut off" in call.note


def test_t10_calls_without_an_end_are_counted() -> None:
    decoded = calls_of(*(called(id=f"call-{number}", function=function("f", "{}")) for number in range(1000)))

    assert len(decoded.calls) == 32
    assert "The LLM called more than 32 functions: the rest was left out." in decoded.notes


def test_t10_arguments_that_nest_without_an_end_are_not_valid() -> None:
    deep = '{"a":' * 5_000 + "1" + "}" * 5_000

    decoded = calls_of(called(index=0, id="a", function=function("f", deep)))

    assert decoded.calls == [("a", "f", deep)]
    assert not decoded.decoder.tool_calls[0].valid


def test_t11_a_connection_lost_in_the_arguments_hands_on_no_call() -> None:
    decoded = decode(
        event(called(index=0, id="a", function=function("f")))
        + event(called(index=0, function=function(arguments="{")))
    )

    assert (decoded.calls, decoded.code) == ([], "truncated")


def test_t11_an_error_after_a_whole_call_hands_on_no_call() -> None:
    decoded = decode(
        stream(called(index=0, id="a", function=function("f", OSLO)), {"error": {"message": "boom"}})
    )

    assert (decoded.calls, decoded.code) == ([], "bad_response")


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_t11_a_call_that_the_server_cut_off_is_left_out(reason: str) -> None:
    decoded = decode(
        stream(
            called(index=0, id="a", function=function("f", OSLO)),
            called(index=1, id="b", function=function("g", ROME[:6])),
            chunk(reason),
        )
    )

    assert decoded.calls == [("a", "f", OSLO)]
    assert "The call of g was cut off in its arguments, so it was left out." in decoded.notes


def test_t12_markup_and_twice_given_keys_pass_as_text() -> None:
    arguments = '{"__proto__": {"a": 1}, "a": 1, "a": 2, "b": "<img onerror=x>"}'

    decoded = calls_of(called(index=0, id="<b>", function=function("<script>", arguments)))

    assert decoded.calls == [("<b>", "<script>", arguments)]


def test_t12_a_name_in_a_note_is_on_one_line() -> None:
    decoded = calls_of(called(index=0, id="a", function=function("f\n\x1b[31mforged", "5")))

    assert decoded.notes == ["The arguments of f forged are not a JSON object."]


SECRET = "sk-abcdefgh1234"


def test_t13_a_secret_in_the_arguments_is_masked_though_it_is_cut() -> None:
    decoded = decode(
        stream(
            called(index=0, id="a", function=function("f", '{"key": "sk-abc')),
            called(index=1, id="b", function=function("g", '{"key": "')),
            called(index=0, function=function(arguments='defgh1234"}')),
            called(index=1, function=function(arguments='s"}')),
            END,
        ),
        secrets=[SECRET],
    )

    assert decoded.calls == [("a", "f", '{"key": "[secret]"}'), ("b", "g", '{"key": "s"}')]
    assert all(call.valid for call in decoded.decoder.tool_calls)
    assert not any("sk-abc" in payload or "defgh1234" in payload for payload in decoded.payloads)


def test_t13_a_secret_as_id_or_name_is_masked() -> None:
    decoded = decode(
        stream(called(index=0, id=SECRET, function=function(SECRET, "5")), END), secrets=[SECRET]
    )

    assert decoded.calls == [("[secret]", "[secret]", "5")]
    assert SECRET not in repr((decoded.pieces, decoded.decoder.tool_calls, decoded.notes))


def test_a_call_after_an_ordinary_answer_leaves_no_trace_in_it() -> None:
    assert decode(answer("Hi.")).calls == []
    assert decode(DONE).calls == []


SIGNED = {"extra_content": {"google": {"thought_signature": "CiQBVKhc7nqT"}}}


def test_the_servers_own_fields_of_a_call_are_kept_and_named() -> None:
    decoded = calls_of(called(index=0, id="a", type="function", function=function("f", OSLO), **SIGNED))

    (call,) = decoded.decoder.tool_calls
    assert json.loads(call.extra) == SIGNED
    assert decoded.notes == [
        "The call of f carries fields of the server's own (extra_content), sent back with it."
    ]


def test_fields_that_come_in_later_fragments_are_kept_too() -> None:
    decoded = calls_of(
        called(index=0, id="a", function=function("f", OSLO[:5]), first=1, nothing=None),
        called(index=0, function=function(arguments=OSLO[5:]), second=[2]),
    )

    assert json.loads(decoded.decoder.tool_calls[0].extra) == {"first": 1, "second": [2]}


def test_fields_that_are_too_long_to_be_sent_back_are_left_out() -> None:
    decoded = calls_of(called(index=0, id="a", function=function("f", OSLO), big="x" * 70_000))

    assert (decoded.calls, decoded.decoder.tool_calls[0].extra) == ([("a", "f", OSLO)], "")


def test_a_secret_in_the_servers_own_fields_is_masked() -> None:
    secret = "sk-canary-0123456789"
    decoded = decode(
        stream(called(index=0, id="a", function=function("f", OSLO), echo={"key": secret}), END),
        secrets=[secret],
    )

    assert json.loads(decoded.decoder.tool_calls[0].extra) == {"echo": {"key": "[secret]"}}
    assert secret not in "".join(decoded.payloads)


def test_the_servers_own_fields_are_kept_for_a_replay() -> None:
    body = stream(called(index=0, id="a", function=function("f", OSLO), **SIGNED), END)
    first = decode(body, secrets=["sk-canary-0123456789"])
    again = decode_pieces(f"data: {payload}\n\n".encode() for payload in first.payloads)

    assert again.decoder.tool_calls[0].extra == first.decoder.tool_calls[0].extra != ""


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


@pytest.mark.parametrize("before", range(240, 262, 3))
def test_t13_a_secret_that_the_longest_name_would_cut_is_masked(before: int) -> None:
    text = "x" * before + SECRET + "x" * 100
    parts = called(index=0, id=text, function=function(text, OSLO))
    ((call_id, name, _),) = decode(stream(parts, END), secrets=[SECRET]).calls
    assert SECRET[:6] not in call_id + name
    assert max(len(call_id), len(name)) == 256
