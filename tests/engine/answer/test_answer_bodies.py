"""The begin and end of an answer's body: events or JSON, complete or cut off, within its limits."""

import json

import pytest

from playground.engine.answer.decoder import AnswerDecoder
from playground.engine.limits import Limits
from tests.engine.answer.streams import DONE, answer, called, chunk, decode, decode_pieces, event, stream

HELLO = chunk(content="Hello there. ")
BYE = chunk(content="Good bye.")
STOP = chunk("stop")


def test_an_error_as_json_in_place_of_a_stream_is_the_error_and_no_empty_answer() -> None:
    decoded = decode(
        b'{"error": {"message": "The model is overloaded", "type": "server_error", "code": 503}}'
    )

    assert decoded.code == "upstream_5xx"
    assert decoded.decoder.failure is not None
    assert decoded.decoder.failure.excerpt == "The model is overloaded"


def test_an_error_as_the_first_event_is_the_error() -> None:
    decoded = decode(event({"error": {"message": "No credit", "code": "insufficient_quota"}}))

    assert (decoded.code, decoded.text) == ("quota", "")


@pytest.mark.parametrize("body", [b"", b"\n\n  \r\n"])
def test_an_empty_body_is_no_answer_and_may_be_retried(body: bytes) -> None:
    decoded = decode(body)
    verdict = decoded.decoder.verdict()

    assert decoded.code == "bad_response"
    assert decoded.decoder.is_empty
    assert verdict is not None and verdict.may_retry


@pytest.mark.parametrize("body", [stream(chunk(role="assistant", content=""), STOP), DONE])
def test_a_stream_without_content_is_complete_and_marked(body: bytes) -> None:
    decoded = decode(body)

    assert (decoded.code, decoded.text, decoded.notes) == ("", "", ["The model said nothing."])
    assert not decoded.decoder.has_content


def test_an_answer_that_never_leaves_its_reasoning_says_so() -> None:
    decoded = decode(answer("<think>hm"))

    assert (decoded.code, decoded.text, decoded.reasoning) == ("", "", "hm")
    assert decoded.notes == ["The model reasoned, but said nothing: its answer never left the reasoning."]


def test_one_json_in_place_of_a_stream_is_one_delta_and_its_sentences() -> None:
    body = {
        "object": "chat.completion",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "One. Two."}, "finish_reason": "stop"}
        ],
        "usage": {"total_tokens": 7},
    }

    decoded = decode(json.dumps(body, indent=2).encode())

    assert (decoded.text, decoded.sentences, decoded.code) == ("One. Two.", ["One.", "Two."], "")
    assert decoded.decoder.usage == {"total_tokens": 7}
    assert len(decoded.notes) == 1 and "one JSON" in decoded.notes[0]


def test_one_json_without_a_finish_reason_is_complete_too() -> None:
    decoded = decode(b'{"choices": [{"message": {"content": "Hi."}}]}')

    assert (decoded.text, decoded.code) == ("Hi.", "")


def test_a_message_in_an_event_stream_is_read_like_a_delta() -> None:
    assert (
        decode(stream({"choices": [{"message": {"content": "Hi."}, "finish_reason": "stop"}]})).text == "Hi."
    )


def test_a_message_that_repeats_the_deltas_is_not_read_again() -> None:
    whole = {"choices": [{"message": {"content": "Hello there. "}, "finish_reason": "stop"}]}

    assert decode(stream(HELLO, whole)).text == "Hello there. "


@pytest.mark.parametrize("start", [b"", b"\n\n", b"\xef\xbb\xbf", b": keep-alive\n\n", b"id: 1\n"])
def test_events_are_known_by_their_first_bytes(start: bytes) -> None:
    assert decode(start + answer("Hi.")).text == "Hi."


@pytest.mark.parametrize("glue", [b"data: [DONE]\n\n", b"\n\ndata: [DONE]\n\n", b""])
@pytest.mark.parametrize("start", [b"", b"\n\n\n", b"\xef\xbb\xbf"])
def test_json_is_known_by_its_first_byte_and_may_carry_a_done(start: bytes, glue: bytes) -> None:
    decoded = decode(start + b'{"choices": [{"message": {"content": "Hi."}}]}' + glue)

    assert (decoded.text, decoded.code) == ("Hi.", "")


def test_a_web_page_is_no_answer_and_nothing_of_it_is_shown() -> None:
    decoded = decode(b"\n<!DOCTYPE html><title>Sign in</title>" + b"<p>Hello</p>" * 100)
    verdict = decoded.decoder.verdict()

    assert (decoded.code, decoded.text) == ("bad_response", "")
    assert verdict is not None and "web page" in verdict.message and not verdict.excerpt


def test_plain_text_is_no_answer_and_is_quoted() -> None:
    verdict = decode(b"upstream connect error\n").decoder.verdict()

    assert verdict is not None
    assert (verdict.code, verdict.excerpt) == ("bad_response", "upstream connect error")


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "response.output_text.delta", "delta": "Hi."},
        {"model": "llama", "message": {"role": "assistant", "content": "Hi."}, "done": False},
        {"greeting": "Hi."},
    ],
    ids=["OpenAI's other API", "Ollama's own API", "an API of somebody's own"],
)
def test_another_api_is_told_from_a_chat_completion(payload: dict[str, object]) -> None:
    verdict = decode(stream(payload)).decoder.verdict()

    assert verdict is not None
    assert verdict.code == "bad_response"
    assert "not with a chat completion" in verdict.message


