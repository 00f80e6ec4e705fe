"""How an answer's body begins and ends: events or JSON, done or cut off, and no longer than its limits."""

import json

import pytest

from playground.engine.answer.decoder import AnswerDecoder
from playground.engine.limits import Limits
from tests.engine.answer.streams import DONE, answer, called, chunk, decode, decode_pieces, event, stream

HELLO = chunk(content="Hello there. ")
BYE = chunk(content="Good bye.")
STOP = chunk("stop")


def test_u30_an_error_as_json_in_place_of_a_stream_is_the_error_and_no_empty_answer() -> None:
    found = decode(b'{"error": {"message": "The model is overloaded", "type": "server_error", "code": 503}}')

    assert found.code == "upstream_5xx"
    assert found.decoder.failure is not None
    assert found.decoder.failure.excerpt == "The model is overloaded"


def test_u30_an_error_as_the_first_event_is_the_error() -> None:
    found = decode(event({"error": {"message": "No credit", "code": "insufficient_quota"}}))

    assert (found.code, found.text) == ("quota", "")


@pytest.mark.parametrize("body", [b"", b"\n\n  \r\n"])
def test_u31_an_empty_body_is_no_answer_and_may_be_asked_for_again(body: bytes) -> None:
    found = decode(body)
    verdict = found.decoder.verdict()

    assert found.code == "bad_response"
    assert found.decoder.is_empty
    assert verdict is not None and verdict.may_retry


@pytest.mark.parametrize("body", [stream(chunk(role="assistant", content=""), STOP), DONE])
def test_u32_a_stream_without_content_is_complete_and_marked(body: bytes) -> None:
    found = decode(body)

    assert (found.code, found.text, found.notes) == ("", "", ["The model said nothing."])
    assert not found.decoder.has_content


def test_u32_an_answer_that_never_leaves_its_reasoning_says_so() -> None:
    found = decode(answer("<think>hm"))

    assert (found.code, found.text, found.reasoning) == ("", "", "hm")
    assert found.notes == ["The model reasoned, but said nothing: its answer never left the reasoning."]


def test_u35_one_json_in_place_of_a_stream_is_one_delta_and_its_sentences() -> None:
    body = {
        "object": "chat.completion",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "One. Two."}, "finish_reason": "stop"}
        ],
        "usage": {"total_tokens": 7},
    }

    found = decode(json.dumps(body, indent=2).encode())

    assert (found.text, found.sentences, found.code) == ("One. Two.", ["One.", "Two."], "")
    assert found.decoder.usage == {"total_tokens": 7}
    assert len(found.notes) == 1 and "one JSON" in found.notes[0]


def test_u35_one_json_without_a_finish_reason_is_complete_too() -> None:
    found = decode(b'{"choices": [{"message": {"content": "Hi."}}]}')

    assert (found.text, found.code) == ("Hi.", "")


def test_u35_a_message_in_an_event_stream_is_read_like_a_delta() -> None:
    assert (
        decode(stream({"choices": [{"message": {"content": "Hi."}, "finish_reason": "stop"}]})).text == "Hi."
    )


def test_u35_a_message_that_repeats_the_deltas_is_not_read_again() -> None:
    whole = {"choices": [{"message": {"content": "Hello there. "}, "finish_reason": "stop"}]}

    assert decode(stream(HELLO, whole)).text == "Hello there. "


@pytest.mark.parametrize("start", [b"", b"\n\n", b"\xef\xbb\xbf", b": keep-alive\n\n", b"id: 1\n"])
def test_u36_events_are_known_by_their_first_bytes(start: bytes) -> None:
    assert decode(start + answer("Hi.")).text == "Hi."


@pytest.mark.parametrize("glue", [b"data: [DONE]\n\n", b"\n\ndata: [DONE]\n\n", b""])
@pytest.mark.parametrize("start", [b"", b"\n\n\n", b"\xef\xbb\xbf"])
def test_u36_json_is_known_by_its_first_byte_and_may_carry_a_done(start: bytes, glue: bytes) -> None:
    found = decode(start + b'{"choices": [{"message": {"content": "Hi."}}]}' + glue)

    assert (found.text, found.code) == ("Hi.", "")


