"""The content of tool calls: odd, endless or cut-off arguments, secrets, and the server's own fields."""

import json

import pytest

from playground.engine.limits import Limits
from tests.engine.answer.streams import DONE, answer, called, chunk, decode, decode_pieces, event, stream
from tests.engine.answer.tool_call_streams import END, OSLO, ROME, calls_of, function


def test_a_call_without_a_name_is_left_out_and_not_invented() -> None:
    decoded = calls_of(called(index=0, id="a", function=function(arguments=OSLO)))

    assert decoded.calls == []
    assert "A tool call without a function name was left out." in decoded.notes


@pytest.mark.parametrize("index", [999_999_999, -1, 10**18, 32])
def test_an_impossible_index_is_ignored_and_costs_nothing(index: int) -> None:
    decoded = calls_of(
        called(index=index, id="a", function=function("f")),
        called(index=index, function=function(arguments=OSLO)),
    )

    assert decoded.calls == [("a", "f", OSLO)]
    assert decoded.notes == ["The LLM's server sent a tool call with an impossible index, which was ignored."]


def test_an_index_that_is_a_text_is_read() -> None:
    decoded = calls_of(
        called(index="0", id="a", function=function("f")),
        called(index="1", id="b", function=function("g", ROME)),
        called(index="0", function=function(arguments=OSLO)),
    )

    assert (decoded.calls, decoded.notes) == ([("a", "f", OSLO), ("b", "g", ROME)], [])


@pytest.mark.parametrize(
    "odd", ["f()", None, 7, [], {"index": 0}, {"index": 0, "function": None}, {"function": "f"}]
)
def test_what_is_no_call_is_left_out_and_the_others_are_kept(odd: object) -> None:
    decoded = calls_of(chunk(tool_calls=[odd]), called(index=1, id="a", function=function("f", OSLO)))

    assert (decoded.calls, decoded.code) == ([("a", "f", OSLO)], "")


def test_a_dict_in_place_of_the_list_is_left_out() -> None:
    decoded = calls_of(chunk(content="Hi.", tool_calls={"index": 0, "function": function("f")}))

    assert (decoded.text, decoded.calls) == ("Hi.", [])


def test_arguments_without_an_end_are_capped_and_marked() -> None:
    limits = Limits(tool_arguments_chars=1000)
    fragments = [called(index=0, function=function(arguments="x" * 300))] * 20

    decoded = decode(
        stream(called(index=0, id="a", function=function("f", '{"a": "')), *fragments, END), limits=limits
    )

    (call,) = decoded.decoder.tool_calls
    assert (len(call.arguments), call.valid) == (1000, False)
    assert "cut off" in call.note


def test_calls_without_an_end_are_counted() -> None:
    decoded = calls_of(*(called(id=f"call-{number}", function=function("f", "{}")) for number in range(1000)))

    assert len(decoded.calls) == 32
    assert "The LLM called more than 32 functions: the rest was left out." in decoded.notes


def test_arguments_that_nest_without_an_end_are_not_valid() -> None:
    deep = '{"a":' * 5_000 + "1" + "}" * 5_000

    decoded = calls_of(called(index=0, id="a", function=function("f", deep)))

    assert decoded.calls == [("a", "f", deep)]
    assert not decoded.decoder.tool_calls[0].valid


def test_a_connection_lost_in_the_arguments_hands_on_no_call() -> None:
    decoded = decode(
        event(called(index=0, id="a", function=function("f")))
        + event(called(index=0, function=function(arguments="{")))
    )

    assert (decoded.calls, decoded.code) == ([], "truncated")


def test_an_error_after_a_whole_call_hands_on_no_call() -> None:
    decoded = decode(
        stream(called(index=0, id="a", function=function("f", OSLO)), {"error": {"message": "boom"}})
    )

    assert (decoded.calls, decoded.code) == ([], "bad_response")


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_call_that_the_server_cut_off_is_left_out(reason: str) -> None:
    decoded = decode(
        stream(
            called(index=0, id="a", function=function("f", OSLO)),
            called(index=1, id="b", function=function("g", ROME[:6])),
            chunk(reason),
        )
    )

    assert decoded.calls == [("a", "f", OSLO)]
    assert "The call of g was cut off in its arguments, so it was left out." in decoded.notes


def test_markup_and_twice_given_keys_pass_as_text() -> None:
    arguments = '{"__proto__": {"a": 1}, "a": 1, "a": 2, "b": "<img onerror=x>"}'

    decoded = calls_of(called(index=0, id="<b>", function=function("<script>", arguments)))

    assert decoded.calls == [("<b>", "<script>", arguments)]


def test_a_name_in_a_note_is_on_one_line() -> None:
    decoded = calls_of(called(index=0, id="a", function=function("f\n\x1b[31mforged", "5")))

    assert decoded.notes == ["The arguments of f forged are not a JSON object."]


SECRET = "sk-abcdefgh1234"


def test_a_secret_in_the_arguments_is_masked_though_it_is_cut() -> None:
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


def test_a_secret_as_id_or_name_is_masked() -> None:
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


@pytest.mark.parametrize("before", range(240, 262, 3))
def test_a_secret_that_the_longest_name_would_cut_is_masked(before: int) -> None:
    text = "x" * before + SECRET + "x" * 100
    parts = called(index=0, id=text, function=function(text, OSLO))
    ((call_id, name, _),) = decode(stream(parts, END), secrets=[SECRET]).calls
    assert SECRET[:6] not in call_id + name
    assert max(len(call_id), len(name)) == 256