@pytest.mark.parametrize("body", [b'{"choices": [{"message": {"cont', b"[1, 2"])
def test_one_json_that_breaks_off_cannot_be_read(body: bytes) -> None:
    assert decode(body).code == "bad_response"


@pytest.mark.parametrize("end", [b"", b'data: {"choices": [{"delta": {"content": " and th'])
def test_a_stream_that_just_ends_keeps_its_text_and_is_cut_off(end: bytes) -> None:
    decoded = decode(event(HELLO) + event(BYE) + end)

    assert (decoded.text, decoded.code) == ("Hello there. Good bye.", "truncated")
    assert decoded.sentences == ["Hello there.", "Good bye."]
    assert not (decoded.decoder.ended or decoded.decoder.finished)


def test_a_finish_reason_without_done_is_complete() -> None:
    assert decode(event(BYE) + event(STOP)).code == ""


def test_done_without_a_finish_reason_is_complete() -> None:
    decoded = decode(event(BYE) + DONE)

    assert (decoded.code, decoded.decoder.finish_reason, decoded.text) == ("", "", "Good bye.")


def test_an_endless_line_is_too_large_and_the_text_before_it_is_kept() -> None:
    limits = Limits(sse_line_bytes=10_000)

    decoded = decode_pieces([event(HELLO), b"data: ", *[b"x" * 1000] * 50, event(BYE)], limits=limits)

    assert (decoded.text, decoded.code, decoded.sentences) == ("Hello there. ", "too_large", ["Hello there."])


def test_one_json_without_an_end_is_too_large() -> None:
    assert (
        decode_pieces([b'{"a": "', *[b"x" * 1000] * 50], limits=Limits(sse_line_bytes=10_000)).code
        == "too_large"
    )


def test_an_answer_without_an_end_stops_at_its_limit_to_the_character() -> None:
    decoded = decode(answer(*["12345678"] * 20), limits=Limits(answer_chars=100))

    assert (decoded.text, decoded.code) == (("12345678" * 20)[:100], "too_large")
    assert "".join(decoded.sentences) == decoded.text


def test_a_stream_without_an_end_stops_at_its_limit_in_bytes() -> None:
    limits = Limits(stream_bytes=1000)

    decoded = decode_pieces([event(HELLO)] + [b": ping\n\n"] * 1000, limits=limits)

    assert (decoded.text, decoded.code) == ("Hello there. ", "too_large")


def test_comments_empty_deltas_and_roles_are_no_content() -> None:
    decoder = AnswerDecoder()
    for _ in range(100):
        decoder.feed(
            b": ping\n\n" + event(chunk(content="")) + event(chunk(role="assistant")) + event(chunk())
        )

    assert not decoder.has_content


def test_endless_reasoning_is_bounded_and_noted() -> None:
    decoded = decode(answer(*["<think>"] + ["x" * 50] * 10), limits=Limits(answer_chars=100))

    assert decoded.decoder.reasoning == decoded.reasoning == "x" * 100
    assert any("reasoning is longer" in note for note in decoded.notes)


def test_every_byte_that_came_is_kept_when_the_stream_is_left_at_any_place() -> None:
    body = answer("One. ", "Two. ", "Three.")

    texts = [decode_pieces([body[:end]]).text for end in range(len(body))]

    assert texts == sorted(texts, key=len)
    assert set(texts) == {"", "One. ", "One. Two. ", "One. Two. Three."}


def test_one_delta_of_200_kib_is_exact_and_still_cut_into_sentences() -> None:
    text = "This is a sentence. " * 10_000

    decoded = decode(answer(text))

    assert decoded.text == text
    assert len(decoded.sentences) == 10_000


def test_a_flood_of_deltas_is_exact() -> None:
    words = [f"word{number} " for number in range(20_000)]

    decoded = decode(answer(*words))

    assert decoded.text == "".join(words)


def test_a_server_that_is_odd_in_ever_new_ways_is_noted_fifty_times_at_most() -> None:
    calls = [
        called(index=0, id=f"a{number}", function={"name": f"f{number}", "arguments": "5"})
        for number in range(500)
    ]
    decoded = decode(stream(*calls, STOP), limits=Limits(tool_calls=500))

    assert len(decoded.notes) == 50


def test_after_close_nothing_is_read_and_nothing_comes() -> None:
    decoder = AnswerDecoder()
    decoder.feed(event(HELLO))
    decoder.close()

    assert decoder.feed(event(BYE)) + decoder.poll() + decoder.close() == []
    assert decoder.text == "Hello there. "


def test_of_lines_of_json_each_is_limited_however_they_are_cut() -> None:
    line = json.dumps(HELLO).encode() + b"\n"
    limits = Limits(sse_line_bytes=len(line) + 5)
    body = line * 20 + b" " * len(line) + line * 2

    whole = decode(body, limits=limits)

    assert (whole.text, whole.code) == ("Hello there. " * 20, "too_large")
    for size in (1, 7, len(line)):
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        assert decode_pieces(pieces, limits=limits).everything == whole.everything