def test_u29_a_web_page_is_no_answer_and_nothing_of_it_is_shown() -> None:
    found = decode(b"\n<!DOCTYPE html><title>Sign in</title>" + b"<p>Hello</p>" * 100)
    verdict = found.decoder.verdict()

    assert (found.code, found.text) == ("bad_response", "")
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
def test_u40_u41_u44_a_stream_that_just_ends_keeps_its_text_and_is_cut_off(end: bytes) -> None:
    found = decode(event(HELLO) + event(BYE) + end)

    assert (found.text, found.code) == ("Hello there. Good bye.", "truncated")
    assert found.sentences == ["Hello there.", "Good bye."]
    assert not (found.decoder.ended or found.decoder.finished)


def test_u42_a_finish_reason_without_done_is_complete() -> None:
    assert decode(event(BYE) + event(STOP)).code == ""


def test_u43_done_without_a_finish_reason_is_complete() -> None:
    found = decode(event(BYE) + DONE)

    assert (found.code, found.decoder.finish_reason, found.text) == ("", "", "Good bye.")


def test_u66_an_endless_line_is_too_large_and_the_text_before_it_is_kept() -> None:
    limits = Limits(sse_line_bytes=10_000)

    found = decode_pieces([event(HELLO), b"data: ", *[b"x" * 1000] * 50, event(BYE)], limits=limits)

    assert (found.text, found.code, found.sentences) == ("Hello there. ", "too_large", ["Hello there."])


def test_u66_one_json_without_an_end_is_too_large() -> None:
    assert (
        decode_pieces([b'{"a": "', *[b"x" * 1000] * 50], limits=Limits(sse_line_bytes=10_000)).code
        == "too_large"
    )


def test_u67_an_answer_without_an_end_stops_at_its_limit_to_the_character() -> None:
    found = decode(answer(*["12345678"] * 20), limits=Limits(answer_chars=100))

    assert (found.text, found.code) == (("12345678" * 20)[:100], "too_large")
    assert "".join(found.sentences) == found.text


def test_u67_a_stream_without_an_end_stops_at_its_limit_in_bytes() -> None:
    limits = Limits(stream_bytes=1000)

    found = decode_pieces([event(HELLO)] + [b": ping\n\n"] * 1000, limits=limits)

    assert (found.text, found.code) == ("Hello there. ", "too_large")


def test_u68_comments_empty_deltas_and_roles_are_no_content() -> None:
    decoder = AnswerDecoder()
    for _ in range(100):
        decoder.feed(
            b": ping\n\n" + event(chunk(content="")) + event(chunk(role="assistant")) + event(chunk())
        )

    assert not decoder.has_content


def test_u69_reasoning_without_an_end_is_bounded_and_said() -> None:
    found = decode(answer(*["<think>"] + ["x" * 50] * 10), limits=Limits(answer_chars=100))

    assert found.decoder.reasoning == found.reasoning == "x" * 100
    assert any("reasoning is longer" in note for note in found.notes)


def test_u70_every_byte_that_came_is_kept_when_the_stream_is_left_at_any_place() -> None:
    body = answer("One. ", "Two. ", "Three.")

    texts = [decode_pieces([body[:end]]).text for end in range(len(body))]

    assert texts == sorted(texts, key=len)
    assert set(texts) == {"", "One. ", "One. Two. ", "One. Two. Three."}


def test_u71_one_delta_of_200_kib_is_exact_and_still_cut_into_sentences() -> None:
    text = "This is a sentence. " * 10_000

    found = decode(answer(text))

    assert found.text == text
    assert len(found.sentences) == 10_000


def test_u71_a_flood_of_deltas_is_exact() -> None:
    words = [f"word{number} " for number in range(20_000)]

    found = decode(answer(*words))

    assert found.text == "".join(words)


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


def test_u66_of_lines_of_json_each_is_limited_however_they_are_cut() -> None:
    line = json.dumps(HELLO).encode() + b"\n"
    limits = Limits(sse_line_bytes=len(line) + 5)
    body = line * 20 + b" " * len(line) + line * 2

    whole = decode(body, limits=limits)

    assert (whole.text, whole.code) == ("Hello there. " * 20, "too_large")
    for size in (1, 7, len(line)):
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        assert decode_pieces(pieces, limits=limits).everything == whole.everything
