"""Server-sent events: the specification's rules, and how LLM servers break them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.engine.answer.sse import EventKind, ServerSentEvent, SSEDecoder
from tests.engine.answer.streams import cut


def read(*pieces: bytes, limit_bytes: int = 1024) -> list[ServerSentEvent]:
    decoder = SSEDecoder(limit_bytes)
    return [event for piece in pieces for event in decoder.feed(piece)] + decoder.flush()


def payloads(*pieces: bytes) -> list[bytes]:
    return [event.data for event in read(*pieces)]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"], ids=["LF", "CR", "CRLF"])
def test_an_event_ends_at_a_blank_line_whatever_the_line_ends_are(end: bytes) -> None:
    assert payloads(b"data: 1" + end + end + b"data: 2" + end + end) == [b"1", b"2"]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"], ids=["LF", "CR", "CRLF"])
def test_an_event_comes_out_with_the_first_byte_that_ends_it(end: bytes) -> None:
    decoder = SSEDecoder()

    assert decoder.feed(b"data: 1" + end) == []
    assert [event.data for event in decoder.feed(end[:1])] == [b"1"]


def test_a_crlf_that_two_reads_share_is_one_line_end() -> None:
    assert payloads(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == [b"a\nb"]


def test_only_one_space_after_the_colon_belongs_to_the_field() -> None:
    assert payloads(b"data:x\n\ndata: x\n\ndata:  x\n\n") == [b"x", b"x", b" x"]


def test_several_data_lines_are_one_payload() -> None:
    assert payloads(b'data: {"a":\ndata:  1}\n\n') == [b'{"a":\n 1}']


def test_comments_ids_retries_and_unknown_fields_are_no_payload() -> None:
    assert payloads(b": keep-alive\nid: 7\nretry: 10\nwhatever: 1\ndata: x\n\n: ping\n") == [b"x"]


@pytest.mark.parametrize("empty", [b"data:", b"data: ", b"data", b"event: ping", b"retry: 10", b"id: 7"])
def test_an_event_without_data_is_an_empty_payload_as_the_official_client_has_it(empty: bytes) -> None:
    assert payloads(empty + b"\n\ndata: x\n\n") == [b"", b"x"]


def test_an_id_holds_for_the_events_after_it() -> None:
    assert payloads(b"id: 7\ndata: x\n\n: ping\n\nid:\n\n") == [b"x", b""]


@pytest.mark.parametrize("nothing", [b": ping", b"event:", b"retry: soon", b"id: \0", b"whatever: 1"])
def test_a_blank_line_without_fields_is_no_event(nothing: bytes) -> None:
    assert payloads(nothing + b"\n\n\ndata: x\n\n\n") == [b"x"]


def test_an_event_named_error_is_one_and_the_name_holds_for_that_event_alone() -> None:
    first, second = read(b"event: error\ndata: x\n\ndata: y\n\n")

    assert (first.is_error, second.is_error) == (True, False)


def test_a_field_named_error_holds_a_payload_as_old_llama_cpp_servers_send_it() -> None:
    (event,) = read(b'error: {"message": "slot unavailable"}\n\n')

    assert (event.data, event.is_error) == (b'{"message": "slot unavailable"}', True)


def test_done_is_an_event_as_soon_as_its_line_has_ended() -> None:
    decoder = SSEDecoder()

    (event,) = decoder.feed(b"data: [DONE]\n")

    assert event.is_done


@pytest.mark.parametrize("next_line", [b'{"a": 2}', b"[DONE]"])
def test_events_with_one_line_break_between_them_are_one_at_once(next_line: bytes) -> None:
    decoder = SSEDecoder()

    (event,) = decoder.feed(b'data: {"a": 1}\ndata: ' + next_line + b"\n")

    assert event.data == b'{"a": 1}\n' + next_line


def test_a_bare_object_on_a_line_is_a_payload() -> None:
    assert payloads(b'data: {"a": 1}\n\n{"error": "boom"}\n') == [b'{"a": 1}', b'{"error": "boom"}']


def test_what_the_end_of_the_stream_cuts_off_is_marked_as_not_whole() -> None:
    whole, part = read(b"data: 1\n\ndata: {")

    assert (whole.is_whole, part.is_whole, part.data) == (True, False, b"{")


def test_a_line_over_the_limit_stops_reading_and_keeps_earlier_text() -> None:
    decoder = SSEDecoder(limit_bytes=20)

    events = decoder.feed(b"data: 1\n\ndata: " + b"x" * 20 + b"\n\ndata: 2\n\n")

    assert [event.data for event in events] == [b"1"]
    assert decoder.overflowed
    assert decoder.feed(b"data: 3\n\n") + decoder.flush() == []


def test_an_endless_line_is_not_kept() -> None:
    decoder = SSEDecoder(limit_bytes=1000)

    for _ in range(100):
        decoder.feed(b"x" * 100)

    assert decoder.overflowed
    assert sum(map(len, decoder._pieces)) <= 1000


def test_a_payload_of_many_short_lines_is_bounded_too() -> None:
    decoder = SSEDecoder(limit_bytes=1000)

    decoder.feed(b"data: [\n" + b"data: 1,\n" * 1000)

    assert decoder.overflowed


def stray(*pieces: bytes) -> list[bytes]:
    return [event.data for event in read(*pieces) if event.kind is EventKind.STRAY]


@pytest.mark.parametrize(
    "line",
    [
        b"upstream error: reset",
        b"Internal Server Error",
        b"ValueError: 'choices'",
        b"  File 'a.py'",
        b"timeout",
    ],
)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"data: x\n\n", b"\n\ndata: y\n\n"),
        (b"data: x\n\n", b""),
        (b"data: x\n", b"\n"),
        (b"data: x\n", b"\n\n\n"),
        (b"", b"\n"),
    ],
    ids=["an event of its own", "the end", "the last line", "the last before blank lines", "all"],
)
def test_a_line_without_a_field_is_reported_if_alone_or_last(
    line: bytes, before: bytes, after: bytes
) -> None:
    assert stray(before + line + after) == [line]


@pytest.mark.parametrize(
    "line", [b": a comment", b"x-request-id: 7", b"id: 1", b"whatever: 1", b"message.meta: a"]
)
def test_a_field_of_an_unknown_name_is_none(line: bytes) -> None:
    assert stray(b"data: x\n\n" + line + b"\n\ndata: y\n\n" + line) == []


def test_a_line_that_is_no_field_beside_data_is_skipped() -> None:
    assert stray(b"Hello there\ndata: x\n\ndata: y\nHello there\n\ndata: z\n\n") == []


def test_several_lines_that_are_no_fields_are_one_event() -> None:
    assert stray(b"Traceback (most recent call last):\n  File 'a.py'\nKeyError: 'x'\n") == [
        b"Traceback (most recent call last):\n  File 'a.py'\nKeyError: 'x'"
    ]


def test_bare_json_over_several_lines_is_one_event() -> None:
    (first, second) = read(b'data: x\n\n{\n  "error": "boom",\n  "list": [\n[1]\n  ]\n}\n')

    assert (first.kind, second.kind) == (EventKind.DATA, EventKind.BARE)
    assert second.data == b'{\n  "error": "boom",\n  "list": [\n[1]\n  ]\n}'


def test_a_bare_done_is_the_end() -> None:
    assert read(b"data: x\n\n[DONE]\n")[1].is_done


@pytest.mark.parametrize("name", [b"error", b"Error", b"response.error", b"internalServerException"])
def test_an_event_named_as_an_error_is_one(name: bytes) -> None:
    assert read(b"event: " + name + b"\ndata: {}\n\n")[0].is_error


@given(
    body=st.lists(
        st.sampled_from(
            [
                b"\n",
                b"\r",
                b"\r\n",
                b"data: ",
                b"data:",
                b"data",
                b"{",
                b"}",
                b"[DONE]",
                b":",
                b"event: error",
                b"x",
                b"id: 1",
                b"retry: 1",
                b"[",
                b"no field",
                b"\xff",
            ]
        ),
        max_size=40,
    ).map(b"".join),
    places=st.lists(st.integers(0, 120), max_size=12),
    limit_bytes=st.integers(8, 60),
)
def test_the_events_do_not_depend_on_how_the_bytes_are_cut(
    body: bytes, places: list[int], limit_bytes: int
) -> None:
    assert read(*cut(body, places), limit_bytes=limit_bytes) == read(body, limit_bytes=limit_bytes)
